"""Ranks that only say what is known: those that cannot be told apart share their places.

The rule is `survey.index.doubt.difference`, pair by pair: a value is above another where the interval of their difference lies above
zero. Whether two bars overlap says less: they may overlap though the difference is clear. From that follows a range of places for each:
from one more than the number of those that are surely above it, to all of them less those that are surely below it. Each pair is judged by
itself, at 95 %: among many pairs that are in truth alike, some will seem not to be.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from survey.index.doubt import Interval

Value = tuple[Decimal, Interval | None]


class Rank(NamedTuple):
    """The places that one among several may have, both included; 1 is the highest."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


class _Marks(NamedTuple):
    """A value in hundredths: exact, and quick to compare by the hundred thousand."""

    value: int
    down: int
    """Square of how far its interval reaches below it."""
    up: int


def ranks(every: Sequence[Value], wanted: Sequence[int] | None = None) -> list[Rank]:
    """Give the ranks of those at the places `wanted` (all of them without) among every one; a value without an interval is told from none."""
    marks = [_marks(one) for one in every]
    known = [one for one in marks if one is not None]
    places = range(len(every)) if wanted is None else wanted
    return [_rank(marks[place], known, len(every)) for place in places]


def _rank(one: _Marks | None, known: Sequence[_Marks], number: int) -> Rank:
    if one is None:
        return Rank(1, number)
    value, down, up = one
    above = below = 0
    for other, other_down, other_up in known:
        # `difference` from the lower to the higher, rounded to hundredths, is above zero from half a hundredth on.
        twice = 2 * (other - value)
        if twice > 0:
            above += (twice - 1) ** 2 >= 4 * (other_down + up)
        elif twice < 0:
            below += (twice + 1) ** 2 >= 4 * (down + other_up)
    return Rank(above + 1, number - below)


def _marks(one: Value) -> _Marks | None:
    value, interval = one
    if interval is None:
        return None
    middle, low, high = (round(100 * mark) for mark in (value, interval.low, interval.high))
    return _Marks(middle, (middle - low) ** 2, (high - middle) ** 2)
