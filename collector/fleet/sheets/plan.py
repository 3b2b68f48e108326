"""What a file would change, and each of its rows that cannot be taken: nothing is written here."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import NamedTuple

from collector.fleet import courses
from collector.fleet.counters import squares
from collector.fleet.sheets import cells, state
from collector.fleet.sheets.cells import Known, Wrong
from collector.fleet.sheets.columns import (
    AGENCIES,
    COUNTERS,
    KIOSKS,
    PLACES,
    SERVICES,
    SHEETS,
    TENANTS,
    UNITS,
    Key,
    Row,
    Sheet,
)
from collector.fleet.sheets.fence import Fence
from collector.fleet.sheets.reading import Bad, Line, Table
from collector.fleet.sheets.state import State
from survey.settings.offered import MAX_SERVICES
from survey.settings.shown import MAX_COUNTERS, MAX_FLOORS, overlap


class Change(NamedTuple):
    """A row that is new, or that was otherwise."""

    sheet: Sheet
    before: Row | None
    now: Row


class Sum(NamedTuple):
    """How many rows of a sheet are what."""

    sheet: str
    new: int
    changed: int
    same: int


@dataclass
class Plan:
    """What a file would do."""

    bad: list[Bad]
    changes: list[Change] = field(default_factory=list)
    same: Counter[str] = field(default_factory=Counter)

    def of(self, sheet: Sheet) -> list[Change]:
        """Give the changes in a sheet."""
        return [one for one in self.changes if one.sheet is sheet]

    def sums(self) -> list[Sum]:
        """Count, sheet by sheet, those that the file has."""
        found = []
        for sheet in SHEETS:
            of = self.of(sheet)
            new = sum(one.before is None for one in of)
            if of or self.same[sheet.name]:
                found.append(Sum(sheet.name, new, len(of) - new, self.same[sheet.name]))
        return found


def plan(table: Table, *, reach: Collection[str] | None = None) -> Plan:
    """Hold a file against what is here; `reach`: the regions that whoever brings it administers, None for everything.

    Of what lies beyond no row is taken, and nothing is told but that.
    """
    here = state.now()
    known = _known(here, table.lines)
    made = Plan(list(table.bad))
    first: dict[tuple[str, Key], int] = {}
    wanted: dict[str, dict[Key, tuple[Line, Row]]] = {sheet.name: {} for sheet in SHEETS}
    for line in table.lines:
        row = _row(line, known, made.bad)
        if row is None:
            continue
        key = row[: line.sheet.keys]
        twice = first.setdefault((line.sheet.name, key), line.number)
        if twice != line.number:
            made.bad.append(_bad(line, 0, "twice", str(twice)))
            continue
        wanted[line.sheet.name][key] = line, row
    if reach is not None:
        _keep_within(
            wanted,
            Fence(here, reach, {key[0]: row for key, (_, row) in wanted[UNITS.name].items()}),
            made.bad,
        )
    for line, row in wanted[KIOSKS.name].values():
        _kiosk(line, row, here, made.bad)
    made.bad += [
        _bad(line, 0, "ended", row[0]) for line, row in wanted[UNITS.name].values() if row[0] in here.ended
    ]
    _services([*wanted[SERVICES.name].values()], here, made.bad)
    _counters(wanted[COUNTERS.name], here, made.bad)
    units = dict(here.rows[UNITS.name]) | {key: row for key, (_, row) in wanted[UNITS.name].items()}
    owned = {row[0] for row in units.values() if row[3]}
    _tenants([*wanted[TENANTS.name].values()], here, owned, made.bad)
    _compare(wanted, here, made)
    order = {one.name: place for place, one in enumerate(SHEETS)}
    made.bad.sort(key=lambda one: (order.get(one.sheet, -1), one.row))
    return made


def _compare(wanted: Mapping[str, dict[Key, tuple[Line, Row]]], here: State, made: Plan) -> None:
    for sheet in SHEETS:
        before = here.rows[sheet.name]
        for key, (_, row) in wanted[sheet.name].items():
            if before.get(key) == row:
                made.same[sheet.name] += 1
            else:
                made.changes.append(Change(sheet, before.get(key), row))


def _keep_within(wanted: Mapping[str, dict[Key, tuple[Line, Row]]], fence: Fence, bad: list[Bad]) -> None:
    """Refuse rows that lie beyond a fence, and look no further at them."""
    for sheet in SHEETS:
        for key, (line, row) in list(wanted[sheet.name].items()):
            if not fence.holds(sheet, row):
                bad.append(_bad(line, 0, "beyond", row[0]))
                del wanted[sheet.name][key]


def _known(here: State, lines: Iterable[Line]) -> Known:
    """Give the codes that are here or in the file, so that one bad row does not make all bad that lean on it."""
    brought: dict[str, set[str]] = {sheet.name: set() for sheet in SHEETS}
    for line in lines:
        brought[line.sheet.name].add(line.cells[0])
    return Known(
        regions=here.regions,
        agencies=brought[AGENCIES.name] | {key[0] for key in here.rows[AGENCIES.name]},
        units=brought[UNITS.name] | {key[0] for key in here.rows[UNITS.name]},
        places=brought[PLACES.name] | {key[0] for key in here.rows[PLACES.name]},
        ended=here.ended,
    )


def _row(line: Line, known: Known, bad: list[Bad]) -> Row | None:
    row = []
    for place, (column, text) in enumerate(zip(line.sheet.columns, line.cells, strict=True)):
        try:
            row.append(cells.kept(column.kind, text, known))
        except Wrong as wrong:
            bad.append(_bad(line, place, str(wrong), text))
    if len(row) < len(line.cells):
        return None
    if line.sheet is KIOSKS and row[2] == row[1]:
        row[2] = ""  # the unit's own place, said in full
    return tuple(row)


def _kiosk(line: Line, row: Row, here: State, bad: list[Bad]) -> None:
    """Refuse to want a kiosk that works elsewhere, or that is none."""
    before = here.enrolled.get(row[0])
    if row[0] in here.archives:
        bad.append(_bad(line, 0, "archive", row[0]))
    elif before is not None and before != row:
        bad.append(_bad(line, 1, "stands", f"{before[1]} {before[2]}".strip()))


def _services(wanted: Iterable[tuple[Line, Row]], here: State, bad: list[Bad]) -> None:
    """Refuse more services of a unit than a kiosk offers, at the first row that is too many."""
    offered: dict[str, set[str]] = {}
    for row in here.rows[SERVICES.name].values():
        if row[3] == "ya":
            offered.setdefault(row[0], set()).add(row[1])
    for _, row in wanted:
        if row[3] == "tidak":
            offered.get(row[0], set()).discard(row[1])
    told = set()
    for line, row in wanted:
        if row[3] == "ya":
            of = offered.setdefault(row[0], set())
            of.add(row[1])
            if len(of) > MAX_SERVICES and row[0] not in told:
                told.add(row[0])
                bad.append(_bad(line, 0, "many", str(MAX_SERVICES)))


def _counters(wanted: Mapping[Key, tuple[Line, Row]], here: State, bad: list[Bad]) -> None:
    """Refuse what a kiosk would refuse of a place's counters, those that are here already among them."""
    rows = dict(here.rows[COUNTERS.name]) | {key: row for key, (_, row) in wanted.items()}
    for place in {key[0] for key in wanted}:
        shown = [row for row in rows.values() if row[0] == place and row[7] == "ya"]
        mine = [line for key, (line, _) in wanted.items() if key[0] == place]
        if len(shown) > MAX_COUNTERS:
            bad.append(_bad(mine[0], 0, "counters_many", str(MAX_COUNTERS)))
        if len({row[3] for row in shown}) > MAX_FLOORS:
            bad.append(_bad(mine[0], 3, "floors_many", str(MAX_FLOORS)))
        for one, other in combinations(shown, 2):
            told = next((wanted[row[:2]][0] for row in (other, one) if row[:2] in wanted), None)
            if told is None:
                continue
            beside = (one if told.cells[1] == other[1] else other)[1]
            if one[3] == other[3] and overlap(squares(one[5]), squares(other[5])):
                bad.append(_bad(told, 5, "overlap", beside))
            if one[6] and one[6] == other[6]:
                bad.append(_bad(told, 6, "beside_twice", beside))


def _tenants(wanted: Iterable[tuple[Line, Row]], here: State, owned: Collection[str], bad: list[Bad]) -> None:
    """Refuse whoever belongs to no agency, ends before it begins, or serves twice on one day; and a questionnaire of its own where it is no course."""
    spans: dict[Key, dict[Key, Row]] = {}
    offices = set(here.stood)
    for key, row in here.rows[TENANTS.name].items():
        spans.setdefault(key[:2], {})[key] = row
    for _, row in wanted:
        spans.setdefault(row[:2], {})[row[:3]] = row
    offices |= {row[1] for of in spans.values() for row in of.values() if not row[4]}
    for line, row in wanted:
        if row[1] not in owned:
            bad.append(_bad(line, 1, "owner", row[1]))
        if row[3] and row[3] < row[2]:
            bad.append(_bad(line, 3, "last", row[3]))
        others = [other for key, other in spans[row[:2]].items() if key != row[:3]]
        if row[4] and (not row[3] or _days(row) >= courses.LONGEST_DAYS):
            bad.append(_bad(line, 4, "course_days", str(courses.LONGEST_DAYS)))
        if row[4] and row[1] in offices:
            bad.append(_bad(line, 4, "course_office", row[1]))
        if any(row[2] <= (one[3] or row[2]) and one[2] <= (row[3] or one[2]) for one in others):
            bad.append(_bad(line, 2, "meets", row[2]))


def _days(row: Row) -> int:
    return (date.fromisoformat(row[3]) - date.fromisoformat(row[2])).days


def _bad(line: Line, place: int, why: str, text: str = "") -> Bad:
    return Bad(line.sheet.name, line.number, line.sheet.columns[place].heading, why, text[:60])
