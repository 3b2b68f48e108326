"""Larger numbers from smaller ones: a region's, an agency's, a longer period's. They count only what has come out.

The unit's official period is the atom. A larger number adds the counts of atoms that are out and have a number, so that what is
missing between it and them is nobody, or whole atoms; it says how many units it leaves out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.releases.models import Release
from collector.releases.people import unpack_basis
from collector.releases.states import State
from survey.index.clusters import Clusters, row_length
from survey.index.periods import Period
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument


@dataclass(slots=True)
class Sum:
    """What of a larger number is there."""

    atoms: list[Release] = field(default_factory=list)
    """Releases of units that are counted."""
    units: set[int] = field(default_factory=set)
    """Units that are counted."""
    left_out: int = 0
    """Units that owed the period and of which nothing with a number is out."""


def atoms_of(units: Sequence[Unit], period: Period, *, instrument: str) -> Sum:
    """Give the published official periods with a number that lie inside a period, of some units."""
    found = Sum()
    inside = Release.objects.filter(
        subject="unit",
        unit__in=units,
        instrument=instrument,
        state=State.PUBLISHED,
        first_day__gte=period.first,
        last_day__lte=period.last,
    ).exclude(n=None)
    for release in inside.order_by("code", "first_day", "number"):
        if unpack_basis(bytes(release.basis)).get("official"):
            found.atoms.append(release)
            found.units.add(release.unit_id or 0)
    found.left_out = len({unit.pk for unit in units if lasting.owes(unit, period)} - found.units)
    return found


def added(instrument: Instrument, atoms: Iterable[Release]) -> tuple[Tally, Clusters]:
    """Give the counts of atoms together, and their sums over unit-days: no unit-day is in two atoms."""
    rows = [cast("list[int]", unpack_basis(bytes(atom.basis))["counts"]) for atom in atoms]
    return opened(instrument, [sum(column) for column in zip(*rows, strict=True)])


def visits(atoms: Iterable[Release]) -> int | None:
    """Give how many visits began in the periods of atoms; None where one of them does not say."""
    said = [cast("int | None", unpack_basis(bytes(atom.basis))["visits"]) for atom in atoms]
    return sum(one for one in said if one is not None) if None not in said else None


def opened(instrument: Instrument, counts: Sequence[int]) -> tuple[Tally, Clusters]:
    """Give the tally and the sums over unit-days of a release's counts."""
    if not counts:
        return Tally.empty(instrument), Clusters()
    sums = row_length(len(instrument.elements))
    return Tally.from_ints(instrument, counts[sums + 1 :]), Clusters.from_row(counts[:sums])
