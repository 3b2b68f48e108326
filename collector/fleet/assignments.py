"""Looking up where kiosks stood, and giving them a new place."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from collector import statements
from collector.fleet import present
from collector.fleet.models import Assignment, Kiosk, Place, Unit
from collector.fleet.standing import Standing, full_code, named_code
from collector.statements import milliseconds, several


def standing_at(unit: Unit) -> list[Kiosk]:
    """Give the kiosks whose newest assignment is to a unit."""
    return list(Kiosk.objects.filter(stands=unit).order_by("pk"))


def assign(kiosk: Kiosk, *, unit: Unit, place: Place, since: datetime) -> Assignment:
    """Have a kiosk stand somewhere from a moment on, or correct where it stood from then on; the only way to an assignment."""
    with transaction.atomic():
        made, _ = Assignment.objects.update_or_create(
            kiosk=kiosk, since=since, defaults={"unit": unit, "place": place}
        )
        present.keep(Kiosk.objects.filter(pk=kiosk.pk))
    return made


_STOOD = """
SELECT a.kiosk_id, a.since, a.unit_id, a.place_id, u.time_zone
FROM fleet_assignment a JOIN fleet_unit u ON u.id = a.unit_id WHERE a.kiosk_id {among} ORDER BY a.kiosk_id, a.since
"""
_AT_PLACE = """
SELECT unit_id, place_id FROM fleet_assignment WHERE place_id {among}
UNION SELECT unit_id, place_id FROM fleet_tenant WHERE place_id {among}
"""
_SERVICES = """
SELECT s.id, s.unit_id, s.code, u.code FROM fleet_service s JOIN fleet_unit u ON u.id = s.unit_id WHERE s.unit_id {among} ORDER BY s.id
"""
_OFFERED = """
SELECT o.kiosk_id, p.code, o.place_id FROM fleet_offeredplace o JOIN fleet_place p ON p.id = o.place_id WHERE o.kiosk_id {among}
"""


def standings(kiosk_ids: Collection[int]) -> dict[int, Standing]:
    """Give the standing of every kiosk asked for that has an assignment."""
    asked = several(kiosk_ids)
    rows = statements.rows(_STOOD, asked)
    places = {place for _, _, _, place, _ in rows}
    zones = {unit: zone for _, _, unit, _, zone in rows}
    units_at: dict[int, set[int]] = {place: set() for place in places}
    at = several(places)
    for unit, place in statements.rows(_AT_PLACE, at, at):
        units_at[place].add(unit)
    of_unit: dict[int, list[tuple[str, int]]] = {}
    units = {unit for at_place in units_at.values() for unit in at_place}
    codes: dict[int, tuple[str, str]] = {}
    for service, unit, code, unit_code in statements.rows(_SERVICES, several(units)):
        of_unit.setdefault(unit, []).append((code, service))
        codes[service] = unit_code, code
    offered: dict[int, dict[str, int]] = {}
    for kiosk, code, place in statements.rows(_OFFERED, asked):
        offered.setdefault(kiosk, {})[code] = place
    answer: dict[int, tuple[list[int], list[tuple[int, int]], dict[tuple[int, str], tuple[int, int]]]] = {}
    for kiosk, since, unit, place, _ in rows:
        since_ms, stands, services = answer.setdefault(kiosk, ([], [], {}))
        since_ms.append(milliseconds(since))
        stands.append((unit, place))
        for other in sorted(units_at[place]):
            for code, service in of_unit.get(other, ()):
                services.setdefault((place, code), (service, other))
                services.setdefault((place, full_code(*codes[service])), (service, other))
                services[place, named_code(*codes[service])] = (service, other)
        # A unit's own service wins over a neighbour's of the same code; the minus keeps units and places apart.
        for code, service in of_unit.get(unit, ()):
            services[-unit, code] = (service, unit)
    return {
        kiosk: Standing(
            since_ms=tuple(since_ms),
            stands=tuple(stands),
            services=services,
            places=offered.get(kiosk, {}),
            zones={unit: zones[unit] for unit, _ in stands},
        )
        for kiosk, (since_ms, stands, services) in answer.items()
    }
