"""History that is played in: under a key of its own, for a period that is declared beforehand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command

from collector.errors import CollectorError, EnrolmentRefused
from collector.fleet import enrolment, tree
from collector.fleet.models import Unit
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer
from collector.scores.ask.scope import Dimension, Scope
from survey.index.periods import Period, between, parse
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, csr
from tests.collector.judged import judge

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000
YEAR_MS = 365 * DAY_MS
BEFORE = between(date(2025, 10, 1), date(2025, 12, 31))
NOW, THEN = parse("2026-11"), parse("2025-11")
Arrive = Callable[..., list[object]]


def archive(unit: Unit, period: Period = BEFORE, *, name: str = "arsip-2025") -> FakeKiosk:
    """Enrol an archive key; its kiosk's clock stands a year before this morning."""
    code = enrolment.new_code(unit, place=tree.place_of(unit), kiosk=name, archive=period)
    key = Ed25519PrivateKey.generate()
    enrolment.enrol(enrolment.Request(code=code, public_key=key.public_key().public_bytes_raw(), csr=csr()))
    kiosk = FakeKiosk(name, key)
    kiosk.clock_ms = MORNING_MS - YEAR_MS
    return kiosk


def index(unit: Unit, period: Period, **more: object) -> IndexAnswer:
    return indices(IndexQuestion(Scope(unit=unit.code), period, smallest_group=1, **more))


def test_history_is_counted_in_its_time_and_named_as_such(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = archive(unit)
    old.responses(4, 4, 4)
    kiosk.responses(2, 2)
    arrive(old.batch(), kiosk.batch())
    found = judge(unit, THEN, tmp_path)
    assert found.holds
    assert [one.late for one in found.audit.streams] == [0, 0], "history is late by nature"
    then, now = index(unit, THEN), index(unit, NOW)
    assert (then.whole.n, then.archived, then.whole.timing) == (3, 3, None)
    assert (now.whole.n, now.archived) == (2, 0)
    both = index(unit, between(date(2025, 1, 1), date(2026, 12, 31)), by=(Dimension.KIOSK,))
    assert (both.whole.n, both.archived) == (5, 3)
    capsys.readouterr()
    call_command("index", "--unit", unit.code, "--period", "2025-11")
    assert "3 responden dari arsip" in capsys.readouterr().out


def test_history_outside_its_declared_period_is_named(unit: Unit, arrive: Arrive, tmp_path: Path) -> None:
    old = archive(unit, between(date(2025, 10, 1), date(2025, 10, 31)))
    old.responses(4, 4, 4)
    arrive(old.batch())
    found = judge(unit, THEN, tmp_path)
    assert (found.audit.times, found.remarks()) == (False, ["outside_archive"])
    assert "3 dated outside the period that this archive key was declared for" in found.text
    assert judge(unit, parse("2025-10"), tmp_path).holds


def test_its_first_and_last_days_are_those_of_the_unit(unit: Unit, arrive: Arrive, tmp_path: Path) -> None:
    """Half past midnight in Lampung is still the day before in London."""
    first = date(2025, 11, 2)
    old = archive(unit, between(first, first))
    start_ms, end_ms = between(first, first).bounds_ms(unit.time_zone)
    for moment in (start_ms, end_ms - 1):
        old.reboot(clock_ms=moment - 60_000)
        old.responses(3)
    arrive(old.batch())
    assert judge(unit, THEN, tmp_path).remarks() == []


def test_the_kiosk_is_told_the_period_of_its_key(unit: Unit) -> None:
    def enrolled(**archive: Period) -> object:
        code = enrolment.new_code(unit, place=tree.place_of(unit), **archive)
        key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        return enrolment.enrol(enrolment.Request(code=code, public_key=key, csr=csr()))["archive_ms"]

    assert enrolled() is None
    assert enrolled(archive=BEFORE) == BEFORE.bounds_ms(unit.time_zone)


def test_a_kiosk_is_of_one_kind(unit: Unit, kiosk: FakeKiosk) -> None:
    place = tree.place_of(unit)
    with pytest.raises(CollectorError, match="kiosk of the other kind"):
        enrolment.new_code(unit, place=place, kiosk=kiosk.name, archive=BEFORE)
    later = enrolment.new_code(unit, place=place, kiosk="arsip-2025")
    archive(unit)
    with pytest.raises(CollectorError, match="kiosk of the other kind"):
        enrolment.new_code(unit, place=place, kiosk="arsip-2025")
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(EnrolmentRefused, match="kiosk of the other kind"):
        enrolment.enrol(enrolment.Request(code=later, public_key=key, csr=csr()))


@pytest.mark.parametrize("days", [("2025-01-01", "soon"), ("2025-02-01", "2025-01-01"), ("0", "2025-01-01")])
def test_a_period_that_is_none_is_refused_with_what_to_write(unit: Unit, days: tuple[str, str]) -> None:
    with pytest.raises(Exception, match="write the first and the last day as"):
        call_command("enrol", "--unit", unit.code, "--archive", *days)


def test_a_boot_without_a_clock_is_bounded_by_the_declared_period(
    unit: Unit, arrive: Arrive, tmp_path: Path
) -> None:
    old = archive(unit)
    old.clock_ms = None
    old.responses(3)
    old.reboot(clock_ms=MORNING_MS - YEAR_MS)
    old.responses(3)
    arrive(old.batch())
    assert judge(unit, THEN, tmp_path).audit.times
