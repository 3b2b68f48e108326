"""A newer edition of the regions' table with what somebody decided about each region that goes: all of it, or nothing.

What hangs on a region that the table has no more (units, kiosks, whoever administers it) is moved to the code that is named for it, or stays
under the old one because somebody says so. Nothing is guessed: a likely code is only offered.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction

from collector.errors import CollectorError
from collector.fleet import hanging, regions
from collector.fleet.models import Region
from collector.fleet.regions import Gone, Imported, RegionRow, Tell

_NAMED = 8
"""Regions that an error names."""


class Split(NamedTuple):
    """A new region, and the one from which those below it come."""

    code: str
    name: str
    of: str
    of_name: str
    number: int


class Review(NamedTuple):
    """What an edition would change, and what has to be decided."""

    told: Imported
    hangs: Mapping[str, Mapping[str, int]]
    """Of regions that go: how many of what hang on them."""
    splits: list[Split]

    @property
    def to_decide(self) -> list[Gone]:
        """Give the regions that go and on which something hangs."""
        return [one for one in self.told.gone if one.code in self.hangs]


def review(rows: Sequence[RegionRow], *, edition: str) -> Review:
    """Say what an edition would change; nothing is changed.

    Raises:
        CollectorError: as `collector.fleet.regions.take`.
    """
    told = regions.take(rows, who="", source="", tell=lambda _done, _every: None, edition=edition, dry=True)
    return Review(told, hanging.on([one.code for one in told.gone]), _splits(told, rows))


def take(
    rows: Sequence[RegionRow],
    *,
    edition: str,
    who: str,
    source: str,
    tell: Tell,
    moves: Mapping[str, str],
    stay: Collection[str] | None,
) -> Review:
    """Take an edition, and do what was decided; `stay` names regions whose things stay under the old code, None all that are not moved.

    Raises:
        CollectorError: as `collector.fleet.regions.take`; or of a region that goes nobody decided (`regions_undecided`), or what was decided is
            about none that goes (`region_stays`) or leads to none that the table has (`region_not_there`). Nothing is taken.
    """
    with transaction.atomic():
        told = regions.take(rows, who=who, source=source, tell=tell, edition=edition)
        gone = {one.code for one in told.gone}
        found = Review(told, hanging.on(gone), _splits(told, rows))
        open_ones = [
            one.code
            for one in found.to_decide
            if one.code not in moves and stay is not None and one.code not in stay
        ]
        if open_ones:
            raise CollectorError("regions_undecided", number=len(open_ones), codes=_some(open_ones))
        wrong = sorted((set(moves) | set(stay or ())) - gone)
        if wrong:
            raise CollectorError("region_stays", codes=_some(wrong))
        for before, now in sorted(moves.items()):
            regions.move(before, now, who=who, why=edition)
    return found


def below(before: str, now: str) -> dict[str, str]:
    """Give where each region at and below one lies in another: under the same number, or under the same name.

    Raises:
        CollectorError: something hangs on one for which neither holds (`regions_unmatched`).
    """
    here = dict(Region.objects.filter(code__startswith=f"{before}.").values_list("code", "name"))
    there = dict(Region.objects.filter(code__startswith=f"{now}.", gone_in=None).values_list("code", "name"))
    named: dict[tuple[int, str], list[str]] = {}
    for code, name in there.items():
        named.setdefault((code.count("."), name.casefold()), []).append(code)
    pairs, unmatched = {before: now}, []
    hangs = hanging.on(here)
    for code in sorted(here):
        depth = code.count(".") + now.count(".") - before.count(".")
        alike = named.get((depth, here[code].casefold()), [])
        same = now + code.removeprefix(before)
        if len(alike) == 1:
            pairs[code] = alike[0]
        elif there.get(same, "").casefold() == here[code].casefold():
            pairs[code] = same
        elif code in hangs:
            unmatched.append(code)
    if unmatched:
        raise CollectorError("regions_unmatched", before=before, now=now, codes=_some(unmatched))
    return pairs


def _splits(told: Imported, rows: Iterable[RegionRow]) -> list[Split]:
    """Find new regions to which more than their own name came from one that stays: its parts are new, and are called as parts of that were."""
    names = {row.code: row.name for row in rows}
    fresh = {row.code for row in told.new}
    came: Counter[tuple[str, str]] = Counter()
    for one in told.gone:
        for likely in one.likely if len(one.likely) == 1 else ():
            old, new = one.code.rpartition(".")[0], likely.rpartition(".")[0]
            if new in fresh and old in names and old != new:
                came[new, old] += 1
    return [
        Split(new, names.get(new, ""), old, names[old], number) for (new, old), number in sorted(came.items())
    ]


def _some(codes: Sequence[str]) -> str:
    return ", ".join(codes[:_NAMED]) + (" …" if len(codes) > _NAMED else "")
