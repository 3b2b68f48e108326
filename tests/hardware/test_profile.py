"""What kiosks are built of: every profile is one, brings settings that are taken, and says what is missing on a machine."""

from pathlib import Path

import pytest

from hardware.board import Output, graphics_card, outputs
from hardware.profile import UnknownProfile, beneath, missing, profile, profiles
from kiosk.config import parse

NAMES = [one.name for one in profiles()]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """One on which everything is there, and a DSI panel on its second card."""
    files = {
        "sys/class/drm/card0-HDMI-A-1/status": "disconnected\n",
        "sys/class/drm/card0-HDMI-A-1/modes": "",
        "sys/class/drm/card1-DSI-1/status": "connected\n",
        "sys/class/drm/card1-DSI-1/modes": "800x480\n",
        "sys/class/drm/card1-Writeback-1/status": "unknown\n",
        "dev/dri/card0": "",
        "dev/dri/card1": "",
        "dev/dri/renderD128": "",
        "dev/input/event0": "",
        "proc/asound/card0/id": "Headphones\n",
        "proc/asound/card0/pcm0c/info": "",
        "sys/class/backlight/panel/max_brightness": "255",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


def test_the_kinds_of_kiosk_are_there() -> None:
    assert {
        "buttons-lights",
        "touch",
        "voice",
        "display-7",
        "display-2",
        "hdmi",
        "turned-90",
        "sunlight",
    } <= set(NAMES)


NEEDS = ("buttons", "lights", "screen", "touch", "sound", "microphone", "backlight")


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_says_what_it_needs_and_its_settings_are_taken(name: str) -> None:
    one = profile(name)
    assert one.title
    assert set(one.needs) <= set(NEEDS)
    config = parse({"fitted": {"profiles": [name]}}, file="test")
    for table, entries in one.settings.items():
        for key, value in entries.items():
            got = getattr(getattr(config, table), key)
            assert (list(got) if isinstance(got, tuple) else got) == value


def test_the_file_comes_before_its_profiles_and_the_later_one_before_the_first() -> None:
    merged = beneath(
        {"fitted": {"profiles": ["turned-90", "turned-180", "touch"]}, "screen": {"contrast": True}}
    )
    assert merged["screen"] == {"rotation": 180, "contrast": True}
    assert beneath({"fitted": {"profiles": ["touch"]}, "panel": {"buttons": [1, 2, 3, 4]}})["panel"][
        "buttons"
    ] == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["nothing", "../buttons", "Touch", ""])
def test_an_unknown_profile_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UnknownProfile, match="there are buttons, buttons-lights"):
        profile(name)


def test_where_all_is_there_nothing_is_missing(machine: Path) -> None:
    assert (
        missing(
            ["buttons-lights", "display-7", "speaking", "sunlight"], buttons=True, lights=True, root=machine
        )
        == []
    )


@pytest.mark.parametrize(
    "name,gone,fact",
    [
        ("buttons", "", "no buttons are set"),
        ("buttons-lights", "", "no lights are set"),
        ("touch", "sys/class/drm/card1-DSI-1/status", "no screen is connected"),
        ("touch", "dev/input/event0", "no touch can be read"),
        ("voice", "proc/asound/card0/id", "no sound output was found"),
        ("speaking", "proc/asound/card0/pcm0c/info", "no device that can record"),
        ("display-7", "sys/class/backlight/panel/max_brightness", "the screen's light cannot be set"),
        ("hdmi", "", "no screen on HDMI: there is DSI-1 800x480"),
        ("display-2", "", "no screen of 720x1280: there is DSI-1 800x480"),
    ],
)
def test_what_is_missing_is_named_with_a_remedy(name: str, gone: str, fact: str, machine: Path) -> None:
    if gone:
        (machine / gone).unlink()
        folder = (machine / gone).parent
        if not any(folder.iterdir()):
            folder.rmdir()
    wired = name != "buttons" and name != "buttons-lights"
    found = missing([name], buttons=wired, lights=wired, root=machine)
    assert any(fact in one.fact and one.profile == name and one.remedy for one in found), found


def test_the_card_with_the_screen_is_taken(machine: Path) -> None:
    assert [output.name for output in outputs(machine)] == ["HDMI-A-1", "DSI-1", "Writeback-1"]
    assert outputs(machine)[1] == Output(card=1, name="DSI-1", connected=True, size=(800, 480))
    assert graphics_card(root=machine) == 1
    (machine / "sys/class/drm/card0-HDMI-A-1/status").write_text("connected\n")
    assert graphics_card(root=machine) == 0
    assert graphics_card("DSI", root=machine) == 1
    assert graphics_card("HDMI", root=machine) == 0


def test_where_there_is_no_choice_none_is_made(machine: Path) -> None:
    for status in machine.glob("sys/class/drm/*/status"):
        status.write_text("disconnected\n")
    assert graphics_card(root=machine) is None
    (machine / "sys/class/drm/card1-DSI-1/status").write_text("connected\n")
    (machine / "dev/dri/card0").unlink()
    assert graphics_card(root=machine) is None, "the only card is SDL's own choice"
    assert graphics_card(root=machine / "nowhere") is None
