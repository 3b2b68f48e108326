"""Where an office holds."""

from typing import NamedTuple

from django.db.models import Q

from collector.fleet.models import Agency, Place, Region, Unit
from collector.fleet.tree import below


class Scope(NamedTuple):
    """A unit, a region with all below it, an agency with all its units; with nothing, everywhere."""

    unit: Unit | None = None
    region: Region | None = None
    agency: Agency | None = None

    def units(self) -> Q:
        """Give the condition that a unit lies in it."""
        if self.unit is not None:
            return Q(pk=self.unit.pk)
        if self.region is not None:
            return below(self.region.pk)
        if self.agency is not None:
            return Q(agency_id=self.agency.pk)
        return Q()

    def holds(self, unit: Unit) -> bool:
        """Tell whether a unit lies in it."""
        if self.unit is not None:
            return unit.pk == self.unit.pk
        if self.region is not None:
            return unit.region_id == self.region.pk or unit.region_id.startswith(f"{self.region.pk}.")
        if self.agency is not None:
            return unit.agency_id == self.agency.pk
        return True

    def reaches(self, kind: str, code: str) -> bool:
        """Tell whether a `unit`, a `region`, an `agency` or a `place`, by its code, lies wholly in it; a place where its region does."""
        if kind == "unit":
            return Unit.objects.filter(self.units(), code=code).exists()
        if self == EVERYWHERE:
            return True
        if kind == "place":
            kind, code = (
                "region",
                Place.objects.filter(code=code).values_list("region_id", flat=True).first() or "",
            )
        if kind == "region":
            return self.region is not None and f"{code}.".startswith(f"{self.region.pk}.")
        return kind == "agency" and self.agency is not None and self.agency.code == code

    def __str__(self) -> str:
        if self.unit is not None:
            return self.unit.name
        if self.region is not None:
            return self.region.name or self.region.code
        return self.agency.name if self.agency is not None else ""


EVERYWHERE = Scope()
