"""Reading the fleet's sheets out of an XLSX or a CSV: each row by its headings, and whatever is odd named by sheet, row and column."""

import csv
from collections.abc import Sequence
from typing import NamedTuple

from collector.errors import CollectorError
from collector.fleet import workbook
from collector.fleet.sheets.columns import HELP, SHEETS, Row, Sheet
from collector.fleet.workbook import FORMULA, SheetRow

MOST_ROWS = 20_000
"""In one sheet."""
_GUARDED = "=+-@'"


class Bad(NamedTuple):
    """A cell or a row that cannot be taken, and why, as a key under `fleet_sheet.`."""

    sheet: str
    row: int
    column: str
    why: str
    text: str = ""


class Line(NamedTuple):
    """A row of a sheet with its number, counted from 1, and its cells in the order of the sheet's columns."""

    sheet: Sheet
    number: int
    cells: Row


class Table(NamedTuple):
    """What a file holds."""

    lines: list[Line]
    bad: list[Bad]


def read(data: bytes) -> Table:
    """Read a file; which of the two it is, it says itself.

    Raises:
        CollectorError: it is too large (`sheet_large`), neither of the two (`fleet_file_kind`), or has none of the sheets (`fleet_file_empty`).
    """
    table = Table([], [])
    if data.startswith(b"PK"):
        named = {one.name.casefold(): one for one in SHEETS}
        for name, rows in workbook.sheets(data, most_rows=MOST_ROWS).items():
            sheet = named.get(name.strip().casefold())
            if sheet is not None:
                _sheet(sheet, rows, table)
            elif rows and name != HELP:
                table.bad.append(Bad(name[:40], 1, "", "sheet", ", ".join(one.name for one in SHEETS)))
    else:
        rows = _csv(data)
        _sheet(_told(rows), rows, table)
    if not table.lines and not table.bad:
        raise CollectorError("fleet_file_empty", sheets=", ".join(one.name for one in SHEETS))
    return table


def _csv(data: bytes) -> list[SheetRow]:
    if len(data) > workbook.MOST_BYTES:
        raise CollectorError("sheet_large", rows=MOST_ROWS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CollectorError("fleet_file_kind") from error
    head = text[:2_000].split("\n", 1)[0]
    lines = csv.reader(
        text.splitlines(keepends=True), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    rows = []
    try:
        for number, cells in enumerate(lines, start=1):
            if any(map(str.strip, cells)):
                rows.append(SheetRow(number, [_plain(one.strip()) for one in cells]))
            if len(rows) > MOST_ROWS:
                raise CollectorError("sheet_large", rows=MOST_ROWS)
    except csv.Error as error:
        raise CollectorError("fleet_file_kind") from error
    return rows


def _plain(cell: str) -> str:
    """Give a cell without what kept a spreadsheet from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in _GUARDED else cell


def _told(rows: Sequence[SheetRow]) -> Sheet:
    """Give the sheet whose headings a CSV has most of."""
    found = set(map(_heading, rows[0].cells)) if rows else set()
    fitting = max(SHEETS, key=lambda one: len(found & set(one.headings)) / len(one.headings))
    if not found & set(fitting.headings):
        raise CollectorError("fleet_file_kind")
    return fitting


def _sheet(sheet: Sheet, rows: Sequence[SheetRow], table: Table) -> None:
    if not rows:
        return
    head = [_heading(text) for text in rows[0].cells]
    missing = [one for one in sheet.headings if head.count(one) != 1]
    odd = [text for text in head if text and text not in sheet.headings]
    table.bad.extend(Bad(sheet.name, rows[0].number, one, "heading") for one in missing)
    table.bad.extend(
        Bad(sheet.name, rows[0].number, one[:40], "column", ", ".join(sheet.headings)) for one in odd
    )
    if missing or odd:
        return
    places = [head.index(one) for one in sheet.headings]
    named = set(places)
    for row in rows[1:]:
        cells = tuple(row.cells[place] if place < len(row.cells) else "" for place in places)
        beside = [place for place, text in enumerate(row.cells) if text and place not in named]
        if beside:
            table.bad.append(Bad(sheet.name, row.number, "", "beside", row.cells[beside[0]][:40]))
        formulas = [one for one, text in zip(sheet.headings, cells, strict=True) if text.startswith(FORMULA)]
        table.bad.extend(Bad(sheet.name, row.number, one, "formula") for one in formulas)
        if not beside and not formulas:
            table.lines.append(Line(sheet, row.number, cells))


def _heading(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(" *:")
