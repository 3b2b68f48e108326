"""What the pages show around an index: its trend, its priorities, its parts."""

from collections.abc import Mapping
from dataclasses import dataclass

from collector.scores.ask.counting import parts
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import DEFAULT_INSTRUMENT, IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer, Result
from collector.scores.ask.scope import Days, Dimension, Scope
from collector.scores.show.charts import Trend
from collector.scores.show.charts import trend as trend_chart
from survey.index.doubt import Difference
from survey.index.indices import compare
from survey.index.periods import Period, PeriodKind, between
from survey.index.priorities import Ranked, priorities
from survey.index.sampling import SMALLEST_GROUP
from survey.instrument.regions import Level

_TREND_PERIODS = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 8, PeriodKind.SEMESTER: 6, PeriodKind.YEAR: 5}
_DIMENSIONS = {
    PeriodKind.MONTH: Dimension.MONTH,
    PeriodKind.QUARTER: Dimension.QUARTER,
    PeriodKind.SEMESTER: Dimension.SEMESTER,
    PeriodKind.YEAR: Dimension.YEAR,
}
DIMENSION_BELOW: Mapping[Level, Dimension] = {
    Level.PROVINCE: Dimension.REGENCY,
    Level.REGENCY: Dimension.DISTRICT,
    Level.DISTRICT: Dimension.UNIT,
    Level.VILLAGE: Dimension.UNIT,
}
"""What a region of a level is broken down by."""


def trend(scope: Scope, period: Period) -> Trend | None:
    """Give the trend over the periods of the same kind up to this one; None where fewer than two have an index."""
    kind = period.kind if period.kind in _DIMENSIONS else PeriodKind.QUARTER
    first = period
    for _ in range(_TREND_PERIODS[kind] - 1):
        first = first.previous()
    span = between(first.first, period.last)
    answer = indices(IndexQuestion(scope=scope, period=span, by=(_DIMENSIONS[kind],)))
    bands = answer.instrument.bands
    if bands is None:
        return None
    labels = [result.group[0].code for result in answer.groups]
    return trend_chart(answer.groups, labels, bands)


def change(answer: IndexAnswer) -> tuple[Period, Difference] | None:
    """Give the period before and the difference to it; None where either shows no index."""
    now = answer.whole.index
    before = answer.period.previous()
    earlier = indices(IndexQuestion(scope=answer.scope, period=before)).whole.index
    if now is None or earlier is None:
        return None
    return before, compare(earlier, now).unit


def lowest_elements(answer: IndexAnswer) -> tuple[Ranked, ...]:
    """Give the elements that the follow-up plan begins with, worst first."""
    index = answer.whole.index
    return priorities(answer.instrument, index).lowest if index is not None else ()


def broken_down(scope: Scope, period: Period, dimension: Dimension) -> tuple[Result, ...]:
    """Give the parts of an index along one dimension; nothing where there is only one part."""
    groups = indices(IndexQuestion(scope=scope, period=period, by=(dimension,))).groups
    return groups if len(groups) > 1 else ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How many visits broke off at one question."""

    how: str
    """`finished`, `declined`, `timeout`, `staff`, `fault`, or `ENDED_OTHERWISE` for everything rare."""
    where: str
    """The element's key; empty where it does not matter."""
    count: int
    share: float


_HOW = frozenset({"finished", "declined", "timeout", "staff", "fault"})
ENDED_OTHERWISE = "other"


def endings(scope: Scope, period: Period) -> list[Ending]:
    """Give how questionnaires ended and at which question, the most frequent first; rare ways are put together."""
    number, form = find_form(DEFAULT_INSTRUMENT)
    if number is None:
        return []
    days = Days(period.first, period.last)
    found: dict[tuple[str, str], int] = {}
    for (code,), sides in parts(number, form, scope, days, (Dimension.ENDED,)).items():
        tally, _ = form.opened(sides.both)
        how, _, where = code.partition(":")
        key = (how if how in _HOW else ENDED_OTHERWISE, where)
        found[key] = found.get(key, 0) + tally.complete + tally.incomplete
    for key in [key for key, visits in found.items() if visits < SMALLEST_GROUP]:
        rest = (ENDED_OTHERWISE, "")
        if key != rest:
            found[rest] = found.get(rest, 0) + found.pop(key)
    whole = sum(found.values())
    return [
        Ending(how=how, where=where, count=visits, share=visits / whole)
        for (how, where), visits in sorted(found.items(), key=lambda item: -item[1])
        if visits >= SMALLEST_GROUP
    ]
