"""What a unit promises of a service, parted into pages that can be read at a glance: each component begins a page of its own."""

from functools import lru_cache
from typing import NamedTuple

from survey.visit.plan import Plan, Standard
from survey.visit.reading import LARGE_CHARACTERS, PAGE_CHARACTERS, answer_pages
from survey.visit.state import State

_LINES, _LARGE_LINES = 5, 3
"""So many lines of a list stand on a page."""


class Promise(NamedTuple):
    """One page of a standard."""

    component: str
    lines: tuple[str, ...]


def promised(plan: Plan, state: State) -> tuple[Promise, ...]:
    """Give the pages of the standard that is read."""
    return _parted(plan.standards[state.place], large=state.large_text)


@lru_cache(maxsize=4)
def _parted(standard: Standard, *, large: bool) -> tuple[Promise, ...]:
    return tuple(
        Promise(component, lines) for component, text in standard.texts for lines in _pages(text, large=large)
    )


def _pages(text: str, *, large: bool) -> list[tuple[str, ...]]:
    most, lines = (LARGE_CHARACTERS, _LARGE_LINES) if large else (PAGE_CHARACTERS, _LINES)
    pieces = [
        piece for line in text.splitlines() if line.strip() for piece in answer_pages(line, large=large)
    ]
    pages: list[tuple[str, ...]] = []
    for piece in pieces:
        last = pages[-1] if pages else ()
        # A line costs more than its letters: the next one begins anew.
        room = most - sum(len(line) + 20 for line in last)
        if last and len(last) < lines and len(piece) <= room:
            pages[-1] = (*last, piece)
        else:
            pages.append((piece,))
    return pages
