"""What can be read before a visit begins: what services ask for, where the counters are, and what the unit has to tell."""

from typing import NamedTuple

from survey.visit.action import Word, name_of
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


class Floor(NamedTuple):
    """A floor that is drawn: its name, and the counters on it by their places in the plan."""

    name: str
    counters: tuple[int, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """Name the actions that point at each of them."""
        return tuple(name_of(Word.COUNTER, place) for place in self.counters)


def floors(plan: Plan, state: State) -> tuple[Floor, ...]:
    """Give the floors that are drawn, the visitor's own first; none for whoever listens: the list says all that they show."""
    if state.aids.aloud:
        return ()
    found: dict[str, list[int]] = {}
    for place, one in enumerate(plan.counters):
        if one.box is not None:
            found.setdefault(one.floor, []).append(place)
    own = next((one.floor for one in plan.counters if one.here), "")
    drawn = sorted(found, key=lambda name: name != own)
    return tuple(Floor(name, tuple(found[name])) for name in drawn)


def floor_at(plan: Plan, state: State) -> Floor | None:
    """Give the floor whose plan stands there; None on the pages of the list."""
    drawn = floors(plan, state)
    return drawn[state.page] if state.page < len(drawn) else None


def information_pages(plan: Plan, state: State) -> int:
    """Give how many pages say where the counters are: a plan a floor, then the list."""
    return len(floors(plan, state)) + len(counter_pages(plan, state))


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
