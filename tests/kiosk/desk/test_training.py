"""Training at the desk: every screen says so, nothing that is pressed is written, and no minute of it counts."""

from pathlib import Path

import pytest

from collector.scores.tallies.minutes import Span, mark, proven_spans
from kiosk.config import parse
from kiosk.desk.pin import set_pin
from kiosk.show.aloud.spoken import said
from kiosk.show.texts import catalogue
from kiosk.show.views import BandedView, MessageView, TicketView, View
from survey.visit.effects import Speak
from survey.visit.state import Step
from tests.kiosk.desk.test_setting import actions, leave, to_the_tiles
from tests.kiosk.desk.test_staff import PIN
from tests.kiosk.journals import records
from tests.kiosk.rigs import Rig, rig

BAND = catalogue("id")["training.band"]
SHORT = parse({"staff": {"training_minutes": 10}}, file="f")


@pytest.fixture
def staffed(home: Path) -> Path:
    set_pin(home, PIN)
    return home


def train(kiosk: Rig) -> None:
    """Begin training, and leave the desk."""
    to_the_tiles(kiosk)
    kiosk.touch("staff-training")
    assert isinstance(kiosk.view, MessageView)
    assert "10 menit" in kiosk.view.text
    kiosk.press(1)
    kiosk.press(1)
    leave(kiosk)


def shown(kiosk: Rig) -> View:
    return kiosk.display.views[-1]


def visit(kiosk: Rig, rating: int) -> None:
    """Rate, and answer all there is."""
    kiosk.press(rating)
    kiosk.touch("accept")
    for _ in range(9):
        kiosk.touch("answer:3")
    kiosk.wait(120)


def test_what_is_pressed_in_training_is_answered_for_and_never_written(staffed: Path) -> None:
    with rig(staffed, SHORT) as kiosk:
        train(kiosk)
        assert shown(kiosk) == BandedView(kiosk.view, BAND)
        before = kiosk.loop.service.state.visit
        visit(kiosk, 3)
        for action in ("complaint", "new", "topic:lama", "next", "next"):
            kiosk.touch(action)
        assert isinstance(kiosk.view, TicketView), "staff sees what a citizen would see"
        assert isinstance(shown(kiosk), BandedView)
        kiosk.touch("done")
        kiosk.wait(600)
        assert shown(kiosk) == kiosk.view, "it has ended by itself"
        assert kiosk.loop.service.state.visit == before, "no number is spent that no record holds"
        visit(kiosk, 4)
        assert kiosk.loop.service.visits_today == 1
    assert [one.body["visit"] for one in records(staffed, "response")] == [before + 1] * 2
    assert not records(staffed, "complaint")
    assert [len(actions(staffed, name)) for name in ("training", "training_ended")] == [1, 1]


def test_counts_of_training_are_told_to_nobody(staffed: Path) -> None:
    with rig(staffed, SHORT) as kiosk:
        train(kiosk)
        visit(kiosk, 1)
        kiosk.wait(1800, frame=5.0)
    told = [one.body for one in records(staffed, "alive")]
    assert [one["screen"] for one in told[:2]] == ["staff", "training"]
    assert sum(int(str(one.get("visits", 0))) + int(str(one.get("answered", 0))) for one in told) == 0


def test_no_minute_of_training_is_time_in_service(staffed: Path) -> None:
    with rig(staffed, SHORT) as kiosk:
        kiosk.wait(20 * 60, frame=5.0)
        train(kiosk)
        kiosk.wait(40 * 60, frame=5.0)
    told = [(round((one.fields["up_ms"]) / 60_000), one.body["screen"]) for one in records(staffed, "alive")]
    assert [(minute, screen) for minute, screen in told if screen == "training"] == [
        (told[1][0] + 10, "training")
    ]
    marks = [mark(minute, up_ms=10**9, screen=str(screen)) for minute, screen in told]
    begun = told[1][0]
    assert proven_spans(marks) == [Span(0, begun), Span(begun + 10, told[-1][0])]


def test_a_visit_goes_on_to_its_end_before_training_ends(staffed: Path) -> None:
    with rig(staffed, SHORT) as kiosk:
        train(kiosk)
        kiosk.wait(10 * 60 - 40, frame=1.0)
        kiosk.press(2)
        kiosk.touch("accept")
        for _ in range(9):
            kiosk.wait(20)
            kiosk.touch("answer:2")
            assert isinstance(shown(kiosk), BandedView)
        kiosk.wait(120)
        assert kiosk.loop.service.state.step is Step.IDLE
        assert not kiosk.loop.service.training
    assert not records(staffed, "response")


def test_staff_ends_training_at_the_desk_and_the_first_press_after_it_counts(staffed: Path) -> None:
    with rig(staffed, SHORT) as kiosk:
        train(kiosk)
        to_the_tiles(kiosk)
        kiosk.touch("staff-training")
        kiosk.press(2)
        kiosk.press(2)
        leave(kiosk)
        kiosk.press(4)
        kiosk.wait(60)
    assert len(records(staffed, "response")) == 1


def test_a_restart_ends_training_and_tells_of_its_last_minutes(staffed: Path) -> None:
    with rig(staffed, SHORT) as kiosk:
        train(kiosk)
        kiosk.wait(120)
        kiosk.loop.service.stop()
        kiosk.loop.step()
        kiosk.settle()
    assert [one.body["screen"] for one in records(staffed, "alive")] == ["staff", "training"]
    with rig(staffed, SHORT) as kiosk:
        kiosk.press(4)
        kiosk.wait(60)
    assert len(records(staffed, "response")) == 1


def test_the_band_is_heard_too(staffed: Path) -> None:
    with rig(staffed, SHORT) as kiosk:
        train(kiosk)
        heard = said(shown(kiosk), Speak(), "id")
        assert heard[1] == BAND
        assert [one for one in heard if one != BAND] == list(said(kiosk.view, Speak(), "id"))
