"""What the pages show around an index: its trend, its priorities, its parts."""

from dataclasses import dataclass

from collector.scores.ask.counting import parts
from collector.scores.ask.lookups import find_form
from collector.scores.ask.results import IndexAnswer
from collector.scores.ask.scope import Days, Dimension, Scope
from survey.index.periods import Period
from survey.index.priorities import Ranked, priorities
from survey.index.sampling import SMALLEST_GROUP


def lowest_elements(answer: IndexAnswer) -> tuple[Ranked, ...]:
    """Give the elements that the follow-up plan begins with, worst first."""
    index = answer.whole.index
    return priorities(answer.instrument, index).lowest if index is not None else ()


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


def endings(scope: Scope, period: Period, *, instrument: str) -> list[Ending]:
    """Give how questionnaires of an instrument ended and at which question, the most frequent first; rare ways are put together."""
    number, form = find_form(instrument)
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
