"""The parts of a node of the trees: of a region its regions or its units, of an agency its units.

`real` is the condition that a unit is one as far as the list goes: see `collector.fleet.lasting`.
"""

from django.db.models import Count, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat, Length

from collector.fleet.models import Agency, Region, Unit
from collector.fleet.tree import below
from collector.releases.show.overview.listing import Node
from collector.scores.ask.scope import REGION_LENGTHS


def every_unit(real: Q) -> Node:
    """Give all units."""
    return Node("unit", Unit.objects.filter(real), narrowed=False)


def units_of_region(code: str, real: Q) -> Node:
    """Give all units in a region, at whatever depth."""
    return Node("unit", Unit.objects.filter(below(code), real))


def units_of_agency(agency: Agency, real: Q) -> Node:
    """Give an agency's units."""
    return Node("unit", Unit.objects.filter(real, agency=agency))


def every_agency(real: Q) -> Node:
    """Give the agencies that have units."""
    owned = Unit.objects.filter(real).exclude(agency=None)
    sizes = dict(owned.values_list("agency__code").annotate(units=Count("pk")).order_by())
    return Node("agency", Agency.objects.filter(code__in=list(sizes)), sizes=sizes)


def regions_of(code: str, real: Q) -> Node:
    """Give the regions right below one, or the provinces where it is empty, that have units."""
    length = next((one for one in REGION_LENGTHS.values() if one > len(code)), None)
    if length is None:
        return Node("region", Region.objects.none())
    own = OuterRef("code")
    inside = Unit.objects.filter(real, region_id__gte=own, region_id__lte=Concat(own, Value(".99.99.9999")))
    number = inside.order_by().annotate(number=Func("pk", function="Count")).values("number")
    parts = Region.objects.annotate(length=Length("code")).filter(length=length)
    if code:
        parts = parts.filter(code__startswith=f"{code}.")
    found = parts.annotate(inside=Subquery(number)).filter(inside__gt=0).values_list("code", "inside")
    sizes = dict(found)
    return Node("region", Region.objects.filter(code__in=list(sizes)), sizes=sizes)
