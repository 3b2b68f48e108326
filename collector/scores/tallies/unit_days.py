"""What a unit's local day adds to the sums over days that `survey.index.clusters` needs.

Two kinds of rows of counts, each one integer of 64-bit fields as `packing` adds them:

    plain   the sum of weighted scores of complete responses; then the numbers of `survey.index.tally`
    dated   the sums over unit-days (`clusters.row_of_day`); then a plain row

A plain row counts part of a day, or groups without days of their own. A dated one counts whole unit-days: squares
of parts do not add up to the square of a day, so a unit's day is put together from all its series before it is squared: on either
side, sound and flagged, its complete responses and the sum of their answers to each element. The flagged side's sums are what the
flagged responses add to the sound ones' sums: the sums of the sound side alone, and of both sides together, are then both right.
"""

from functools import lru_cache
from operator import mul
from typing import NamedTuple

from collector.scores.tallies.packing import to_counts, to_number
from survey.index.clusters import row_length, row_of_day
from survey.instrument.instrument import Instrument

FIELD_BITS = 64
_FIELD = (1 << FIELD_BITS) - 1
_COMPLETE = 1
"""Where a plain row has its complete responses …"""
COUNTS_FROM = 4
"""… and their answers."""
_BIAS = 1 << 56
"""Keeps the fields of a change from borrowing of one another, with room to be multiplied by every value of a scale."""


class Sums(NamedTuple):
    """What both sides of a unit's day, or a change of it, add to the dated rows."""

    sound: int
    flagged: int


class DayRows:
    """The rows of one instrument."""

    def __init__(self, instrument: Instrument) -> None:
        elements, self._values = len(instrument.elements), tuple(instrument.values)
        self._weights = instrument.weight_units
        self.sums = row_length(elements)
        """How many numbers stand before the plain row in a dated one."""
        self._side = 1 + elements
        self._read = COUNTS_FROM + elements * len(self._values)
        self._biased = sum(_BIAS << FIELD_BITS * field for field in range(self._read))
        self._mask = (1 << FIELD_BITS * self._read) - 1
        self._totals_bias = _BIAS * sum(self._values)
        # Days repeat: most are of a handful of people.
        self._squared = lru_cache(maxsize=1024)(self._squared_of)

    def side_of(self, plain: int, *, flagged: bool) -> int:
        """Give what a plain row, or a change of one, adds to the row of its unit's day: number of complete responses, sums of answers."""
        biased = plain + self._biased & self._mask
        people = (biased >> FIELD_BITS * _COMPLETE & _FIELD) - _BIAS
        counts, weighted = biased >> FIELD_BITS * COUNTS_FROM, 0
        for place, value in enumerate(
            self._values
        ):  # all elements at once: each sum ends where its lowest value stood
            weighted += value * (counts >> FIELD_BITS * place)
        fields = to_counts(weighted, self._read - COUNTS_FROM)
        side = to_number((people, *[field - self._totals_bias for field in fields[:: len(self._values)]]))
        return side << FIELD_BITS * self._side if flagged else side

    def sums_of(self, day: int) -> Sums:
        """Give the sums of one unit-day from its row, both sides added by `side_of`."""
        counts = to_counts(day, 2 * self._side)
        own, more = counts[: self._side], counts[self._side :]
        sound = self._squared(own)
        if not any(more):
            return Sums(sound, 0)
        return Sums(sound, self._squared(tuple([a + b for a, b in zip(own, more, strict=True)])) - sound)

    def dated(self, plain: int) -> int:
        """Give a plain row as a dated one that still lacks its sums."""
        return plain << FIELD_BITS * self.sums

    def _squared_of(self, side: tuple[int, ...]) -> int:
        people, *totals = side
        if not people:
            return 0
        return to_number(row_of_day(people, sum(map(mul, self._weights, totals)), *totals))
