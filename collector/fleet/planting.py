"""Taking the fleet's tables in: all of them or nothing, a second time changes nothing.

As many questions are asked for many rows as for few, and rows are written many in one statement.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models, transaction

from collector.fleet import regions, services
from collector.fleet.models import Agency, Place, Region, Service, Unit
from collector.fleet.tables import (
    AGENCIES,
    AGENCY,
    COLUMNS,
    KEY,
    NAME,
    NO,
    OFFERED,
    PLACES,
    REGION,
    REGIONS,
    SERVICES,
    UNIT,
    UNITS,
    ZONE,
    BadCell,
    Line,
    Table,
)
from collector.people import trail
from survey.settings.keys import MAX_SERVICES

_ADD, _CHANGE = 2_000, 400
"""Rows in one statement."""
_UNITS_AT_ONCE = 500

Values = tuple[Any, ...]


class Count(NamedTuple):
    """What becomes of the rows of one sheet."""

    added: int
    changed: int
    same: int


class Taken(NamedTuple):
    """What an import did, or would do; nothing was done where a cell is bad."""

    counts: dict[str, Count]
    bad: list[BadCell]


class _Sorted(NamedTuple):
    """The rows of a sheet that are new, and those that are otherwise here, each with what it comes to."""

    fresh: dict[tuple[str, ...], Values]
    other: dict[tuple[str, ...], Values]
    same: int


def take(table: Table, *, dry: bool, who: str, source: str) -> Taken:
    """Add and change what tables say, in one transaction; `dry` only says what would happen.

    Raises:
        CollectorError: the settings of a kiosk would not hold; nothing was written.
    """
    with transaction.atomic():
        here = _Here()
        bad = sorted(table.bad + here.missing(table.lines), key=lambda one: (_ORDER[one.sheet], one.row))
        if bad:
            return Taken({}, bad)
        found = {sheet: _sort(lines, here.values[sheet]) for sheet, lines in table.lines.items() if lines}
        counts = {sheet: Count(len(one.fresh), len(one.other), one.same) for sheet, one in found.items()}
        if not dry and any(one.added or one.changed for one in counts.values()):
            _write(found)
            facts = {sheet: {"added": one.added, "changed": one.changed} for sheet, one in counts.items()}
            trail.note(who=who, action="fleet imported", subject=source, facts=facts)
    return Taken(counts, [])


class _Here:
    """What is here already: by sheet and key, the values that a row may change."""

    def __init__(self) -> None:
        units = Unit.objects.values_list("code", "name", "region_id", "agency__code", "time_zone")
        offered = Service.objects.values_list("unit__code", "code", "name", "offered")
        self.values: dict[str, dict[tuple[str, ...], Values]] = {
            REGIONS: {(code,): (name,) for code, name in Region.objects.values_list("code", "name")},
            AGENCIES: {(code,): (name,) for code, name in Agency.objects.values_list("code", "name")},
            UNITS: {
                (code,): (name, region, agency or "", zone) for code, name, region, agency, zone in units
            },
            PLACES: {
                (code,): (name, region)
                for code, name, region in Place.objects.values_list("code", "name", "region_id")
            },
            SERVICES: {(unit, code): (name, shown) for unit, code, name, shown in offered},
        }

    def missing(self, lines: Mapping[str, Sequence[Line]]) -> list[BadCell]:
        """Give the cells that name what is neither here nor in the file, and units that would offer more than a kiosk takes."""
        known = {
            column: {key[0] for key in self.values[sheet]} | {line.cells[KEY] for line in lines[sheet]}
            for column, sheet in ((REGION, REGIONS), (AGENCY, AGENCIES), (UNIT, UNITS))
        }
        bad = [
            line.bad(column, f"no_{_NAMED[column]}")
            for sheet in (UNITS, PLACES, SERVICES)
            for line in lines[sheet]
            for column in COLUMNS[sheet]
            if column in known and line.cells[column] and line.cells[column] not in known[column]
        ]
        if lines[SERVICES]:
            bad += self._too_many(lines[SERVICES])
        return bad

    def _too_many(self, lines: Sequence[Line]) -> list[BadCell]:
        offered = {key for key, (_, shown) in self.values[SERVICES].items() if shown}
        for line in lines:
            before = self.values[SERVICES].get(line.key, ("", True))
            if _service(line, before)[1]:
                offered.add(line.key)
            else:
                offered.discard(line.key)
        number: dict[str, int] = {}
        for unit, _ in offered:
            number[unit] = number.get(unit, 0) + 1
        last = {line.cells[UNIT]: line for line in lines}
        return [line.bad(UNIT, "many") for unit, line in last.items() if number.get(unit, 0) > MAX_SERVICES]


_ORDER = {sheet: place for place, sheet in enumerate(COLUMNS)}
_NAMED = {REGION: "region", AGENCY: "agency", UNIT: "unit"}


def _service(line: Line, before: Values) -> Values:
    said = line.cells[OFFERED].casefold()
    return line.cells[NAME], before[1] if not said else said != NO


def _wanted(line: Line, before: Values | None) -> Values:
    """Give what a row comes to; an empty cell leaves what is here."""
    cells = line.cells
    if line.sheet == SERVICES:
        return _service(line, before or ("", True))
    if line.sheet == UNITS:
        _, _, agency, zone = before or ("", "", "", settings.IKM_TIME_ZONE)
        return cells[NAME], cells[REGION], cells[AGENCY] or agency, cells[ZONE] or zone
    if line.sheet == PLACES:
        return cells[NAME], cells[REGION]
    return (cells[NAME] or (before[0] if before else ""),)


def _sort(lines: Sequence[Line], here: Mapping[tuple[str, ...], Values]) -> _Sorted:
    found = _Sorted({}, {}, sum(here.get(one.key) == _wanted(one, here.get(one.key)) for one in lines))
    for line in lines:
        before = here.get(line.key)
        wanted = _wanted(line, before)
        if before is None:
            found.fresh[line.key] = wanted
        elif before != wanted:
            found.other[line.key] = wanted
    return found


def _write(found: Mapping[str, _Sorted]) -> None:
    nothing = _Sorted({}, {}, 0)
    sheet = {name: found.get(name, nothing) for name in COLUMNS}
    fresh = dict(sheet[REGIONS].fresh)
    present = set(Region.objects.values_list("code", flat=True))
    for code in regions.above(key[0] for key in fresh):
        if code not in present:
            fresh.setdefault((code,), ("",))
    _add(Region.objects, (Region(code=code, name=name) for (code,), (name,) in fresh.items()))
    _change(
        Region.objects,
        [Region(code=code, name=name) for (code,), (name,) in sheet[REGIONS].other.items()],
        "name",
    )
    _put(Agency, sheet[AGENCIES], lambda values: {"name": values[0]})
    agencies = dict(Agency.objects.values_list("code", "pk"))
    _put(
        Unit,
        sheet[UNITS],
        lambda values: {
            "name": values[0],
            "region_id": values[1],
            "agency_id": agencies[values[2]] if values[2] else None,
            "time_zone": values[3],
        },
    )
    _put(Place, sheet[PLACES], lambda values: {"name": values[0], "region_id": values[1]})
    _write_services(sheet[SERVICES])


def _put(
    model: type[Agency | Unit | Place], rows: _Sorted, fields: Callable[[Values], dict[str, Any]]
) -> None:
    """Write rows that are known by their code."""
    _add(model.objects, (model(code=code, **fields(values)) for (code,), values in rows.fresh.items()))
    if rows.other:
        keys = dict(model.objects.values_list("code", "pk"))
        changed = [
            model(pk=keys[code], code=code, **fields(values)) for (code,), values in rows.other.items()
        ]
        names = [name.removesuffix("_id") for name in fields(next(iter(rows.other.values())))]
        _change(model.objects, changed, *names)


def _write_services(rows: _Sorted) -> None:
    """Write services, and sign new settings for the kiosks whose visitors can name them."""
    units = dict(Unit.objects.values_list("code", "pk"))
    _add(
        Service.objects,
        (
            Service(unit_id=units[unit], code=code, name=name, offered=offered)
            for (unit, code), (name, offered) in rows.fresh.items()
        ),
    )
    if rows.other:
        keys: dict[tuple[str, ...], int] = {
            (unit, code): key for unit, code, key in Service.objects.values_list("unit__code", "code", "pk")
        }
        changed = [
            Service(pk=keys[key], unit_id=units[key[0]], code=key[1], name=name, offered=offered)
            for key, (name, offered) in rows.other.items()
        ]
        _change(Service.objects, changed, "name", "offered")
    told = sorted({units[unit] for unit, _ in (*rows.fresh, *rows.other)})
    for first in range(0, len(told), _UNITS_AT_ONCE):
        services.tell(told[first : first + _UNITS_AT_ONCE])


def _add(manager: models.Manager[Any], rows: Iterable[models.Model]) -> None:
    manager.bulk_create(list(rows), batch_size=_ADD)


def _change(manager: models.Manager[Any], rows: Sequence[models.Model], *fields: str) -> None:
    if rows:
        manager.bulk_update(rows, fields, batch_size=_CHANGE)
