"""History that is played in: under a key of its own, for a period that is declared beforehand."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.test import Client

from collector.errors import CollectorError, EnrolmentRefused
from collector.fleet import enrolment, tree
from collector.fleet.models import Unit
from collector.releases import larger, publishing
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer
from collector.scores.ask.scope import Dimension, Scope
from survey.index.periods import Period, between, parse
from tests.collector.conftest import OwnClock
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
    assert (then.whole.n, then.whole.archived, then.whole.timing) == (3, 3, None)
    assert (now.whole.n, now.whole.archived) == (2, 0)
    both = index(unit, between(date(2025, 1, 1), date(2026, 12, 31)), by=(Dimension.KIOSK,))
    assert (both.whole.n, both.whole.archived) == (5, 3)
    assert [(group.group[0].code, group.n, group.archived) for group in both.groups] == [
        ("arsip-2025", 3, 3),
        (kiosk.name, 2, 0),
    ]
    capsys.readouterr()
    call_command("index", "--unit", unit.code, "--period", "2025-11")
    assert "3 responden dari arsip" in capsys.readouterr().out


@pytest.fixture
def halves(unit: Unit, kiosk: FakeKiosk, arrive: Arrive) -> Unit:
    """A unit with six responses of October from the archive, and five of November from its kiosk."""
    old = archive(unit, between(date(2026, 10, 1), date(2026, 10, 31)))
    old.clock_ms = MORNING_MS - 30 * DAY_MS
    old.responses(4, 4, 4, 4, 4, 4)
    kiosk.responses(2, 3, 2, 3, 2)
    arrive(old.batch(), kiosk.batch())
    return unit


def test_whoever_reads_an_index_is_told_what_of_it_is_from_the_archive(
    halves: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--unit", halves.code, "--period", "2026-TW4")
    capsys.readouterr()
    call_command("index", *words, "--by", "month")
    told = capsys.readouterr().out
    assert "6 responden dari arsip: dimasukkan kemudian" in told
    assert "n = 6 (6 dari arsip)" in told
    assert "n = 5\n" in told
    call_command("index", *words, "--by", "month", "--json")
    fields = json.loads(capsys.readouterr().out)
    assert (fields["archived"], [group["archived"] for group in fields["groups"]]) == (6, [6, 0])

    def archived(by: str) -> list[int]:
        call_command("index", *words, "--by", by, "--csv")
        return [int(row["archived"]) for row in csv.DictReader(io.StringIO(capsys.readouterr().out))]

    assert (archived("month"), archived("element"), sum(archived("hour"))) == ([6, 0], [6] * 9, 6)


def test_a_bundle_says_it_too(halves: Unit, tmp_path: Path) -> None:
    found = judge(halves, parse("2026-TW4"), tmp_path)
    assert "skm-2017@1: 6 of the respondents are from the archive" in found.report.notes


def test_every_page_with_an_index_says_what_of_it_is_from_the_archive(
    halves: Unit, client: Client, own_clock: OwnClock
) -> None:
    def shown(address: str) -> str:
        return " ".join(client.get(address).content.decode().split())

    own_clock.moment = datetime(2027, 1, 5, tzinfo=UTC)
    quarter = publishing.publish(halves, parse("2026-TW4"), who="console:test")
    for month in ("2026-10", "2026-11"):
        publishing.publish(halves, parse(month), who="console:test")
    larger.publish(larger.region("18.01"), parse("2026-TW4"), who="console:test")
    for address in ("/?period=2026-TW4", "/region/18.01/?period=2026-TW4", "/unit/sukamaju/?period=2026-TW4"):
        assert "6 dari arsip" in shown(address), address
    assert "11<small>semua lengkap; 6 dari arsip</small>" in shown(f"/r/{quarter.address}/")
    rows = client.get(f"/api/v1/releases/{quarter.address}.csv").content.decode()
    assert [row["archived"] for row in csv.DictReader(io.StringIO(rows))] == ["6"] * 9
    november = shown("/unit/sukamaju/?period=2026-11")
    assert "semua lengkap</small>" in november
    assert "Oktober 2026</a> (6 responden dari arsip):" in november
    assert "2026-10 100,00 (6 dari arsip); 2026-11" in november
    assert "* dengan responden dari arsip" in november


def test_a_group_too_small_to_be_shown_does_not_tell_its_archive_either(unit: Unit, arrive: Arrive) -> None:
    old = archive(unit)
    old.responses(4, 4, 4)
    arrive(old.batch())
    whole = indices(IndexQuestion(Scope(unit=unit.code), THEN)).whole
    assert (whole.withheld, whole.n, whole.archived) == (True, None, None)


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
