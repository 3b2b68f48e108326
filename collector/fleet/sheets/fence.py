"""What of the fleet's sheets lies within some regions: for whoever administers these and nothing else."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from collector.fleet.sheets.columns import (
    AGENCIES,
    COUNTERS,
    KIOSKS,
    PLACES,
    SERVICES,
    TENANTS,
    UNITS,
    Row,
    Sheet,
)
from collector.fleet.sheets.state import State


class Fence(NamedTuple):
    """Regions with all below them, around what is here and what a file brings."""

    here: State
    regions: Collection[str]
    brought: Mapping[str, Row]
    """Rows of units that a file brings, by their codes."""

    def within(self, region: str) -> bool:
        """Tell whether a region lies in them."""
        return any(f"{region}.".startswith(f"{code}.") for code in self.regions)

    def holds(self, sheet: Sheet, row: Row) -> bool:
        """Tell whether a row lies within, as it is wanted and as it is here."""
        before = self.here.rows[sheet.name].get(row[: sheet.keys])
        return self._wanted(sheet, row) and (before is None or before == row or self._wanted(sheet, before))

    def _wanted(self, sheet: Sheet, row: Row) -> bool:
        if sheet is AGENCIES:
            return self._agency(row)
        if sheet in (UNITS, PLACES):
            return self.within(row[2])
        if sheet is SERVICES:
            return self._unit(row[0])
        if sheet is COUNTERS:
            return self._place(row[0]) and (not row[8] or self._unit(row[8]))
        if sheet is TENANTS:
            return self._place(row[0]) and self._unit(row[1])
        enrolled = self.here.enrolled.get(row[0])
        at_home = enrolled is None or self._unit(enrolled[1])
        return at_home and self._unit(row[1]) and (not row[2] or self._place(row[2]))

    def _agency(self, row: Row) -> bool:
        """Tell whether an agency is new, or has units within and no others."""
        if (row[0],) not in self.here.rows[AGENCIES.name]:
            return True
        owned = [unit for unit in self.here.rows[UNITS.name].values() if unit[3] == row[0]]
        return bool(owned) and all(self.within(unit[2]) for unit in owned)

    def _unit(self, code: str) -> bool:
        here, brought = self.here.rows[UNITS.name].get((code,)), self.brought.get(code)
        rows = [row for row in (here, brought) if row is not None]
        return bool(rows) and all(self.within(row[2]) for row in rows)

    def _place(self, code: str) -> bool:
        row = self.here.rows[PLACES.name].get((code,))
        if row is not None:
            return self.within(row[2])
        # A place that is not here yet comes with the file, whose own row is looked at, or follows from the unit of its code.
        return (code not in self.brought and (code,) not in self.here.rows[UNITS.name]) or self._unit(code)


def within(here: State, regions: Collection[str]) -> dict[str, list[Row]]:
    """Give the rows of each sheet that lie within regions; an agency where it owns a unit there."""
    fence = Fence(here, regions, {})
    owners = {row[3] for row in here.rows[UNITS.name].values() if fence.within(row[2])}
    rows = {
        sheet.name: [row for row in here.rows[sheet.name].values() if fence.holds(sheet, row)]
        for sheet in (UNITS, PLACES, SERVICES, COUNTERS, KIOSKS, TENANTS)
    }
    rows[AGENCIES.name] = [row for row in here.rows[AGENCIES.name].values() if row[0] in owners]
    return rows
