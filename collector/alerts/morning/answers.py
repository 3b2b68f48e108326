"""The share of worst answers at a unit, told so that no message says who pressed what.

A unit is judged only once so many people have pressed a smiley since it was judged last, and each of them is in one judgement alone. What
is held against the line is not their number but that number with noise, drawn anew for each judgement by the machine's own randomness and
kept nowhere. So the odds that somebody pressed the worst one change by at most a factor of `exp(EPSILON)` through all messages that
there ever are, whatever else is known: of the two worlds in which they did and did not, neither is told much more often than the other.

All smileys count, flagged or not: a flag may follow from what the neighbours pressed, and one answer would then move several.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from collector.alerts.gathering import Found
from collector.alerts.models import Judged
from collector.alerts.rules import Kind, Level
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.local import local_date
from collector.scores.ask.fetching import fetched
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import PULSE
from collector.scores.ask.scope import Days, Dimension, Scope

PEOPLE = 30
"""So many new people before a unit is judged again: with fewer, the noise would decide and not they. Never less than 5."""
LINE_PERCENT = 25
EPSILON = 0.5
WINDOW = timedelta(days=92)
"""Whoever answered longer ago is judged no more: where fewer come than `PEOPLE` in so long, nobody is told anything."""
_AT_ONCE = 900


class Verdict(NamedTuple):
    """How a unit was judged."""

    unit: int
    through: date
    is_above: bool


def is_above(worst: int, people: int, noise: int) -> bool:
    """Tell whether a share counts as above the line."""
    return (worst + noise) * 100 > LINE_PERCENT * people


def draw(chance: random.Random) -> int:
    """Draw noise: a whole number, nought the likeliest, each one further from it rarer by `exp(EPSILON)`."""

    def half() -> int:
        return int(math.log(1.0 - chance.random()) / -EPSILON)

    return half() - half()


def judge(now: datetime, chance: random.Random) -> list[Verdict]:
    """Judge every unit at which enough people have pressed a smiley since it was judged last."""
    found = []
    for span, units in sorted(_spans(now).items()):
        for start in range(0, len(units), _AT_ONCE):
            people, worst = _counted(span, units[start : start + _AT_ONCE])
            found += [
                Verdict(pk, span[1], is_above(worst[pk], people[pk], draw(chance)))
                for pk in sorted(people)
                if people[pk] >= PEOPLE
            ]
    return found


def _spans(now: datetime) -> dict[tuple[date, date], list[str]]:
    """Give the days that units are still to be judged by, through yesterday, with the units of each span."""
    through = dict(Judged.objects.values_list("unit", "through"))
    found: defaultdict[tuple[date, date], list[str]] = defaultdict(list)
    for pk, code, zone in (
        Unit.objects.filter(lasting.REAL).order_by("pk").values_list("pk", "code", "time_zone")
    ):
        last = local_date(now, zone) - timedelta(days=1)
        first = last - WINDOW + timedelta(days=1)
        if pk in through:
            first = max(first, through[pk] + timedelta(days=1))
        if first <= last:
            found[first, last].append(code)
    return found


def _counted(span: tuple[date, date], codes: Sequence[str]) -> tuple[Counter[int], Counter[int]]:
    """Give how many pressed a smiley at each unit on some days, and how many the worst one."""
    people: Counter[int] = Counter()
    worst: Counter[int] = Counter()
    number, form = find_form(PULSE)
    if number is not None:
        for row in fetched(
            number, form, Scope(units=tuple(codes)), Days(*span), (Dimension.UNIT, Dimension.DAY)
        ):
            tally = form.tally(row.number)
            people[row.unit] += tally.complete
            worst[row.unit] += tally.counts_at(0)[0]
    return people, worst


def above(verdicts: Iterable[Verdict], now: datetime) -> list[Found]:
    """Give the units that are above the line once these verdicts hold."""
    judged = {one.unit: one.is_above for one in verdicts}
    standing = set(Judged.objects.filter(is_above=True).values_list("unit", flat=True))
    units = {pk for pk in standing if pk not in judged} | {pk for pk, is_so in judged.items() if is_so}
    return list(_found(sorted(units), now))


def _found(units: Sequence[int], now: datetime) -> Iterator[Found]:
    for start in range(0, len(units), _AT_ONCE):
        rows = Unit.objects.filter(lasting.REAL, pk__in=units[start : start + _AT_ONCE]).order_by("pk")
        for pk, name, region in rows.values_list("pk", "name", "region"):
            yield Found(None, "", name, region, Kind.WORST, Level.DOWN, now, subject=f"unit:{pk}", unit_id=pk)


def keep(verdicts: Sequence[Verdict]) -> None:
    """Note how far units have been judged: nobody in it is judged again."""
    rows = [Judged(unit_id=one.unit, through=one.through, is_above=one.is_above) for one in verdicts]
    Judged.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["unit"],
        update_fields=["through", "is_above"],
        batch_size=200,
    )
