"""Who stands in the kiosks' counters that were opened beside releases: totals like all others, for whatever comes out later."""

from collections.abc import Iterable

from collector.fleet.models import Unit
from collector.releases.models import OpenedCounters
from collector.releases.people import members_of, unpack_basis


def members_beside(unit: Unit, instruments: Iterable[str]) -> list[dict[int, str]]:
    """Give who stands in each set that the opened counters of a unit tell: what was earned in a period, and all before it."""
    kept = OpenedCounters.objects.filter(release__unit=unit, release__instrument__in=list(instruments))
    found = []
    for members in kept.order_by("pk").values_list("members", flat=True):
        basis = unpack_basis(bytes(members))
        found += [members_of(basis, "opened"), members_of(basis, "before")]
    return [one for one in found if one]
