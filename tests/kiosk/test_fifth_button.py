"""A fifth button and a headphone plug on a whole kiosk: they begin speech, go on, and cost nobody a vote."""

from pathlib import Path

import pytest

from hardware.events import FIFTH, JACK
from kiosk.config import Config, SoundSection, parse
from kiosk.errors import ConfigurationError
from survey.visit.state import Step
from tests.kiosk.journals import pulses
from tests.kiosk.rigs import Rig, rig

HEARS = Config(sound=SoundSection(speech=True))


def push(kiosk: Rig, seconds: float = 0.1) -> None:
    kiosk.wait(1.0)
    kiosk.panel.press(FIFTH, at=kiosk.times.now, seconds=seconds)
    kiosk.wait(seconds + 0.6)


def aloud(kiosk: Rig) -> bool:
    return kiosk.loop.service.state.aids.aloud


def test_the_fifth_button_begins_speech_and_held_ends_it_and_is_no_vote(home: Path) -> None:
    with rig(home, HEARS) as kiosk:
        push(kiosk)
        assert aloud(kiosk)
        push(kiosk)
        assert aloud(kiosk), "it reads again"
        push(kiosk, 2.0)
        assert not aloud(kiosk)
        assert kiosk.loop.service.state.step is Step.IDLE
    assert pulses(home) == []


def test_where_faces_ask_the_fifth_button_goes_on_also_on_a_kiosk_without_a_voice(home: Path) -> None:
    with rig(home, Config()) as kiosk:
        push(kiosk)
        assert not aloud(kiosk)
        kiosk.press(3)
        kiosk.wait(7)
        assert kiosk.loop.service.state.faces
        push(kiosk)
        assert kiosk.loop.service.state.step is Step.QUESTION
    assert len(pulses(home)) == 1


def test_a_face_and_the_fifth_button_together_leave_the_vote(home: Path) -> None:
    with rig(home, HEARS) as kiosk:
        kiosk.wait(1.5)
        kiosk.panel.press(FIFTH, at=kiosk.times.now, seconds=0.3)
        kiosk.panel.press(2, at=kiosk.times.now + 0.2, seconds=0.3)
        kiosk.wait(2)
    assert [one.body["answers"]["kepuasan"] for one in pulses(home)] == [2]


def test_a_plug_begins_speech_and_its_removal_ends_it_and_a_press_on_its_way_counts(home: Path) -> None:
    with rig(home, HEARS) as kiosk:
        kiosk.wait(1.5)
        kiosk.panel.move(JACK, down=True, at=kiosk.times.now)
        kiosk.wait(1)
        assert aloud(kiosk)
        kiosk.panel.move(JACK, down=False, at=kiosk.times.now)
        kiosk.wait(0.2)
        kiosk.panel.press(3, at=kiosk.times.now)
        kiosk.wait(0.05)
        kiosk.wait(1)
        assert not aloud(kiosk)
        assert pulses(home) == []  # in speech mode the first press reads
        kiosk.press(3)
    assert [one.body["answers"]["kepuasan"] for one in pulses(home)] == [3]


def test_speech_ends_with_the_visit_also_while_the_plug_is_in(home: Path) -> None:
    """Else whoever comes next would have their first press read to nobody."""
    with rig(home, HEARS) as kiosk:
        kiosk.wait(1.5)
        kiosk.panel.move(JACK, down=True, at=kiosk.times.now)
        kiosk.wait(1)
        kiosk.wait(200, frame=1.0)
        assert not aloud(kiosk)


def test_no_pin_is_two_things() -> None:
    with pytest.raises(ConfigurationError, match="GPIO 6"):
        parse({"panel": {"fifth_button": 6}}, file="kiosk.toml")
    both = parse(
        {"fitted": {"profiles": ["buttons-lights", "fifth-button", "headphones"]}}, file="kiosk.toml"
    )
    assert (both.panel.fifth_button, both.panel.headphone_jack, both.sound.speech) == (26, 24, True)
