"""Taking a file: all of it in one transaction, or nothing where a row is bad. A second time changes nothing."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from collector.errors import CollectorError
from collector.fleet import courses, malls, services
from collector.fleet.models import Agency, Counter, Place, Service, Tenant, Unit, WantedKiosk
from collector.fleet.sheets.columns import AGENCIES, COUNTERS, KIOSKS, PLACES, SERVICES, TENANTS, UNITS
from collector.fleet.sheets.plan import Change, Plan, plan
from collector.fleet.sheets.reading import Table
from collector.people import trail
from collector.words.foreign import in_one_line

_M = TypeVar("_M", bound=Model)
_AT_ONCE = 500
"""Rows in one statement."""


def take(table: Table, *, who: str, source: str, reach: Collection[str] | None = None) -> Plan:
    """Do what a file says; gives what was changed. `reach` as in `plan`.

    Raises:
        CollectorError: a row is bad (`fleet_file_bad`), or a kiosk's settings would not hold; nothing was taken.
    """
    with transaction.atomic():
        made = plan(table, reach=reach)
        if made.bad:
            raise CollectorError("fleet_file_bad", number=len(made.bad))
        if made.changes:
            _write(made)
            facts = {one.sheet: [one.new, one.changed] for one in made.sums() if one.new or one.changed}
            trail.note(who=who, action="fleet imported", subject=source, facts=facts)
            changed = {one.now[0] for one in made.of(SERVICES)} | {
                one.now[0] for one in made.of(UNITS) if one.before is not None and one.before[2] != one.now[2]
            }  # elsewhere other settings hold
            if changed:
                services.tell(Unit.objects.filter(code__in=changed))
            places = {one.now[0] for sheet in (COUNTERS, TENANTS) for one in made.of(sheet)}
            for place in Place.objects.filter(code__in=places):
                malls.tell(place)
    return made


def _write(made: Plan) -> None:
    _keep(
        Agency, [Agency(code=code, name=name) for code, name in _rows(made.of(AGENCIES))], ["code"], ["name"]
    )
    agencies = dict(Agency.objects.values_list("code", "pk"))
    units = [
        Unit(code=code, name=name, region_id=region, agency_id=agencies.get(agency), time_zone=zone)
        for code, name, region, agency, zone in _rows(made.of(UNITS))
    ]
    _keep(Unit, units, ["code"], ["name", "region", "agency", "time_zone"])
    places = {code: (name, region, provider) for code, name, region, provider in _rows(made.of(PLACES))}
    places |= _own_places(made, places)
    _keep(
        Place,
        [
            Place(code=code, name=name, region_id=region, provider=provider)
            for code, (name, region, provider) in places.items()
        ],
        ["code"],
        ["name", "region", "provider"],
    )
    unit_ids = dict(Unit.objects.values_list("code", "pk"))
    place_ids = dict(Place.objects.values_list("code", "pk"))
    offers = [
        Service(unit_id=unit_ids[unit], code=code, name=name, offered=offered == "ya")
        for unit, code, name, offered in _rows(made.of(SERVICES))
    ]
    _keep(Service, offers, ["unit", "code"], ["name", "offered"])
    counters = [
        Counter(
            place_id=place_ids[place],
            name=name,
            number=number,
            floor=floor,
            way=way,
            box=box,
            beside=beside,
            shown=shown == "ya",
            unit_id=unit_ids.get(unit),
        )
        for place, name, number, floor, way, box, beside, shown, unit in _rows(made.of(COUNTERS))
    ]
    _keep(Counter, counters, ["place", "name"], ["number", "floor", "way", "box", "beside", "shown", "unit"])
    kiosks = [
        WantedKiosk(name=name, unit_id=unit_ids[unit], place_id=place_ids[place or unit])
        for name, unit, place in _rows(made.of(KIOSKS))
    ]
    _keep(WantedKiosk, kiosks, ["name"], ["unit", "place"])
    for place, unit, since, last, asks in _rows(made.of(TENANTS)):
        until = date.fromisoformat(last) + timedelta(days=1) if last else None
        Tenant.objects.update_or_create(
            place_id=place_ids[place],
            unit_id=unit_ids[unit],
            since=date.fromisoformat(since),
            defaults={"until": until, "questionnaire": asks},
        )
        courses.keep(unit_ids[unit], asks)


def _own_places(made: Plan, said: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Give the places that follow from units: of a wanted kiosk's unit, and of a unit that is called or lies otherwise now."""
    rows = {
        code: (in_one_line(name), region, provider)
        for code, name, region, provider in Place.objects.values_list("code", "name", "region_id", "provider")
    }
    found = {}
    for one in made.of(UNITS):
        code = one.now[0]
        if one.before is not None and code not in said and code in rows and rows[code][:2] == one.before[1:3]:
            found[code] = (one.now[1], one.now[2], rows[code][2])
    meant = {place or unit for _, unit, place in _rows(made.of(KIOSKS))}
    meant |= {row[0] for sheet in (COUNTERS, TENANTS) for row in _rows(made.of(sheet))}
    bare = meant - rows.keys() - set(said)
    if bare:
        names = {
            code: (name, region, "")
            for code, name, region in Unit.objects.values_list("code", "name", "region_id")
        }
        found |= {code: names[code] for code in bare}
    return found


def _rows(changes: Sequence[Change]) -> list[tuple[str, ...]]:
    return [one.now for one in changes]


def _keep(model: type[_M], rows: list[_M], keys: list[str], fields: list[str]) -> None:
    model._default_manager.bulk_create(  # noqa: SLF001 - Django's own way to a model that is a parameter
        rows, batch_size=_AT_ONCE, update_conflicts=True, unique_fields=keys, update_fields=fields
    )
