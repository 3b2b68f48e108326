"""What a kiosk's own row says at once is what the other tables say, whatever happened before; and a list is sorted by it as by them."""

import ast
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from collector import clock
from collector.desk import periods
from collector.evidence import needs
from collector.evidence.intake import last_hours
from collector.evidence.kiosk_lines import KioskLine, lines
from collector.evidence.kiosk_list import EVERY, KioskList, among, or_at, some
from collector.evidence.kiosks import known
from collector.evidence.models import Conflict, LostHere, Stream
from collector.evidence.needs import Need
from collector.evidence.standing import StreamStanding
from collector.fleet import present
from collector.fleet.models import (
    Assignment,
    Kiosk,
    KioskKey,
    KioskSettings,
    KioskState,
    SettingsReport,
    Unit,
)
from collector.fleet.present import Alarm
from survey.wire.health import KioskHealth, UplinkHealth
from survey.wire.trouble import trouble
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.hearing import hear
from tests.collector.scores.village import add_unit

COLLECTOR = Path(__file__).resolve().parents[3] / "collector"
HOUR_MS = 3_600_000
ILL = UplinkHealth(
    sync=False,
    backlog=9,
    oldest_s=7_200,
    damaged=1,
    kiosk=KioskHealth(
        accepting=False, troubles=(trouble("disk_full"),), disk_used_percent=90, was_under_voltage=True
    ),
)


def agrees() -> None:
    """Insist that every kiosk's row says what the other tables say."""
    for kiosk in Kiosk.objects.all():
        stand = Assignment.objects.filter(kiosk=kiosk).order_by("-since").first()
        keys = KioskKey.objects.filter(kiosk=kiosk)
        state = KioskState.objects.filter(kiosk=kiosk).first()
        came = max(Stream.objects.filter(kiosk=kiosk).values_list("received_ms", flat=True), default=None)
        assert kiosk.stands_id == (stand.unit_id if stand is not None else None)
        assert kiosk.in_use == any(key.revoked_at is None and key.archive_from is None for key in keys)
        assert kiosk.alarms == (present.alarms_of(state.health) if state is not None else 0)
        assert kiosk.last_hour_ms == (came // HOUR_MS * HOUR_MS if came is not None else None)


def says(kiosk: FakeKiosk, health: UplinkHealth | None = None) -> None:
    told: dict[str, object] = {"online": health is not None}
    if health is not None:
        told["health"] = health.to_fields()
    assert hear(kiosk.name, json.dumps(told).encode(), now_ms=MORNING_MS) is None


@pytest.mark.django_db
def test_a_row_says_what_the_tables_say_whatever_happens(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, own_clock: OwnClock
) -> None:
    def row() -> Kiosk:
        agrees()
        return Kiosk.objects.get(name=kiosk.name)

    assert (row().stands, row().in_use, row().alarms, row().last_hour_ms) == (unit, True, 0, None)
    for minutes in (0, 59, 60, 200):
        first = kiosk.last + 1
        kiosk.responses(3)
        arrive(kiosk.batch(first, kiosk.last), received_ms=MORNING_MS + minutes * 60_000)
        agrees()
    says(kiosk, ILL)
    assert row().alarms == sum(Alarm)
    says(kiosk)
    assert row().alarms == sum(Alarm), "a last will says nothing of its health"
    says(kiosk, UplinkHealth(sync=True, kiosk=KioskHealth()))
    assert row().alarms == 0
    other = add_unit("medan", region="12.71.01.1001")
    for code, day in (("medan", "2026-11-20"), ("sukamaju", "2026-11-05"), ("sukamaju", "2026-11-20")):
        call_command("kiosk", "move", kiosk.name, "--unit", code, "--since", day)
        assert row().stands == (other if code == "medan" or day < "2026-11-20" else unit)
    call_command("kiosk", "revoke", kiosk.name, "--why", "hilang")
    assert not row().in_use
    own_clock.moment = datetime(2026, 12, 1, tzinfo=UTC)
    again = FakeKiosk.enrolled(other, name=kiosk.name)
    assert (row().stands, row().in_use) == (other, True)
    again.start()
    arrive(again.batch(), received_ms=MORNING_MS + 30 * 86_400_000)
    agrees()


@pytest.mark.django_db
def test_a_rebuild_makes_what_the_rows_say_anew(kiosk: FakeKiosk, arrive: Arrive) -> None:
    kiosk.start()
    arrive(kiosk.batch())
    says(kiosk, ILL)
    silent = FakeKiosk.enrolled(Unit.objects.get())
    Kiosk.objects.update(stands=None, in_use=False, alarms=3, last_hour_ms=5)
    call_command("rebuild")
    agrees()
    assert Kiosk.objects.get(name=silent.name).last_hour_ms is None


@pytest.mark.parametrize(
    "health, alarms",
    [
        (ILL.to_fields(), sum(Alarm)),
        (UplinkHealth(sync=True, kiosk=KioskHealth(disk_used_percent=89)).to_fields(), 0),
        (UplinkHealth(sync=False).to_fields(), Alarm.CLOCK),
        ({"version": "1"}, 0),
        ({"backlog": "many", "kiosk": [1], "sync": 0}, 0),
        ([], 0),
    ],
)
def test_alarms_are_what_a_report_says_and_nothing_it_leaves_out(health: object, alarms: int) -> None:
    assert present.alarms_of(health) == alarms


WRITES = {"create", "update", "delete", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
MAY_WRITE = {
    "Assignment": {"fleet/assignments.py"},
    "KioskKey": {"fleet/enrolment.py", "fleet/endings.py"},
    "KioskState": {"fleet/said.py"},
}


@pytest.mark.parametrize("model", MAY_WRITE)
def test_nobody_else_writes_what_the_rows_follow(model: str) -> None:
    found: dict[str, str] = {}
    for path in COLLECTOR.rglob("*.py"):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if f"{model}.objects" in text else ():
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                said = ast.get_source_segment(text, node.func) or ""
                if said.startswith(f"{model}.objects"):
                    found[str(path.relative_to(COLLECTOR))] = text
    assert set(found) == MAY_WRITE[model]
    assert all("present.keep" in text for text in found.values())


def invent(unit: Unit, chance: random.Random, number: int) -> None:
    """Make a kiosk that needs any of everything."""
    kiosk = Kiosk.objects.create(name=f"k-{chance.randrange(10**6):06}-{number}", stands=unit)
    key = KioskKey.objects.create(
        kiosk=kiosk,
        public_key=f"{number}".encode().ljust(32),
        enrolled_at=datetime(2026, 11, chance.choice((2, 8)), tzinfo=UTC),
        revoked_at=chance.choice((None, None, None, clock.now())),
    )
    alarms = chance.choice((0, 0, chance.randrange(128)))
    Kiosk.objects.filter(pk=kiosk.pk).update(alarms=alarms, in_use=key.revoked_at is None)
    KioskSettings.objects.create(kiosk=kiosk, version=2, content={}, message=b"m")
    SettingsReport.objects.create(
        kiosk=kiosk, stream_id=number, seq=1, version=2, at_ms=1, applied=chance.random() < 0.7
    )
    if chance.random() < 0.2:
        return
    stream = Stream.objects.create(
        kiosk=kiosk, key=key, uid=f"{number}".ljust(32, "0"), through=9, link=b"l" * 32, opened_ms=0, clock=b"",
        received_ms=MORNING_MS + chance.randrange(7) * 86_400_000,
        standing=chance.choice((StreamStanding.COUNTED,) * 4 + (StreamStanding.FOREIGN,)),
    )  # fmt: skip
    if chance.random() < 0.2:
        Conflict.objects.create(
            stream=stream, first=1, count=1, seq=1, digest=b"d" * 32, door=1, received_ms=0, payload=b"x"
        )
    if chance.random() < 0.2:
        LostHere.objects.create(
            stream=stream, first=1, last=2, before=b"b" * 32, after=b"a" * 32, receipt=b"r", noticed_ms=0
        )


@pytest.mark.django_db
def test_numbers_and_order_are_those_of_looking_at_each(unit: Unit) -> None:
    chance = random.Random(4)
    for number in range(120):
        invent(unit, chance, number)
    last_hours.keep_every()
    wanted = needs.conditions(periods.midnight())
    every = Kiosk.objects.in_bulk()
    looked = {one.kiosk: one.needs for one in needs.look(list(every), wanted)}

    def place(pk: int) -> tuple[int, bool, int, str]:
        told, kiosk = looked[pk], every[pk]
        gravest = list(Need).index(told[0]) if told else len(Need)
        is_silent = Need.SILENT in told
        return gravest, not is_silent, (kiosk.last_hour_ms or 0) if is_silent else 0, kiosk.name

    Kiosk.objects.create(name="di-gudang", alarms=127, in_use=True)  # stands nowhere
    midnight = periods.midnight()
    standing = needs.standing_now(Unit.objects.all())
    half = [pk for pk in looked if chance.random() < 0.5]
    for chosen_by, numbers in (
        (EVERY, list(looked)),
        (among(standing), list(looked)),
        (among(standing, of="many"), list(looked)),
        (some(half), half),
        (or_at(among(standing.filter(pk__in=half), of="many"), []), half),
        (or_at(among(standing.none()), [unit.pk]), list(looked)),
    ):
        listed_ones, has = KioskList(chosen_by, midnight), {pk: looked[pk] for pk in numbers}
        found = listed_ones.numbers()
        assert found == Counter(has.values())
        assert {need for told in found for need in told} == set(Need), "each need is among them"
        for chosen in (None, *Need):
            listed = sorted((pk for pk, told in has.items() if chosen in (None, *told)), key=place)
            assert listed_ones.ordered(found, chosen=chosen) == listed
            for start in range(0, len(listed), 7):
                part = listed_ones.ordered(found, chosen=chosen, start=start, stop=start + 7)
                assert part == listed[start : start + 7], (chosen, start)
    nobody = KioskList(among(needs.standing_now(Unit.objects.filter(pk__in=[]))), midnight)
    assert not nobody.numbers()
    assert nobody.ordered(Counter()) == []


@pytest.mark.django_db
def test_a_line_of_the_list_says_what_is_known_of_the_kiosk(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive
) -> None:
    chance = random.Random(8)
    for number in range(60):
        invent(unit, chance, number)
    first = Kiosk.objects.exclude(name=kiosk.name).order_by("pk")[0]
    second = Kiosk.objects.exclude(name=kiosk.name).order_by("pk")[1]
    SettingsReport.objects.create(
        kiosk=first, stream_id=900, seq=1, version=2, at_ms=9, applied=False, refused_key="a", refused_why="b"
    )
    SettingsReport.objects.create(kiosk=first, stream_id=900, seq=2, version=1, at_ms=9, applied=True)
    KioskSettings.objects.filter(kiosk=second).update(published_at=clock.now())
    KioskSettings.objects.create(kiosk=second, version=3, content={}, message=b"m")
    Kiosk.objects.filter(pk=second.pk).update(due=True, unsigned_why="why")
    KioskSettings.objects.filter(kiosk__in=Kiosk.objects.order_by("-pk")[:3]).delete()
    says(kiosk, ILL)
    kiosk.start()
    arrive(kiosk.batch())
    add_unit("medan", region="12.71.01.1001")
    call_command("kiosk", "move", kiosk.name, "--unit", "medan", "--since", "2026-11-01")
    last_hours.keep_every()
    wanted = needs.conditions(periods.midnight())
    every = sorted(Kiosk.objects.all(), key=lambda one: -one.pk)
    looked = needs.look([one.pk for one in every], wanted)
    told = lines([*(one.pk for one in every), 10**9], periods.midnight())
    assert len(told) == len(every), "a number that no kiosk has is left out"
    for line, full, has in zip(told, known(every), looked, strict=True):
        stand = full.stand
        assert line == KioskLine(
            name=full.kiosk.name,
            unit=stand.unit.name if stand is not None else "",
            place=stand.place.name if stand is not None else "",
            zone=full.zone,
            needs=has.needs,
            revoked=full.revoked,
            received_ms=full.received_ms,
            health=full.health,
            settings=replace(full.settings, reported=line.settings.reported),
        )
        reported = full.settings.reported
        assert line.settings.reported == (reported._replace(unknown=()) if reported is not None else None)
