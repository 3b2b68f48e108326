"""Made anew from the evidence, rows and tallies are the same to the last digit."""

import random
from datetime import UTC, datetime

import pytest
from django.db import transaction

from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Accepted, Arrival
from collector.evidence.intake.rebuild import rebuild
from collector.evidence.models import Door, Stream
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.models import (
    DayTally,
    GroupTally,
    KioskDay,
    Response,
    StaffAction,
    StaleDay,
    UnitDay,
    UnitTally,
)
from collector.scores.proof.held import holdings
from collector.scores.show.as_json import as_json
from collector.scores.tallies import flagging
from survey.index.periods import parse
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, pulse, skm

pytestmark = pytest.mark.django_db

TABLES = (Response, DayTally, UnitDay, UnitTally, GroupTally, KioskDay, StaffAction, StaleDay)
DAY_MS = 86_400_000


def contents() -> list[list[tuple[object, ...]]]:
    return [
        [
            tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
            for row in table.objects.order_by("pk").values_list()
        ]
        for table in TABLES
    ]


def answers_of(unit: Unit) -> list[object]:
    asked = [
        (),
        (Dimension.SERVICE,),
        (Dimension.HOUR,),
        (Dimension.SEX,),
        (Dimension.DAY,),
        (Dimension.KIOSK,),
    ]
    period = parse("2026")
    return [
        as_json(indices(IndexQuestion(Scope(unit=unit.code), period, by, smallest_group=1))) for by in asked
    ]


def busy_days(kiosk: FakeKiosk, chance: random.Random, *, days: int) -> None:
    """Write days of visits, alive records, staff at the screen, and a run of praise."""
    for day in range(days):
        kiosk.reboot(clock_ms=MORNING_MS + day * DAY_MS if day % 3 else None)
        kiosk.record("boot", {"software": "1", "hardware": "x"})
        for visit in range(1, 12):
            values = [min(4, max(1, round(chance.gauss(3.1, 0.8)))) for _ in range(9)]
            profile = {"sex": chance.choice("LP")} if visit % 2 else {}
            service = chance.choice([None, "ktp"])
            named = {"service": service} if service else {}
            kiosk.record(
                "response", pulse(values[0], visit=visit), after_ms=chance.randrange(20_000, 900_000)
            )
            kiosk.record(
                "response", skm(*values[: 9 if visit % 4 else 5], visit=visit, profile=profile, **named)
            )
            if visit % 3 == 0:
                kiosk.record("alive", {"screen": "idle", "open": True})
        kiosk.record("staff", {"action": "volume"})
        for visit in range(12, 20):
            kiosk.record("response", skm(4, visit=visit, duration_s=14), after_ms=25_000)
        if day % 3 == 0:
            kiosk.record(
                "clock",
                {"source": "ntp", "reason": "sync"},
                at=MORNING_MS + day * DAY_MS + 9_000_000,
                sync=True,
            )


@pytest.mark.parametrize("portion", [7, 40])
def test_a_rebuild_gives_the_same_rows_tallies_and_answers(
    unit: Unit, kiosk: FakeKiosk, portion: int
) -> None:
    tree.add_service(unit=unit, code="ktp", name="KTP")
    other = FakeKiosk.enrolled(unit)
    chance = random.Random(portion)
    for one in (kiosk, other):
        busy_days(one, chance, days=5)
    received = MORNING_MS + 30 * DAY_MS
    for start in range(1, kiosk.last + 1, portion):
        arrivals = [
            Arrival(
                payload=one.batch(start, min(start + portion - 1, one.last)),
                door=Door.MQTT,
                received_ms=received,
            )
            for one in (kiosk, other)
            if start <= one.last
        ]
        assert all(isinstance(outcome, Accepted) for outcome in accept(arrivals))
    flagging.settle()
    before, told = contents(), answers_of(unit)
    assert Response.objects.exclude(flags=0).exists()
    assert KioskDay.objects.exists()
    rebuild(lambda _line: None)
    assert contents() == before
    assert answers_of(unit) == told


def test_a_later_anchor_moves_responses_to_their_day_with_their_tallies(unit: Unit, kiosk: FakeKiosk) -> None:
    kiosk.reboot(clock_ms=None)
    for value in (4, 3, 2, 4, 3, 1):
        kiosk.record("response", skm(value, visit=kiosk.last + 1), after_ms=600_000)
    arrived = datetime(2026, 11, 20, tzinfo=UTC).timestamp() * 1000
    accept([Arrival(payload=kiosk.batch(), door=Door.USB, received_ms=round(arrived))])
    first = kiosk.last + 1
    kiosk.record("clock", {"source": "ntp", "reason": "sync"}, at=MORNING_MS + 5_000_000, sync=True)
    kiosk.record("alive", {"screen": "idle", "open": True})
    accept([Arrival(payload=kiosk.batch(first), door=Door.USB, received_ms=round(arrived))])
    with transaction.atomic():
        monday = indices(
            IndexQuestion(Scope(unit=unit.code), parse("2026-11-02..2026-11-02"), smallest_group=1)
        ).whole
    assert monday.n == 6
    assert DayTally.objects.count() == 1


def test_a_unit_knows_what_has_not_arrived(unit: Unit, kiosk: FakeKiosk) -> None:
    kiosk.responses(3, 3, 4, 2, 3, 4)
    accept([Arrival(payload=kiosk.batch(), door=Door.MQTT, received_ms=MORNING_MS)])
    Stream.objects.update(heard_seq=8)
    twin = kiosk.copy()
    kiosk.responses(1)
    twin.responses(4)
    for one in (kiosk, twin):
        accept([Arrival(payload=one.batch(7), door=Door.MQTT, received_ms=MORNING_MS)])
    (held,) = holdings(unit)
    assert (held.kiosk, held.received, held.awaited, held.conflicts) == (kiosk.name, 7, 1, 1)
