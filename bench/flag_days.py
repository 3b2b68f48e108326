"""Simulated days of one kiosk: offices, honest visitors, and what is planted between and over them (`bench.flag_rules` judges them)."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from collector.scores.tallies.flags import Answered, busiest

DAY_S = 8 * 3600
BEST = (4,) * 9


@dataclass(frozen=True)
class Office:
    """What is ordinary somewhere."""

    name: str
    visits: int
    mean: float
    all_best: float
    """Share of honest respondents who give the best answer to everything."""
    whole: bool = False
    """Whether nobody leaves it at the smiley or stops half-way."""
    crowds: tuple[int, ...] = (1,) * 28
    """How many times as many visitors came on each of the 28 days before as on an ordinary one."""


OFFICES = (
    Office("quiet and fair", 12, 3.0, 0.08),
    Office("quiet and liked", 12, 3.6, 0.30),
    Office("busy and fair", 60, 3.0, 0.08),
    Office("busy and liked", 60, 3.6, 0.30),
    Office("crowded and loved", 180, 3.8, 0.60),
    Office("crowded and guided", 180, 3.2, 0.08, whole=True),
)

_MARKET = tuple(4 if number % 7 == 0 else 1 for number in range(28))
CROWDS = (
    Office("twice as many, once", 24, 3.0, 0.08, crowds=(1,) * 28),
    Office("five times as many, once", 60, 3.0, 0.08, crowds=(1,) * 28),
    Office("a market day every week", 48, 3.0, 0.08, crowds=_MARKET),
    Office("ten times as many, once", 120, 3.0, 0.08, crowds=(1,) * 28),
)
"""Days on which many more come than the twelve of an ordinary day in the same office."""


class Day:
    """The responses of one day, honest and planted."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.responses: list[Answered] = []
        self.planted: set[int] = set()
        self.staff: list[tuple[int, int]] = []
        self.past: Sequence[int] = ()
        """How many smileys the busiest hour of each day before had."""
        self._visit = 0

    def visit(
        self,
        start_s: float,
        answers: tuple[int, ...],
        *,
        pulse: int | None,
        takes_s: float,
        planted: bool = False,
        outside: bool = False,
        typed: bool = False,
    ) -> float:
        """Add a visit; when it ended."""
        self._visit += 1
        end_s = start_s + 3
        if pulse is not None:
            self._add(end_s, (pulse,), asked=1, duration_s=3, planted=planted, outside=outside, typed=typed)
        if answers:
            end_s = start_s + 3 + takes_s
            self._add(
                end_s,
                answers,
                asked=9,
                duration_s=int(takes_s),
                planted=planted,
                outside=outside,
                typed=typed,
            )
        return end_s

    def _add(
        self,
        at_s: float,
        answers: tuple[int, ...],
        *,
        asked: int,
        duration_s: int,
        planted: bool,
        outside: bool,
        typed: bool,
    ) -> None:
        number = len(self.responses) + 1
        self.responses.append(
            Answered(
                id=number,
                visit=(1, 1, self._visit),
                at_ms=round(1000 * at_s),
                answers=answers,
                highest=4,
                asked=asked,
                duration_s=duration_s,
                outside_hours=outside,
                typed=typed,
                hour=8 + int(at_s // 3600),
            )
        )
        if planted:
            self.planted.add(number)


def opinion(chance: random.Random, office: Office) -> tuple[int, ...]:
    """Give one respondent's nine answers."""
    base = chance.gauss(office.mean, 0.6)
    if chance.random() < office.all_best:
        return BEST
    return tuple(min(4, max(1, round(chance.gauss(base, 0.4)))) for _ in range(9))


def sheets(day: Day, office: Office) -> None:
    """Fill a day with sheets of paper that staff typed in one behind the other, all dated with the day alone."""
    for number in range(office.visits):
        answers = opinion(day.chance, office)
        pulse = min(4, max(1, round(sum(answers) / 9)))
        day.visit(number / 1000, answers, pulse=pulse, takes_s=0, typed=True)


def honest(day: Day, office: Office) -> None:
    """Fill a day with honest visits; one after another, since there is one kiosk."""
    chance = day.chance
    moments = sorted(DAY_S * chance.betavariate(1.6, 2.2) for _ in range(office.visits))
    free_s = 0.0
    for moment in moments:
        start_s = max(moment, free_s + chance.uniform(4, 40))
        answers = opinion(chance, office)
        pulse = min(4, max(1, round(sum(answers) / 9)))
        share = chance.random()
        if share < 0.33 and not office.whole:
            answers = ()
        elif share < 0.43 and not office.whole:
            answers = answers[: chance.randrange(1, 8)]
        pace = chance.lognormvariate(0, 0.35)
        takes_s = pace * sum(chance.lognormvariate(1.5, 0.45) for _ in answers)
        free_s = day.visit(start_s, answers, pulse=pulse, takes_s=takes_s)


def staff_votes(day: Day) -> None:
    """Somebody of the staff gives 8 to 15 best ratings in one go."""
    moment = day.chance.uniform(0, DAY_S)
    for _ in range(day.chance.randrange(8, 16)):
        takes = day.chance.uniform(10, 25)
        moment = day.visit(moment, BEST, pulse=4, takes_s=takes, planted=True) + day.chance.uniform(2, 30)


def patient_staff(day: Day) -> None:
    """The same, but with care: some minutes between them, and not all answers the best."""
    moment = day.chance.uniform(0, DAY_S / 2)
    for _ in range(10):
        answers = tuple(4 if day.chance.random() < 0.9 else 3 for _ in range(9))
        moment = day.visit(moment, answers, pulse=4, takes_s=45, planted=True) + day.chance.uniform(120, 400)


def drowning(day: Day) -> None:
    """A bad rating, and three to five best ones right behind it."""
    moment = day.visit(day.chance.uniform(0, DAY_S), (1, 2, 1, 2, 1, 1, 2, 2, 1), pulse=1, takes_s=40)
    moment += day.chance.uniform(20, 120)
    for _ in range(day.chance.randrange(3, 6)):
        takes = day.chance.uniform(12, 30)
        moment = day.visit(moment, BEST, pulse=4, takes_s=takes, planted=True) + day.chance.uniform(2, 40)


def children(day: Day) -> None:
    """Children press whatever lights up."""
    moment = day.chance.uniform(0, DAY_S)
    for _ in range(day.chance.randrange(4, 12)):
        moment = day.visit(moment, (), pulse=day.chance.randrange(1, 5), takes_s=0, planted=True)
        moment += day.chance.uniform(0.5, 4)


def clicking_through(day: Day) -> None:
    """Single people who press nine times without reading, here and there."""
    for _ in range(4):
        answers = (day.chance.randrange(1, 5),) * 9
        takes = day.chance.uniform(3, 8)
        day.visit(day.chance.uniform(0, DAY_S), answers, pulse=answers[0], takes_s=takes, planted=True)


def after_hours(day: Day) -> None:
    """Ratings after the office has closed."""
    for _ in range(6):
        moment = DAY_S + day.chance.uniform(600, 7200)
        day.visit(moment, BEST, pulse=4, takes_s=40, planted=True, outside=True)


def copied_sheet(day: Day) -> None:
    """One filled paper form typed in again and again."""
    sheet = tuple(day.chance.choice((3, 3, 4, 2)) for _ in range(8))
    sheet = (*sheet, 3 if sheet[0] == 4 else 4)
    moment = day.chance.uniform(0, DAY_S / 2)
    for _ in range(8):
        moment = day.visit(moment, sheet, pulse=3, takes_s=25, planted=True) + day.chance.uniform(5, 60)


def stuffing(day: Day) -> None:
    """150 visits in 52 minutes, all of them 4 with one 3 somewhere."""
    moment = day.chance.uniform(0, DAY_S - 3200)
    for number in range(150):
        answers = list(BEST)
        answers[day.chance.randrange(9)] = 3
        takes = day.chance.uniform(11, 15)
        day.visit(moment + 20.8 * number, tuple(answers), pulse=4, takes_s=takes, planted=True)


def leisurely_stuffing(day: Day) -> None:
    """Thirty visits with as much time as people take, one right behind the other."""
    moment = day.chance.uniform(0, DAY_S / 2)
    for _ in range(30):
        answers = tuple(4 if day.chance.random() < 0.9 else 3 for _ in range(9))
        takes = day.chance.uniform(35, 50)
        moment = day.visit(moment, answers, pulse=4, takes_s=takes, planted=True) + day.chance.uniform(4, 20)


def smileys_by_the_clock(day: Day) -> None:
    """150 smileys, one every nine seconds, every sixth of them a 3."""
    moment = day.chance.uniform(0, DAY_S - 1400)
    for number in range(150):
        wobble = day.chance.uniform(-0.5, 0.5)
        day.visit(moment + 9 * number + wobble, (), pulse=4 if number % 6 else 3, takes_s=0, planted=True)


def beside_the_staff_screen(day: Day) -> None:
    """Somebody leaves the staff screen and rates the service."""
    moment = day.chance.uniform(0, DAY_S)
    day.staff.append((round(1000 * moment), round(1000 * (moment + 60))))
    for _ in range(2):
        moment = day.visit(moment + day.chance.uniform(20, 60), BEST, pulse=4, takes_s=30, planted=True)


def invented_sheets(day: Day) -> None:
    """Twelve sheets that nobody filled in, typed in behind the others with the same answers."""
    sheet = tuple(day.chance.choice((3, 3, 4)) for _ in range(9))
    for number in range(12):
        day.visit(100 + number / 1000, sheet, pulse=3, takes_s=0, planted=True, typed=True)


def varied_sheets(day: Day) -> None:
    """The same, by somebody who changes one answer in every other sheet."""
    sheet = tuple(day.chance.choice((3, 3, 4)) for _ in range(9))
    for number in range(12):
        answers = sheet if number % 2 else (*sheet[:8], 2)
        day.visit(100 + number / 1000, answers, pulse=3, takes_s=0, planted=True, typed=True)


class Pasts:
    """What came before a day: the same office, 28 days long, so many visits at a time; drawn once and then picked from."""

    def __init__(self, seed: int, *, days: int = 100) -> None:
        self._chance = random.Random(seed)
        self._days = days
        self._drawn: dict[Office, list[int]] = {}

    def of(self, office: Office, visits: int) -> list[int]:
        """Give the busiest hours of the 28 days before; `visits` come on an ordinary one."""
        return [
            self._chance.choice(self._of(replace(office, visits=times * visits))) for times in office.crowds
        ]

    def _of(self, office: Office) -> list[int]:
        if office not in self._drawn:
            found = []
            for _ in range(self._days):
                day = Day(self._chance)
                honest(day, office)
                found.append(busiest(day.responses))
            self._drawn[office] = found
        return self._drawn[office]


Filling = Callable[[Day, Office], None]
PATTERNS: Sequence[tuple[str, Callable[[Day], None]]] = (
    ("staff votes in one go", staff_votes),
    ("a bad rating drowned", drowning),
    ("children on the buttons", children),
    ("clicking through", clicking_through),
    ("after closing", after_hours),
    ("one sheet typed again", copied_sheet),
    ("150 in 52 minutes", stuffing),
    ("30 in a row, unhurried", leisurely_stuffing),
    ("a smiley each nine seconds", smileys_by_the_clock),
    ("beside the staff screen", beside_the_staff_screen),
    ("careful staff, spread out", patient_staff),
)
TYPED_PATTERNS: Sequence[tuple[str, Callable[[Day], None]]] = (
    ("twelve sheets invented", invented_sheets),
    ("twelve sheets, varied", varied_sheets),
)
