"""Rows and tallies are projections: made anew from the evidence, they are equal to the last digit."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from collector import clock
from collector.complaints.models import Ticket
from collector.evidence.intake import timing
from collector.evidence.intake.rebuild import project_again, rebuild, retry_set_aside
from collector.evidence.models import SetAside, Stream
from collector.fleet import tree
from collector.fleet.models import Assignment, Kiosk, Unit
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Scope
from collector.scores.models import Response
from collector.scores.tallies import flagging, forms
from survey.index.periods import parse
from survey.instrument.definition import shipped_files
from survey.record.clock import unknown_clock
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, pulse, skm

pytestmark = pytest.mark.django_db

DAY = 86_400_000
PROJECTIONS = ("scores_", "complaints_ticket", "evidence_setaside", "evidence_stream")


def snapshot() -> dict[str, list[tuple[object, ...]]]:
    """Give every projected row; the database's own row numbers of set-aside records are left out."""
    tables = [name for name in connection.introspection.table_names() if name.startswith(PROJECTIONS)]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            columns = [
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
                if (table, column.name) != ("evidence_setaside", "id")
            ]
            names = ", ".join(
                connection.ops.quote_name(one) for one in columns
            )  # a column may be called "window"
            cursor.execute(f"SELECT {names} FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(
                (
                    tuple(bytes(one) if isinstance(one, memoryview) else one for one in row)
                    for row in cursor.fetchall()
                ),
                key=repr,
            )
    return found


def live(kiosk: FakeKiosk, chance: random.Random, *, records: int) -> None:
    """Write a varied life: boots with and without a clock, every kind of record, some unreadable."""
    kiosk.record("boot", {"software": "1"})
    for number in range(records):
        what = chance.random()
        if what < 0.05:
            known = MORNING_MS + chance.randrange(1, 5) * DAY if chance.random() < 0.5 else None
            kiosk.reboot(clock_ms=known)
            kiosk.record("boot", {"software": "1"})
        elif what < 0.08:
            at = MORNING_MS + chance.randrange(1, 5) * DAY + kiosk.up_ms
            kiosk.record("clock", {"source": "ntp", "reason": "sync"}, at=at, sync=True)
        elif what < 0.15:
            kiosk.record("alive", {"presses": 3, "rejected": {}, "screen": "idle", "open": True, "visits": 1})
        elif what < 0.2:
            kiosk.record("response", pulse(chance.randint(1, 4), visit=number))
        elif what < 0.22:
            kiosk.record("weather", {"rain": True})
        elif what < 0.24:
            kiosk.line(b"garbage %d" % number)
        elif what < 0.26:
            kiosk.record("staff", {"action": "test"})
        elif what < 0.28:
            kiosk.record("complaint", {"lookup": "ab" * 16, "visit": 1})
        else:
            values = [chance.randint(1, 4) for _ in range(chance.choice((9, 9, 9, 4)))]
            kiosk.record("response", skm(*values, visit=number), after_ms=chance.randrange(3_600_000))


@pytest.mark.parametrize("seed", range(4))
def test_a_rebuild_equals_what_the_intake_made(
    unit: Unit, arrive: Callable[..., list[object]], seed: int
) -> None:
    chance = random.Random(seed)
    kiosks = [FakeKiosk.enrolled(unit) for _ in range(3)]
    waiting = []
    for kiosk in kiosks:
        live(kiosk, chance, records=120)
        first = 1
        batches = []
        while first <= kiosk.last:
            last = min(kiosk.last, first + chance.choice((0, 0, 4, 30)))
            batches.append(kiosk.batch(first, last))
            first = last + 1
        waiting.append(batches)
    day = 0
    while any(waiting):
        group = [batches.pop(0) for batches in waiting for _ in range(3) if batches]
        day += 1
        arrive(*group, received_ms=MORNING_MS + 6 * DAY + day * 60_000)
    flagging.settle()
    before = snapshot()
    assert before["scores_response"]
    rebuild(lambda _line: None)
    after = snapshot()
    for table, rows in before.items():
        assert after[table] == rows, table


def ikm(unit: Unit, month: str) -> tuple[int | None, str]:
    result = indices(IndexQuestion(scope=Scope(unit=unit.code), period=parse(month), smallest_group=1)).whole
    return result.n, str(result.index.value) if result.index is not None else ""


def test_an_anchor_that_comes_later_moves_ratings_to_their_day(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]]
) -> None:
    kiosk.reboot(clock_ms=None)
    kiosk.responses(4, 3, 2)
    arrive(kiosk.batch(), received_ms=MORNING_MS + 60 * DAY)
    assert ikm(unit, "2026-11") == (0, "")
    kiosk.record("clock", {"source": "ntp", "reason": "sync"}, at=MORNING_MS + kiosk.up_ms, sync=True)
    arrive(kiosk.batch(4, 4), received_ms=MORNING_MS + 60 * DAY)
    assert ikm(unit, "2026-11") == (3, "75.00")
    assert ikm(unit, "2026")[0] == 3


def test_what_a_kiosk_earned_stays_with_the_unit_and_a_corrected_date_moves_it(
    unit: Unit, arrive: Callable[..., list[object]]
) -> None:
    with stopped(clock.now() - timedelta(hours=1)):
        kiosk = FakeKiosk.enrolled(unit)
    other = tree.add_unit(
        code="jaya",
        name="Jaya",
        region=tree.add_region("18.01.05.2004"),
        agency=None,
        time_zone="Asia/Jakarta",
    )
    kiosk.responses(4, 4)
    arrive(kiosk.batch())
    call_command("kiosk", "move", kiosk.name, "--unit", "jaya")
    assert (ikm(unit, "2026-11")[0], ikm(other, "2026-11")[0]) == (2, 0)
    call_command("kiosk", "move", kiosk.name, "--unit", "jaya", "--since", "2026-11-01")
    # The first assignment, of the day of enrolment, is later than these responses, and now not the first any more.
    assert (ikm(unit, "2026-11")[0], ikm(other, "2026-11")[0]) == (0, 2)
    before = snapshot()
    rebuild(lambda _line: None)
    assert snapshot()["scores_response"] == before["scores_response"]


def test_a_record_set_aside_is_counted_once_it_is_understood(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]]
) -> None:
    known = Assignment.objects.get()
    Assignment.objects.all().delete()
    kiosk.responses(4)
    arrive(kiosk.batch())
    assert list(SetAside.objects.values_list("seq", "code")) == [(1, "kiosk_unassigned")]
    known.save(force_insert=True)
    assert retry_set_aside() == 1
    assert retry_set_aside() == 0
    assert (SetAside.objects.count(), ikm(unit, "2026-11")[0]) == (0, 1)


def test_tickets_keep_their_life_through_a_rebuild(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    kiosk.record("complaint", {"lookup": "ab" * 16, "visit": 1})
    arrive(kiosk.batch())
    Ticket.objects.update(status="dijawab")
    rebuild(lambda _line: None)
    assert list(Ticket.objects.values_list("status", flat=True)) == ["dijawab"]
    assert Stream.objects.get().through == 1


def test_projecting_again_without_a_change_moves_nothing(busy: FakeKiosk) -> None:
    before = snapshot()
    assert project_again(Kiosk.objects.get(name=busy.name).pk, lambda: None) == 0
    assert snapshot() == before


def test_a_rebuild_counts_what_an_upgrade_understands_and_forgets_that_it_was_set_aside(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    kiosk.record("response", skm(4) | {"answers": {"kepuasan": 4}, "instrument": "lokal"})
    kiosk.record("weather", {"rain": True})
    kiosk.responses(3)
    arrive(kiosk.batch())
    aside = [(1, "instrument_unknown"), (2, "kind_unknown")]
    assert list(SetAside.objects.order_by("seq").values_list("seq", "code")) == aside
    rebuild(lambda _line: None)
    assert list(SetAside.objects.order_by("seq").values_list("seq", "code")) == aside
    folder = settings.IKM_DATA / "instruments"
    folder.mkdir()
    own = folder / "lokal-1.toml"
    own.write_text(
        next(one for one in shipped_files() if one.name.startswith("pulse"))
        .read_text(encoding="utf-8")
        .replace('id = "pulse"', 'id = "lokal"')
    )
    try:
        # What a version wrote down of a record that a later one reads at once must not stay behind either.
        SetAside.objects.create(stream=Stream.objects.get(), seq=3, code="kind_unknown")
        rebuild(lambda _line: None)
        assert list(SetAside.objects.values_list("seq", "code")) == [(2, "kind_unknown")]
        assert Response.objects.count() == 2
    finally:
        own.unlink()
        folder.rmdir()
        forms._coded.cache_clear()


def test_a_rebuild_writes_the_clock_back(kiosk: FakeKiosk, arrive: Callable[..., list[object]]) -> None:
    kiosk.responses(4, 3)
    arrive(kiosk.batch())
    before = bytes(Stream.objects.get().clock)
    Stream.objects.update(clock=timing.dump(unknown_clock(enrolled_ms=0)))
    rebuild(lambda _line: None)
    assert bytes(Stream.objects.get().clock) == before


def test_a_kiosk_given_a_unit_at_last_has_nothing_set_aside(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]]
) -> None:
    Assignment.objects.all().delete()
    kiosk.responses(4)
    kiosk.record("weather", {"rain": True})
    arrive(kiosk.batch())
    codes = SetAside.objects.order_by("seq").values_list("seq", "code")
    assert list(codes) == [(1, "kiosk_unassigned"), (2, "kiosk_unassigned")]
    call_command("kiosk", "move", kiosk.name, "--unit", unit.code, "--since", "2026-11-01")
    assert list(codes.all()) == [(2, "kind_unknown")]
    assert ikm(unit, "2026-11")[0] == 1
