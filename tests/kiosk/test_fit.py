"""`ikm-kiosk fit`, the doctor's word on it, and the card and contrast that a profile leads to."""

from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import Config, load, parse, screen_of
from kiosk.desk.pin import has_pin
from kiosk.draw.theme import HIGH_CONTRAST, SUNLIT, theme
from kiosk.draw.window import Window
from kiosk.fitted import opening
from kiosk.fitted.opening import look_of, open_window
from kiosk.watch.fitted import profiles, screen
from kiosk.watch.patient import BAD, OK, Patient

OWN = """# ours
[uplink]
usb_folders = ["/media/ikm"]

[fitted]  # as it was bought
profiles = ["hdmi"]
# a word of somebody

[panel]
lights = [12, 16, 20, 26]
"""


def fit(file: Path, *names: str) -> int:
    return main(["fit", "--config", str(file), *names])


def test_it_says_what_there_is_and_what_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(OWN)
    assert fit(file) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "* hdmi               Layar HDMI" in lines
    assert sum(line.startswith("* ") for line in lines) == 1
    assert len(lines) >= 10


def test_it_changes_its_line_and_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(OWN)
    file.chmod(0o640)
    assert fit(file, "buttons-lights,display-7", "sunlight") == 0
    assert file.read_text() == OWN.replace('["hdmi"]', '["buttons-lights", "display-7", "sunlight"]')
    config = load(file)
    assert (config.screen.width, config.screen.sunlight, config.panel.lights) == (800, True, (12, 16, 20, 26))
    assert file.stat().st_mode & 0o777 == 0o640
    assert "buttons-lights, display-7, sunlight" in capsys.readouterr().out


@pytest.mark.parametrize("before", ["", '[uplink]\nusb_folders = ["/media/ikm"]\n', None])
def test_it_finds_its_place_in_a_file_that_says_nothing_of_it(before: str | None, tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    if before is not None:
        file.write_text(before)
    assert fit(file, "touch") == 0
    assert load(file).panel.buttons == ()
    assert file.read_text().startswith(before or "")


def test_a_name_that_there_is_not_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(OWN)
    assert fit(file, "display-8") == 78
    assert "display-8 is no profile; there are buttons" in capsys.readouterr().err
    assert file.read_text() == OWN


def test_a_wrong_name_in_the_file_stops_the_start_with_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text('[fitted]\nprofiles = ["display-8"]\n')
    assert fit(file) == 78
    assert "fitted.profiles: display-8 is no profile" in capsys.readouterr().err


def test_a_waiting_kiosk_is_turned_as_its_profile_says(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text('[fitted]\nprofiles = ["turned-180"]\n[panel]\nglitch_ms = -1\n')
    assert screen_of(file).rotation == 180


def patient(config: Config, root: Path) -> Patient:
    def nothing(_: Config) -> None:
        raise AssertionError("nobody asked for buttons")

    return Patient(home=root, config=config, simulate=False, has_pin=has_pin, open_panel=nothing, root=root)  # type: ignore[arg-type]


def test_the_doctor_says_what_is_missing_of_it(tmp_path: Path) -> None:
    config = parse({"fitted": {"profiles": ["voice"]}}, file="")
    (found,) = profiles(patient(config, tmp_path))
    assert (found.state, found.fact) == (BAD, "voice: no sound output was found")
    assert "connect a speaker" in found.remedy
    (tmp_path / "proc/asound/card0").mkdir(parents=True)
    (tmp_path / "proc/asound/card0/id").write_text("Headphones")
    assert [one.state for one in profiles(patient(config, tmp_path))] == [OK]
    assert [one.fact for one in screen(patient(config, tmp_path))] == [
        "none: this kiosk is for the ear, or a trial"
    ]
    assert list(profiles(patient(Config(), tmp_path))) == []


def test_in_the_sun_everything_is_black_on_white_but_for_who_asks_for_contrast() -> None:
    config = parse({"fitted": {"profiles": ["sunlight"]}}, file="")
    window = Window.open(look_of(config.screen), title="", fullscreen=False, driver="dummy")
    try:
        for asked in (True, False):
            window.change_look(text_scale=1.0, high_contrast=asked)
            assert (window.look.high_contrast, window.look.sunlit) == (asked, True)
            assert theme(window.look).palette == (HIGH_CONTRAST if asked else SUNLIT)
    finally:
        window.close()


def test_sdl_is_told_the_card_of_the_profiles_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def card(connector: str) -> int:
        asked.append(connector)
        return 1

    monkeypatch.setattr(opening, "graphics_card", card)
    monkeypatch.delenv("SDL_KMSDRM_DEVICE_INDEX", raising=False)
    config = parse(
        {"fitted": {"profiles": ["display-7", "sunlight"]}, "screen": {"driver": "dummy"}}, file=""
    )
    open_window(config, title="", windowed=True).close()
    assert asked == ["DSI"]
    assert opening.os.environ.pop("SDL_KMSDRM_DEVICE_INDEX") == "1"
