"""The fleet as tables that people fill in: which sheets there are, their columns, and what each cell must be.

A workbook has some of these sheets, in any order; a CSV is one of them, by the file's name. An empty cell leaves what is here as it is.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from collector.errors import CollectorError
from collector.fleet import workbook
from collector.fleet.tree import CODE, REGION_CODE
from collector.fleet.workbook import SheetRow
from survey.index.periods import ZONES

REGIONS, AGENCIES, UNITS, PLACES, SERVICES = "wilayah", "instansi", "unit", "tempat", "layanan"
KEY, NAME, REGION, AGENCY, ZONE, UNIT, OFFERED = (
    "kode", "nama", "wilayah", "instansi", "zona waktu", "unit", "ditawarkan",
)  # fmt: skip
COLUMNS: Mapping[str, tuple[str, ...]] = {
    REGIONS: (KEY, NAME),
    AGENCIES: (KEY, NAME),
    UNITS: (KEY, NAME, REGION, AGENCY, ZONE),
    PLACES: (KEY, NAME, REGION),
    SERVICES: (UNIT, KEY, NAME, OFFERED),
}
"""The sheets in the order in which they are taken, each with its headings."""
GUIDE = "petunjuk"
"""The sheet that says how to fill in the others; it is not read."""
YES, NO = "ya", "tidak"
_MAY_LACK = {(REGIONS, NAME), (UNITS, AGENCY), (UNITS, ZONE), (SERVICES, OFFERED)}
_LONGEST, _LONGEST_REGION = 120, 64
_FORMULA = ("=", "+", "@")


class Line(NamedTuple):
    """A row of a sheet: its number there, and what stands under each heading."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        """What names it among the rows of its sheet."""
        return (self.cells[UNIT], self.cells[KEY]) if self.sheet == SERVICES else (self.cells[KEY],)

    def bad(self, column: str, why: str) -> "BadCell":
        """Say what is wrong with one of its cells."""
        return BadCell(self.sheet, self.number, column, why, self.cells.get(column, "")[:60])


class BadCell(NamedTuple):
    """A cell that cannot be taken, and why, as a key under `fleet.bad_`."""

    sheet: str
    row: int
    column: str
    why: str
    text: str


class Table(NamedTuple):
    """What a file says: its rows by sheet, and every bad cell."""

    lines: dict[str, list[Line]]
    bad: list[BadCell]


def read_book(data: bytes) -> Table:
    """Read a workbook.

    Raises:
        CollectorError: it cannot be read as one, is too large, has a formula, or has a sheet that is none of ours (`fleet_sheet`).
    """
    found = {name.strip().casefold(): rows for name, rows in workbook.read_sheets(data).items()}
    for name in found:
        if name not in COLUMNS and name != GUIDE:
            raise CollectorError("fleet_sheet", name=name[:40], known=", ".join(COLUMNS))
    return _table({name: rows for name, rows in found.items() if name != GUIDE})


def read_csv(data: bytes, *, sheet: str) -> Table:
    """Read one sheet from a CSV in UTF-8, with commas or semicolons.

    Raises:
        CollectorError: it is too large (`sheet_large`), is no such CSV (`fleet_csv`), or is none of our sheets (`fleet_sheet`).
    """
    if sheet not in COLUMNS:
        raise CollectorError("fleet_sheet", name=sheet[:40], known=", ".join(COLUMNS))
    if len(data) > workbook.MOST_FLEET_BYTES:
        raise CollectorError("sheet_large", rows=workbook.MOST_FLEET_ROWS)
    try:
        lines = data.decode("utf-8-sig").splitlines(keepends=True)
        head = lines[0] if lines else ""
        reader = csv.reader(lines, delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
        rows = [SheetRow(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CollectorError("fleet_csv", reason=error) from error
    rows = [row for row in rows if any(row.cells)]
    if len(rows) > workbook.MOST_FLEET_ROWS + 1:  # with its headings
        raise CollectorError("sheet_large", rows=workbook.MOST_FLEET_ROWS)
    return _table({sheet: rows})


def _table(sheets: Mapping[str, Sequence[SheetRow]]) -> Table:
    lines: dict[str, list[Line]] = {}
    bad: list[BadCell] = []
    for sheet in COLUMNS:
        lines[sheet] = []
        rows = sheets.get(sheet, ())
        if not rows:
            continue
        headings = [cell.strip().casefold() for cell in rows[0].cells]
        if sorted(headings) != sorted(COLUMNS[sheet]):
            wanted = ", ".join(COLUMNS[sheet])
            bad.append(BadCell(sheet, rows[0].number, wanted, "heading", ", ".join(headings)[:80]))
            continue
        seen: set[tuple[str, ...]] = set()
        for row in rows[1:]:
            if len(row.cells) > len(headings):
                bad.append(BadCell(sheet, row.number, "", "beyond", row.cells[len(headings)][:60]))
                continue
            cells = dict.fromkeys(headings, "") | dict(zip(headings, row.cells, strict=False))
            line = Line(sheet, row.number, cells)
            wrong = [line.bad(column, why) for column in COLUMNS[sheet] if (why := _wrong(line, column))]
            if not wrong and line.key in seen:
                wrong = [line.bad(KEY, "twice")]
            seen.add(line.key)
            bad += wrong
            lines[sheet].append(line)
    return Table(lines, bad)


def _wrong(line: Line, column: str) -> str:
    """Say what is wrong with a cell by itself; empty where nothing is."""
    text = line.cells[column]
    if not text:
        return "" if (line.sheet, column) in _MAY_LACK else "empty"
    if not text.isprintable():
        return "signs"
    if text.startswith(_FORMULA):
        return "formula"
    if column == KEY and line.sheet == REGIONS:
        return _CHECKS[REGION](text)
    if column == NAME:
        return "long" if len(text) > (_LONGEST_REGION if line.sheet == REGIONS else _LONGEST) else ""
    return _CHECKS[column](text)


def _code(text: str) -> str:
    return "" if CODE.fullmatch(text) else "code"


_CHECKS: Mapping[str, Callable[[str], str]] = {
    KEY: _code,
    UNIT: _code,
    AGENCY: _code,
    REGION: lambda text: "" if REGION_CODE.fullmatch(text) else "region",
    ZONE: lambda text: "" if text in ZONES else "zone",
    OFFERED: lambda text: "" if text.casefold() in (YES, NO) else "offered",
}
