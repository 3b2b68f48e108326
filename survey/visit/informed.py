"""What can be read before a visit begins: what services ask for, where the counters are, and what the unit has to tell."""

from survey.visit.action import Word
from survey.visit.plan import Counter, Plan
from survey.visit.reading import LARGE_CHARACTERS, PAGE_CHARACTERS
from survey.visit.state import State

READ = (Word.STANDARDS, Word.COUNTERS, Word.NEWS)
_COUNTERS, _LARGE_COUNTERS = 4, 2
"""So many counters stand on a page at most."""


def readable(plan: Plan, state: State) -> tuple[Word, ...]:
    """Give what there is to read; in ordinary text the news stand beneath the faces."""
    there = (plan.standards, plan.counters, state.large_text)
    return tuple(word for word, is_there in zip(READ, there, strict=True) if is_there)


def counter_pages(plan: Plan, state: State) -> tuple[tuple[Counter, ...], ...]:
    """Give the counters page by page: as many as can be read at a glance."""
    most, letters = (_LARGE_COUNTERS, LARGE_CHARACTERS) if state.large_text else (_COUNTERS, PAGE_CHARACTERS)
    pages: list[tuple[Counter, ...]] = []
    for counter in plan.counters:
        last = pages[-1] if pages else ()
        if last and len(last) < most and sum(_length(plan, one) for one in (*last, counter)) <= letters:
            pages[-1] = (*last, counter)
        else:
            pages.append((counter,))
    return tuple(pages)


def _length(plan: Plan, counter: Counter) -> int:
    waiting = 20 * any(key == counter.key for key, _ in plan.waiting)
    return (
        waiting
        + len(counter.number)
        + len(counter.name)
        + len(counter.floor)
        + len(counter.way)
        + 20 * counter.here
    )
