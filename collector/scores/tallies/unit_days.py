"""What a unit's local day adds to the sums over days that `survey.index.clusters` needs.

Two kinds of rows of counts, each one integer of 64-bit fields as `packing` adds them:

    plain   the sum of weighted scores of complete responses; then the numbers of `survey.index.tally`
    dated   the four sums over unit-days; then a plain row

A plain row counts part of a day, or groups without days of their own. A dated one counts whole unit-days: squares
of parts do not add up to the square of a day, so a unit's day is put together from all its series before it is squared. Of a
day both sides are kept, sound and flagged, and the flagged side's sums are what the flagged responses add to the sound
ones' sums: the sums of the sound side alone, and of both sides together, are then both right.
"""

from typing import NamedTuple

FIELD_BITS = 64
SUMS_BITS = 4 * FIELD_BITS
"""How far the plain row stands to the left in a dated one."""
_SIDE_BITS = 2 * FIELD_BITS
_FIELD = (1 << FIELD_BITS) - 1
_SIGN = 1 << (FIELD_BITS - 1)


class Sums(NamedTuple):
    """What both sides of a unit's day, or a change of it, add to the dated rows."""

    sound: int
    flagged: int


def side_of(plain: int, *, flagged: bool) -> int:
    """Give what a plain row, or a change of one, adds to the row of its unit's day: total and number of complete responses."""
    total = _signed(plain)
    people = _signed((plain - total) >> FIELD_BITS)
    side = (people << FIELD_BITS) + total
    return side << _SIDE_BITS if flagged else side


def sums_of(day: int) -> Sums:
    """Give the sums of one unit-day from its row, both sides added by `side_of`."""
    total, people = day & _FIELD, day >> FIELD_BITS & _FIELD
    sound = _sums(people, total)
    rest = day >> _SIDE_BITS
    if not rest:
        return Sums(sound, 0)
    return Sums(sound, _sums(people + (rest >> FIELD_BITS), total + (rest & _FIELD)) - sound)


def dated(plain: int) -> int:
    """Give a plain row as a dated one that still lacks its sums."""
    return plain << SUMS_BITS


def _sums(people: int, total: int) -> int:
    if not people:
        return 0
    return (
        ((total * total << FIELD_BITS) + people * total << FIELD_BITS) + people * people << FIELD_BITS
    ) + 1


def _signed(number: int) -> int:
    """Give the lowest field of a row of changes, which may be negative."""
    field = number & _FIELD
    return field - (1 << FIELD_BITS) if field & _SIGN else field
