"""The configuration: an empty file works, a mistake stops the start with key, value and remedy."""

import re
import tomllib
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk import __version__
from kiosk.config import Config, keys, load, parse
from kiosk.errors import ConfigurationError
from kiosk.fitted.opening import open_panel
from kiosk.remote.hours import is_open, opens_next

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
ZONE = ZoneInfo("Asia/Jakarta")


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text("")
    assert load(path) == Config() == load(None)


def test_every_key_is_documented_and_nothing_else() -> None:
    documented = re.findall(r"^\| `(\w+\.\w+)`", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(keys())


def test_documented_defaults_are_the_real_ones() -> None:
    for key, default in re.findall(r"^\| `(\w+\.\w+)` \| `([^|]+)` \|", DOCUMENT.read_text(), re.MULTILINE):
        section, _, name = key.partition(".")
        value = tomllib.loads(f"{name} = {default}")
        assert parse({section: value}, file="docs") == Config(), key


@pytest.mark.parametrize(
    "text, key, remedy",
    [
        ("[pannel]\n", "pannel", "known are"),
        ("panel = 3\n", "panel = 3", r"write it as a table, \[panel\]"),
        ("[panel]\nbutons = [1, 2, 3, 4]\n", "panel.butons", "unknown key"),
        ("[panel]\nbuttons = [5, 6, 13]\n", "panel.buttons", "four different GPIO numbers"),
        ("[panel]\nbuttons = [5, 5, 13, 19]\n", "panel.buttons", "four different"),
        ("[panel]\nglitch_ms = 0\n", "panel.glitch_ms = 0", "from 1 to 100"),
        ("[panel]\nglitch_ms = true\n", "panel.glitch_ms = True", "whole number"),
        ("[panel]\nglitch_ms = 2.5\n", "panel.glitch_ms = 2.5", "whole number"),
        ("[panel]\nstaff_buttons = [1, 1]\n", "panel.staff_buttons", "two different buttons"),
        (
            "[panel]\nstaff_hold_seconds = 8.0\nstuck_seconds = 6.0\n",
            "staff_hold_seconds",
            "less than stuck_seconds",
        ),
        ("[screen]\nrotation = 45\n", "screen.rotation = 45", "0, 90, 180, 270"),
        ("[screen]\nfullscreen = 1\n", "screen.fullscreen = 1", "true or false"),
        ("[paths]\nhome = 'data'\n", "paths.home", "absolute path"),
        ("[visit]\nlanguages = []\n", "visit.languages", "at least one"),
        ("[visit]\nlanguages = ['id', '../id']\n", "visit.languages", "no catalogue"),
        ("[visit]\nlanguages = 'id'\n", "visit.languages", "list of texts"),
        ("[visit]\nage_bands = ['muda', 'tua']\n", "visit.age_bands", "bands of years"),
        ("[visit]\nprofile_lists = 'long'\n", "visit.profile_lists", "annex, wide"),
        ("[sound]\nrecordings = 7\n", "sound.recordings = 7", "text in quotes"),
        ("[hours]\nmonday = [['08:00', '16:00']]\n", "hours.monday", "mon, tue"),
        ("[hours]\nmon = [['16:00', '08:00']]\n", "hours.mon", "rise and not overlap"),
        ("[hours]\nmon = ['08:00']\n", "hours.mon", "list of times"),
        ("[uplink]\nmqtt_version = 4\n", "uplink.mqtt_version = 4", "3, 5"),
        ("[uplink]\nusb_folders = ['media']\n", "uplink.usb_folders", "absolute paths"),
        ("[visit\n", "kiosk.toml", "not valid TOML"),
    ],
)
def test_a_mistake_names_key_value_and_remedy(tmp_path: Path, text: str, key: str, remedy: str) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=remedy) as caught:
        load(path)
    assert key in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--config"):
        load(tmp_path / "none.toml")


def test_hours_are_read_into_times() -> None:
    config = parse({"hours": {"mon": [["08:00", "12:00"], ["13:00", "16:00"]]}}, file="f")
    assert config.hours["mon"] == ((time(8), time(12)), (time(13), time(16)))


HOURS = parse(
    {"hours": {"mon": [["08:00", "12:00"], ["13:00", "16:00"]], "thu": [["09:00", "11:00"]]}}, file="f"
).hours


@pytest.mark.parametrize(
    "moment, opened, opens",
    [
        ("2026-03-02 07:59", False, "2026-03-02 08:00"),
        ("2026-03-02 08:00", True, "2026-03-02 13:00"),
        ("2026-03-02 12:00", False, "2026-03-02 13:00"),
        ("2026-03-02 16:00", False, "2026-03-05 09:00"),
        ("2026-03-05 12:00", False, "2026-03-09 08:00"),
    ],
)
def test_opening_hours(moment: str, opened: bool, opens: str) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=ZONE)
    assert is_open(HOURS, now) is opened
    assert opens_next(HOURS, now) == datetime.fromisoformat(opens).replace(tzinfo=ZONE)


def test_without_hours_or_a_clock_it_is_always_open() -> None:
    assert is_open({}, datetime(2026, 11, 2, 9, 0, tzinfo=ZONE))
    assert is_open(HOURS, None)


def test_a_unit_that_never_opens_says_nothing() -> None:
    assert opens_next({"mon": ()}, datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)) is None


def test_the_program_knows_its_own_version() -> None:
    project = tomllib.loads((DOCUMENT.parents[1] / "pyproject.toml").read_text())
    assert __version__ == project["project"]["version"]


def test_a_kiosk_without_buttons_looks_for_no_pins(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text("[panel]\nbuttons = []\n")
    panel = open_panel(load(file), simulate=False)
    assert not any(panel.levels().values())
    panel.close()
