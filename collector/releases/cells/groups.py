"""Which groups of a release may be shown beside one another, by service, kiosk, sex, hour and so on.

The exact totals that are out, all groups that are shown, and what is left of everybody beside them are sets of people. Three rules hold:
no set has fewer than five; what a breakdown leaves out is nobody or at least five; and between any two sets, or between one and what
another leaves of everybody, stand nobody or at least five people. So no sum and no difference of two numbers is about fewer than five.
What three or more numbers together come to is for the noise to hide (`noise.py`).

A set is a whole number with a bit for each person: thousands of sets are compared in a moment.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from survey.index.sampling import SMALLEST_GROUP

Set = int
"""People, a bit each."""


class Beside(NamedTuple):
    """What is known already when groups are chosen: exact totals, and groups that earlier editions showed."""

    whole: Set
    """Everybody with a complete answer in that edition."""
    sets: tuple[Set, ...]


def set_of(places: Sequence[int]) -> Set:
    """Give the set of the people at these places; a place is the number of a bit."""
    found = 0
    for place in places:
        found |= 1 << place
    return found


def choose(
    whole: Set,
    dimensions: Mapping[str, Sequence[tuple[str, Set]]],
    known: Sequence[Beside],
    *,
    smallest: int = SMALLEST_GROUP,
) -> dict[str, dict[str, Set]]:
    """Give the groups that may be shown, by dimension and code; dimensions that come first keep more of theirs.

    The groups of a dimension must not overlap, and lie in `whole`. A dimension of which nothing may be shown is not in the answer.
    """
    chosen: dict[str, dict[str, Set]] = {}
    standing = _Standing(smallest)
    for one in known:
        standing.add(one.whole, one.whole)
        for known_set in one.sets:
            standing.add(known_set, one.whole)
    standing.add(whole, whole)
    for dimension, groups in dimensions.items():
        shown = _fitting(whole, dict(groups), standing)
        if shown:
            chosen[dimension] = shown
            left = whole
            for group in shown.values():
                left ^= group
            for group in (*shown.values(), left):
                standing.add(group, whole)
    return chosen


class _Standing:
    """All sets that are out."""

    def __init__(self, smallest: int) -> None:
        self._smallest = smallest
        self._sets: set[Set] = set()

    def add(self, people: Set, whole: Set) -> None:
        """Count a set in, and what it leaves of everybody."""
        self._sets.update((people, whole ^ people))

    def allows(self, people: Set) -> bool:
        """Tell whether a set is large enough, and differs from every other by nobody or enough people."""
        smallest = self._smallest
        if people.bit_count() < smallest:
            return False
        return not any(0 < (people ^ other).bit_count() < smallest for other in self._sets)


def _fitting(whole: Set, groups: dict[str, Set], standing: _Standing) -> dict[str, Set]:
    """Leave groups out until those that are shown, and all the others together, are allowed."""
    left = whole
    for code, group in list(groups.items()):
        if standing.allows(group):
            left ^= group
        else:
            del groups[code]
    while groups and left and not standing.allows(left):
        least = min(groups, key=lambda code: (groups[code].bit_count(), code))
        left ^= groups.pop(least)
    return groups


def by_code(codes: Mapping[int, str]) -> list[tuple[str, Set]]:
    """Give the groups of a dimension from everybody's code, by place."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, code in codes.items():
        places[code].append(place)
    return [(code, set_of(places[code])) for code in sorted(places)]
