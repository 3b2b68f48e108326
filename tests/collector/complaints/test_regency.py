"""A regency for months: complaints that are misrouted, that come weeks late, offices that sleep, holidays; a turn a working day.

Held at every turn: somebody who is there holds each complaint, none is lost, whatever is past its date is seen one level up at the first turn after
it, and each date is the one that a second, slow reckoning gives, which asks nothing of the first.
"""

import random
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User

from collector.accounts import roles
from collector.complaints import calendar, life, passing, sight
from collector.complaints.levels import ALL, Holder, holder_of
from collector.complaints.life import Words
from collector.complaints.models import CLOSED, Holiday, PassOn, Stop, Ticket, TicketStatus
from collector.complaints.moves import RUNNING
from collector.fleet import tree
from collector.fleet.models import Unit
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import a_ticket

pytestmark = pytest.mark.django_db

S = TicketStatus
FIRST = date(2026, 7, 1)
MOST_WEEKS_LATE = 5
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
DAY = timedelta(days=1)
WORDS = Words(
    answer="Sudah ditangani.", root_cause="antrean", compensation="tidak ada", rejected_as="tidak_jelas"
)


def looking(user: User) -> User:
    """Give an account as each page has it that only shows: its offices are read once."""
    user = copy(user)
    roles.looks(user)
    return user


@dataclass
class Case:
    """A complaint as the simulation knows it, beside the collector."""

    ticket: Ticket
    belongs: Unit
    came: date
    stood: list[tuple[date, date | None]] = field(default_factory=list)
    """When its clock stood, as the simulation saw it."""
    waited: list[date] = field(default_factory=list)
    """By when each pass-on that still waits is to be acknowledged, reckoned here."""


class Regency:
    """Two sub-districts with villages, a regency, a province and the centre; each office awake or asleep."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.units: list[Unit] = []
        self.officers: dict[str, User] = {}
        self.above: dict[str, User] = {}
        self.parent: dict[str, str] = {"18": "all:", "18.01": "18", "18.01.05": "18.01", "18.01.06": "18.01"}
        for code in self.parent:
            self.above[code] = person(
                f"wati-{code.replace('.', '-')}", roles.EVALUATOR, region=tree.add_region(code)
            )
        self.above["all:"] = person("rina", roles.ADMINISTRATOR)
        for place in range(6):
            code = f"18.01.0{5 + place % 2}.200{place + 1}"
            unit = tree.add_unit(
                code=f"desa{place}",
                name=f"Desa {place}",
                region=tree.add_region(code),
                agency=None,
                time_zone=ZONES[place % 3],
            )
            self.units.append(unit)
            self.officers[unit.code] = person(f"budi{place}", roles.UNIT_OFFICER, unit)
            self.parent[unit.code] = code[:8]
        self.asleep: dict[str, date] = {}

    def boss(self, holder: Holder) -> User:
        """Whoever stands right above a level; said here once more, not asked."""
        return self.above["all:" if holder == ALL else self.parent[holder.code]]

    def awake(self, name: str, today: date) -> bool:
        if self.asleep.get(name, today) > today:
            return False
        if self.chance.random() < 0.03:
            self.asleep[name] = today + timedelta(weeks=self.chance.randint(1, 5))
            return False
        return True


class Slow:
    """Working days by looking at each day; nothing here is shared with the calendar of the collector but its rows."""

    def __init__(self) -> None:
        self.free = [(one.day, one.region_id or "") for one in Holiday.objects.all()]
        self.known: dict[tuple[date, str], bool] = {}

    def works(self, day: date, unit: Unit) -> bool:
        if (day, unit.region_id) not in self.known:
            shut = any(
                day == free and f"{unit.region_id}.".startswith(f"{where}.".lstrip("."))
                for free, where in self.free
            )
            self.known[day, unit.region_id] = day.isoweekday() not in (6, 7) and not shut
        return self.known[day, unit.region_id]

    def later(self, day: date, number: int, unit: Unit) -> date:
        while number:
            day += DAY
            if self.works(day, unit):
                number -= 1
        return day

    def due(self, case: Case) -> date:
        unit = case.ticket.unit
        due = self.later(case.came, 14, unit)
        for since, until in case.stood:
            day = since
            while until is not None and day < until:
                day += DAY
                if self.works(day, unit):
                    due = self.later(due, 1, unit)
        return due


class Simulation:
    """The months."""

    def __init__(self, number: int, seed: int, *, days: int) -> None:
        self.chance, self.days = random.Random(seed), days
        self.regency = Regency(self.chance)
        for year in (2026, 2027):
            calendar.fill(year, who="rina")
        calendar.enter(
            date(2026, 9, 8), "Hari jadi", region=tree.add_region("18.01"), source="Perda", who="rina"
        )
        calendar.enter(
            date(2026, 10, 6), "Pilkades", region=tree.add_region("18.01.05"), source="Perda", who="rina"
        )
        self.slow = Slow()
        self.cases: dict[int, Case] = {}
        self.waiting = sorted(self._planned(number), key=lambda one: one[0])
        self.number = number
        self.unheld = self.unseen = self.wrong_dates = self.checked = self.late_seen = self.misrouted = (
            self.turns
        ) = 0

    def _planned(self, number: int) -> Iterator[tuple[date, date, Unit, Unit, str]]:
        for _ in range(number):
            filed = FIRST + DAY * self.chance.randrange(self.days // 3)
            late = (
                timedelta(days=self.chance.randrange(7 * MOST_WEEKS_LATE))
                if self.chance.random() < 0.3
                else DAY * 0
            )
            unit = self.chance.choice(self.regency.units)
            belongs = unit
            if self.chance.random() < 0.1:
                belongs = self.chance.choice([one for one in self.regency.units if one != unit])
            topic = "pungli" if self.chance.random() < 0.15 else "lama"
            yield filed + late, filed, unit, belongs, topic

    def run(self) -> None:
        for offset in range(self.days):
            today = FIRST + DAY * offset
            if today.isoweekday() in (6, 7) or any(
                day == today and not where for day, where in self.slow.free
            ):
                continue
            self.turn(today)

    def turn(self, today: date) -> None:
        self.turns += 1
        morning = datetime.combine(
            today, time(1), UTC
        )  # eight in Jakarta, ten in Jayapura: one day everywhere
        self._arrive(today)
        self.check(today, morning)
        self._work(today, morning + timedelta(hours=1))
        self._citizens(today, morning + timedelta(hours=2))
        life.close_silent(morning + timedelta(hours=3))

    def _arrive(self, today: date) -> None:
        while self.waiting and self.waiting[0][0] <= today:
            came, filed, unit, belongs, topic = self.waiting.pop(0)
            ticket = a_ticket(unit, topic, day=filed, received=came)
            self.misrouted += belongs != unit
            self.cases[ticket.pk] = Case(ticket, belongs, came)

    def _work(self, today: date, now: datetime) -> None:
        people = {**self.regency.officers, **self.regency.above}
        for name, user in people.items():
            if not self.regency.awake(name, today):
                continue
            reader = looking(user)
            waiting = sight.visible(reader).filter(sight.held_by(reader), status__in=RUNNING)
            own = waiting.order_by("due_on", "pk")
            for ticket in own.select_related("unit", "holder_unit")[:8]:
                self._handle(ticket, user, today, now)

    def _handle(self, ticket: Ticket, user: User, today: date, now: datetime) -> None:
        case = self.cases[ticket.pk]
        here = holder_of(ticket)
        own = Holder("unit", case.belongs.code)
        if not ticket.guarded and here is not None and here.level == "unit" and here != own:
            wrong = self.chance.random() < 0.2
            other = (
                self.chance.choice([one for one in self.regency.units if one.code != here.code])
                if wrong
                else case.belongs
            )
            self._pass(case, ticket, Holder("unit", other.code), user, today, now)
        elif ticket.status in (S.RECEIVED, S.FORWARDED) and not self._verified(ticket, user):
            life.move(ticket, S.VERIFIED, user=user, now=now)
            case.waited.clear()
        elif ticket.stopped_on is not None:
            if self.chance.random() < 0.2:
                passing.run_clock(ticket, user=user, now=now)
                self._runs(case, today)
        else:
            self._progress(case, ticket, user, today, now)

    def _progress(self, case: Case, ticket: Ticket, user: User, today: date, now: datetime) -> None:
        roll = self.chance.random()
        verifiers = set(ticket.steps.filter(status=S.VERIFIED).values_list("who", flat=True))
        if "pungli" in ticket.topics and verifiers == {user.username}:
            higher = ALL if user != self.regency.above["all:"] else Holder("region", "18")
            self._pass(case, ticket, higher, user, today, now)
        elif roll < 0.15:
            passing.stop_clock(ticket, Stop.CITIZEN, user=user, now=now)
            case.stood.append((today, None))
        elif roll < 0.2 and not ticket.guarded and ticket.status != S.FORWARDED:
            self._pass(case, ticket, Holder("lapor"), user, today, now)
            case.stood.append((today, None))
        elif roll < 0.5 and ticket.status != S.REOPENED:
            life.move(ticket, S.HANDLED, user=user, now=now, words=WORDS)
            case.waited.clear()
        elif roll < 0.8:
            life.move(ticket, S.ANSWERED, user=user, now=now, words=WORDS)
            case.waited.clear()
            case.stood.append((today, None))

    def _pass(self, case: Case, ticket: Ticket, to: Holder, user: User, today: date, now: datetime) -> None:
        passing.pass_on(ticket, to, user=user, why="bukan di sini", now=now)
        case.waited = [self.slow.later(today, 3, ticket.unit)]

    def _citizens(self, today: date, now: datetime) -> None:
        for ticket in Ticket.objects.filter(status__in=(S.ANSWERED, S.DONE)).select_related("unit", "rules"):
            case, roll = self.cases[ticket.pk], self.chance.random()
            if roll < 0.02 and life.citizen_unsettled(ticket, now):
                self._runs(case, today)
            elif roll < 0.08 and ticket.status == S.ANSWERED:
                life.citizen_settled(ticket, now)
        for ticket in Ticket.objects.filter(status__in=RUNNING).select_related("unit", "rules"):
            if self.chance.random() < 0.001 and life.withdrawn(ticket, now):
                self._runs(self.cases[ticket.pk], today)

    def _runs(self, case: Case, today: date) -> None:
        if case.stood and case.stood[-1][1] is None:
            case.stood[-1] = (case.stood[-1][0], today)

    def _verified(self, ticket: Ticket, user: User) -> bool:
        return ticket.steps.filter(status=S.VERIFIED).exists()

    def check(self, today: date, now: datetime) -> None:
        """Hold everything that is promised against what is there."""
        tickets = list(Ticket.objects.select_related("unit", "holder_unit", "holder_region"))
        assert {one.pk for one in tickets} == set(self.cases), "none is lost, none is there twice"
        officers = [looking(one) for one in self.regency.officers.values()]
        above = [looking(one) for one in self.regency.above.values()]
        held = {
            pk
            for user in (*officers, *above)
            for pk in sight.visible(user).filter(sight.held_by(user)).values_list("pk", flat=True)
        }
        shown = {
            user.pk: set(passing.overdue_above(user, now).values_list("pk", flat=True)) for user in above
        }
        lapor = set(PassOn.objects.filter(acknowledged_at=None).values_list("ticket", flat=True))
        for ticket in tickets:
            self.checked += 1
            case, holder = self.cases[ticket.pk], holder_of(ticket)
            self.unheld += holder is None or ticket.pk not in held
            if ticket.status not in CLOSED:
                self.wrong_dates += ticket.due_on != self.slow.due(case)
            if ticket.status not in RUNNING or holder is None or holder == ALL:
                continue
            stands = bool(case.stood) and case.stood[-1][1] is None
            overdue = not stands and self.slow.due(case) < today
            unacknowledged = ticket.pk in lapor and bool(case.waited) and case.waited[-1] < today
            if overdue or unacknowledged:
                self.late_seen += 1
                self.unseen += ticket.pk not in shown[self.regency.boss(holder).pk]


def judged(number: int, seed: int, *, days: int) -> Simulation:
    simulation = Simulation(number, seed, days=days)
    simulation.run()
    assert (simulation.unheld, simulation.unseen, simulation.wrong_dates) == (0, 0, 0)
    assert len(simulation.cases) == number
    assert simulation.late_seen > number, "offices did sleep"
    assert simulation.misrouted > 0
    finished = Ticket.objects.filter(status__in=(*CLOSED, S.ANSWERED)).count()
    assert finished > 0.6 * number, "offices did work"
    return simulation


@pytest.mark.heavy
def test_forty_complaints_of_a_regency_are_neither_lost_nor_hidden() -> None:
    judged(40, 2026, days=120)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_complaints_of_a_regency_are_neither_lost_nor_hidden(seed: int) -> None:
    simulation = judged(1000, seed, days=240)
    print(  # noqa: T201 - what a long run measured
        f"{simulation.number} complaints, {simulation.misrouted} misrouted, {simulation.turns} turns, {simulation.checked} looks: "
        f"0 unheld, {simulation.late_seen} late ones seen above, {simulation.unseen} not, {simulation.wrong_dates} dates wrong"
    )
