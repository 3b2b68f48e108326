"""Adding to the tree of units: regions, agencies, units, places and services. Adding again changes the names."""

import re

from django.db.models import Q

from collector.errors import CollectorError
from collector.fleet.models import Agency, Place, Region, Service, Unit
from collector.words.foreign import in_one_line

CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
LONGEST_PROVIDER = 40
REGION_CODE = re.compile(r"\d\d(?:\.\d\d(?:\.\d\d(?:\.[123]\d{3})?)?)?")
"""Kemendagri codes, of a province down to a village; the village's first digit is 1 (kelurahan), 2 (desa), 3 (desa adat)."""


def below(code: str) -> Q:
    """Give the condition that a unit or a place lies in a region or in one below it; for every database by its index of regions."""
    first, last = f"{code}.00", f"{code}.99.99.9999"
    return Q(region_id=code) | Q(
        region_id__gte=first, region_id__lte=last, region__code__startswith=f"{code}."
    )


def add_region(code: str, *, name: str = "") -> Region:
    """Add a region and those above it.

    Raises:
        CollectorError: the code is none of Kemendagri's.
    """
    if not REGION_CODE.fullmatch(code):
        raise CollectorError("region_code", code=code)
    parts = code.split(".")
    for depth in range(1, len(parts)):
        Region.objects.get_or_create(code=".".join(parts[:depth]))
    region, _ = Region.objects.get_or_create(code=code, defaults={"name": name})
    if name and region.name != name:
        region.name = name
        region.save(update_fields=["name"])
    return region


def add_agency(code: str, *, name: str) -> Agency:
    """Add an agency, or rename it.

    Raises:
        CollectorError: the code cannot stand in addresses and files.
    """
    agency, _ = Agency.objects.update_or_create(code=_code(code, "agency"), defaults={"name": name})
    return agency


def add_unit(*, code: str, name: str, region: Region, agency: Agency | None, time_zone: str) -> Unit:
    """Add a unit, or change its name, region, agency and zone.

    Raises:
        CollectorError: the code cannot stand in addresses and files.
    """
    unit, _ = Unit.objects.update_or_create(
        code=_code(code, "unit"),
        defaults={"name": name, "region": region, "agency": agency, "time_zone": time_zone},
    )
    return unit


def add_place(*, code: str, name: str, region: Region) -> Place:
    """Add a place, or change its name and region.

    Raises:
        CollectorError: the code cannot stand in addresses and files.
    """
    place, _ = Place.objects.update_or_create(
        code=_code(code, "place"), defaults={"name": name, "region": region}
    )
    return place


def set_provider(name: str, *, place: str = "", region: str = "") -> int:
    """Say whose SIM cards the kiosks of a place, or of all places in a region, have; an empty name takes it back. Gives how many places.

    Raises:
        CollectorError: there is no such place (`provider_nowhere`), or none in the region; the name has a colon or is too long
            (`provider_name`).
    """
    said = in_one_line(name)
    if len(said) > LONGEST_PROVIDER or ":" in said:
        raise CollectorError("provider_name", name=name)
    found = Place.objects.filter(code=place) if place else Place.objects.filter(below(region))
    number = found.update(provider=said)
    if not number:
        raise CollectorError("provider_nowhere", code=place or region)
    return number


def add_service(*, unit: Unit, code: str, name: str, offered: bool = True) -> Service:
    """Add a service to a unit, or change its name and whether it is offered.

    Raises:
        CollectorError: the code cannot stand in addresses and files.
    """
    service, _ = Service.objects.update_or_create(
        unit=unit, code=_code(code, "service"), defaults={"name": name, "offered": offered}
    )
    return service


def find_unit(code: str) -> Unit:
    """Give the unit with this code.

    Raises:
        CollectorError: there is none.
    """
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        known = ", ".join(Unit.objects.order_by("code").values_list("code", flat=True)[:10]) or "–"
        raise CollectorError("unit_not_here", code=code, known=known)
    return unit


def find_place(code: str) -> Place:
    """Give the place with this code.

    Raises:
        CollectorError: there is none.
    """
    place = Place.objects.filter(code=code).first()
    if place is None:
        raise CollectorError("place_not_here", code=code)
    return place


def place_of(unit: Unit) -> Place:
    """Give the place a unit has to itself: the balai desa that carries its code."""
    place, _ = Place.objects.get_or_create(
        code=unit.code, defaults={"name": unit.name, "region": unit.region}
    )
    return place


def _code(code: str, what: str) -> str:
    if not CODE.fullmatch(code):
        raise CollectorError("code_shape", what=what, code=code)
    return code
