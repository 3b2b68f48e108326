"""The parts of a node of the trees: of a region its regions or its units, of an agency its units."""

from django.db.models import Count, Q
from django.db.models.functions import Substr

from collector.fleet.models import Agency, Region, Unit
from collector.fleet.tree import below
from collector.releases.show.overview.listing import Node
from collector.scores.ask.scope import REGION_LENGTHS


def every_unit() -> Node:
    """Give all units."""
    return Node("unit", Unit.objects.all(), narrowed=False)


def units_of_region(code: str) -> Node:
    """Give all units in a region, at whatever depth."""
    return Node("unit", Unit.objects.filter(below(code)))


def units_of_agency(agency: Agency) -> Node:
    """Give an agency's units."""
    return Node("unit", Unit.objects.filter(agency=agency))


def every_agency() -> Node:
    """Give the agencies that have units."""
    found = (
        Unit.objects.exclude(agency=None).values_list("agency__code").annotate(units=Count("pk")).order_by()
    )
    sizes = dict(found)
    return Node("agency", Agency.objects.filter(code__in=list(sizes)), sizes=sizes)


def regions_of(code: str) -> Node:
    """Give the regions right below one, or the provinces where it is empty, that have units."""
    length = next((one for one in REGION_LENGTHS.values() if one > len(code)), len(code))
    lies = below(code) & ~Q(region_id=code) if code else Q()
    found = (
        Unit.objects.filter(lies)
        .annotate(part=Substr("region_id", 1, length))
        .values_list("part")
        .annotate(units=Count("pk"))
        .order_by()
    )
    sizes = dict(found)
    return Node("region", Region.objects.filter(code__in=list(sizes)), sizes=sizes)
