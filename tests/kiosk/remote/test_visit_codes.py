"""Codes at the kiosk: made beside the frames, kept for whoever comes back, and telling nothing of any answer."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from stat import S_IMODE

import pytest

from kiosk.remote.visit_codes import Confirmed, Place, VisitCodes, forget_old
from survey.record.visit_code import VisitCode, letters_of
from survey.visit.coded import KeptCode
from survey.visit.state import Coded, FoundCode

STREAM = "5a" * 16
PLACE = Place(STREAM, 41, bytes(32))
DAY = date(2026, 12, 1)


class Told:
    def __init__(self) -> None:
        self.confirmed = Confirmed(STREAM, 0)


def letters() -> str:
    return letters_of(stream=STREAM, number=41, link=bytes(32))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def codes(tmp_path: Path, told: Told) -> Iterator[VisitCodes]:
    made = VisitCodes(
        tmp_path / "codes", kiosk="k-0001", collector_key=bytes(32), confirmed=lambda: told.confirmed
    )
    made.start()
    yield made
    made.stop()


def results(codes: VisitCodes, ask: Callable[[], None]) -> object:
    ask()
    deadline = time.monotonic() + 10
    while not (found := codes.results()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert codes.waiting == 0
    return found[0]


def test_a_code_is_that_of_the_records_place(codes: VisitCodes) -> None:
    made = results(codes, lambda: codes.make(3, PLACE, DAY))
    assert made == Coded(3, VisitCode("k-0001", 41, letters()))


def test_whoever_comes_back_is_told_whether_it_has_arrived(codes: VisitCodes, told: Told) -> None:
    results(codes, lambda: codes.make(3, PLACE, DAY))
    for through, arrived in ((40, False), (41, True)):
        told.confirmed = Confirmed(STREAM, through)
        found = results(codes, lambda: codes.look_up(letters().lower()))
        assert found == FoundCode(letters(), KeptCode(41, "2026-12-01", arrived=arrived))
    told.confirmed = Confirmed("5b" * 16, 900)  # a new card: this kiosk cannot tell any more
    assert results(codes, lambda: codes.look_up(letters())) == FoundCode(
        letters(), KeptCode(41, "2026-12-01", arrived=None)
    )


def test_letters_that_were_never_given_are_not_known(codes: VisitCodes, tmp_path: Path) -> None:
    assert results(codes, lambda: codes.look_up("ACDE3467")) == FoundCode("ACDE3467", None)
    (tmp_path / "codes").write_bytes(b"\xff\x00 not a line\nACDE3467\n x ACDE3467\n")
    assert results(codes, lambda: codes.look_up("ACDE3467")) == FoundCode("ACDE3467", None)


def test_a_clock_that_is_not_trusted_dates_nothing(codes: VisitCodes) -> None:
    results(codes, lambda: codes.make(3, PLACE, None))
    assert results(codes, lambda: codes.look_up(letters())) == FoundCode(
        letters(), KeptCode(41, "", arrived=False)
    )


def test_what_is_kept_is_number_letters_and_day_for_this_kiosk_alone(
    codes: VisitCodes, tmp_path: Path
) -> None:
    results(codes, lambda: codes.make(3, PLACE, DAY))
    assert (tmp_path / "codes").read_text() == f"{STREAM} 41 {letters()} 2026-12-01\n"
    assert S_IMODE((tmp_path / "codes").stat().st_mode) == 0o600


def test_codes_are_forgotten_after_more_than_a_year(tmp_path: Path) -> None:
    path = tmp_path / "codes"
    forget_old(path, DAY)
    path.write_text(
        f"{STREAM} 1 ACDE3467 2025-10-01\n{STREAM} 2 ACDE3469 2026-11-30\n{STREAM} 3 ACDE3476 -\ncut"
    )
    forget_old(path, DAY)
    assert path.read_text() == f"{STREAM} 2 ACDE3469 2026-11-30\n{STREAM} 3 ACDE3476 -\n"


def test_a_disk_that_keeps_no_code_still_gives_it(tmp_path: Path) -> None:
    made = VisitCodes(
        tmp_path / "none" / "codes",
        kiosk="k-0001",
        collector_key=bytes(32),
        confirmed=lambda: Confirmed(STREAM, 0),
    )
    made.start()
    assert results(made, lambda: made.make(3, PLACE, DAY)) == Coded(3, VisitCode("k-0001", 41, letters()))
    made.stop()
