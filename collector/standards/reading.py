"""A unit's standards as pages, data and papers read them on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from collector import clock
from collector.fleet.models import Service, Unit
from collector.local import local_date
from collector.standards.components import COMPONENTS, PUBLIC, Completeness, Component, completeness
from collector.standards.models import Maklumat, Standard
from collector.standards.promise import newest, versions
from collector.standards.register import in_force


@dataclass(frozen=True, slots=True)
class ServiceRead:
    """A service with the standard that is in force."""

    service: Service
    standard: Standard | None
    coming: Standard | None
    """The next version that is known and not in force yet."""
    latest: int
    """The number of the newest version; 0 without one."""

    @property
    def whole(self) -> Completeness:
        """How complete it is, of all fourteen components."""
        return completeness(self.texts)

    @property
    def public(self) -> Completeness:
        """How complete the six are that everybody is to read."""
        return completeness(self.texts, PUBLIC)

    @property
    def texts(self) -> Mapping[str, str]:
        """Give the texts in force; none without a standard."""
        return self.standard.texts if self.standard is not None else {}


def today_of(unit: Unit) -> date:
    """Give the day it is at a unit."""
    return local_date(clock.now(), unit.time_zone)


def services_of(unit: Unit, day: date, *, every: bool = False) -> list[ServiceRead]:
    """Give a unit's services by name; with `every` also those that are offered no longer, as far as they have a standard."""
    found: dict[int, list[Standard]] = {}
    for one in Standard.objects.filter(unit=unit).order_by("number"):
        found.setdefault(one.service_id, []).append(one)
    told = in_force((one for own in found.values() for one in own), day)
    return [
        ServiceRead(
            service,
            told.get(service.pk),
            min(
                (one for one in found.get(service.pk, []) if one.in_force_from > day),
                key=lambda one: (one.in_force_from, -one.number),
                default=None,
            ),
            max((one.number for one in found.get(service.pk, [])), default=0),
        )
        for service in Service.objects.filter(unit=unit).order_by("name", "code")
        if service.offered or (every and service.pk in found)
    ]


def promise_of(unit: Unit, day: date) -> Maklumat | None:
    """Give the maklumat that holds on a day, without its photo."""
    return newest(one for one in versions(unit) if one.issued_on <= day)


def rows_of(
    standard: Standard, components: tuple[Component, ...] = COMPONENTS
) -> list[tuple[Component, str]]:
    """Give components of a standard with their texts; an empty text where there is none."""
    return [(one, standard.texts.get(one.key, "")) for one in components]
