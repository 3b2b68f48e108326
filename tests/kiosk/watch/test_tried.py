"""A failed try to enrol has a face: what was tried, why it failed, and what to do about it; never the code."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.errors import NotEnrolled, Obstacle, Tried
from kiosk.show.standby import Machine, standby_view
from kiosk.show.texts import Texts
from kiosk.watch.folders import require_enrolled
from kiosk.watch.tried import newest_try, tell, tried_of
from survey.wire.trouble import trouble
from uplink.errors import (
    AlreadyEnrolled,
    IdentityError,
    Refused,
    Unreachable,
    UplinkError,
    WrongClock,
    WrongCode,
)

MACHINE = Machine(name="kios-01", version="0.1.0", addresses=("192.168.1.17",))
THEIRS = datetime(2026, 11, 23, 2, 41, 7, tzinfo=UTC)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where tries are told, in place of /run."""
    file = tmp_path / "run" / "enrol.json"
    for function in (tell, newest_try):
        monkeypatch.setattr(function, "__defaults__", (file,))
    return file


@pytest.mark.parametrize(
    "error,obstacle",
    [
        (Unreachable("no answer", trouble("collector_no_answer")), Obstacle.NO_ANSWER),
        (WrongClock("years apart", THEIRS), Obstacle.WRONG_CLOCK),
        (WrongCode("another collector"), Obstacle.WRONG_CODE),
        (Refused("code_unknown", "used already"), Obstacle.CODE_REFUSED),
    ],
)
def test_each_way_to_fail_is_shown_as_itself(error: UplinkError, obstacle: Obstacle, told: Path) -> None:
    tell(tried_of(error))
    with pytest.raises(NotEnrolled) as raised:
        require_enrolled(told.parent)
    assert raised.value.obstacle is obstacle
    view = standby_view(raised.value, MACHINE, Texts("id"))
    assert view.title == Texts("id").get(f"standby.{obstacle}.title")
    assert str(error) in view.message
    assert len(view.steps) == 3


def test_the_screen_says_what_to_type_against_a_wrong_clock() -> None:
    view = standby_view(NotEnrolled("", tried_of(WrongClock("", THEIRS))), MACHINE, Texts("id"))
    assert "sudo date -u -s '2026-11-23 02:41'" in view.steps[1]


def test_without_any_network_the_cable_comes_first() -> None:
    error = NotEnrolled("", Tried(Obstacle.NO_ANSWER, "no answer"))
    assert standby_view(error, MACHINE._replace(addresses=()), Texts("id")).steps[0] == Texts("id").get(
        "standby.connect"
    )


def test_an_enrolled_kiosk_has_nothing_to_say_of_a_try() -> None:
    assert tried_of(AlreadyEnrolled("it belongs to an enrolled kiosk")) is None


def test_whatever_else_goes_wrong_is_read_out_to_the_centre() -> None:
    assert tried_of(IdentityError("nobody vouches for its certificate")) == Tried(
        Obstacle.ENROLMENT_FAILS, "nobody vouches for its certificate"
    )


def test_the_command_tells_it_everybody_may_read_it_and_the_code_is_not_in_it(
    told: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "7K2MP-9QX4R-F3TN"
    assert main(["enrol", code, "--collector", "https://127.0.0.1:9", "--home", str(tmp_path / "new")]) == 1
    assert newest_try() == Tried(
        Obstacle.WRONG_CODE, capsys.readouterr().err.strip().removeprefix("ikm-kiosk: ")
    )
    assert told.stat().st_mode & 0o777 == 0o644
    assert not [part for part in code.split("-") if part in told.read_text()]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", json.dumps({"obstacle": "no such", "message": "", "command": ""})]
)
def test_what_cannot_be_understood_is_as_if_nobody_had_tried(told: Path, content: str) -> None:
    told.parent.mkdir()
    told.write_text(content)
    assert newest_try() is None


def test_where_nothing_can_be_told_nothing_fails() -> None:
    tell(Tried(Obstacle.NO_ANSWER, ""), Path("/proc/nowhere/enrol.json"))
    assert newest_try(Path("/proc/nowhere/enrol.json")) is None


def test_nothing_is_left_of_a_try_once_one_succeeds(told: Path) -> None:
    tell(Tried(Obstacle.NO_ANSWER, ""))
    tell(None)
    assert not told.exists()
