"""Reading an XLSX that somebody else made: texts by row and column, within bounds, and nothing of it is run.

Only what holds the texts is opened: the list of sheets, the first sheet or all of them, and the texts that cells share. In the first sheet
alone formulas count by the value that was saved with them; where all sheets are read, a formula is refused by its place.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from lxml import etree

from collector.errors import CollectorError
from collector.unpacking import UNREADABLE

MOST_BYTES = 4_000_000
_MOST_UNPACKED = 30_000_000
MOST_ROWS = 5_000
MOST_FLEET_BYTES = 8_000_000
MOST_FLEET_ROWS = 20_000
_MOST_SHEETS = 20
_MOST_COLUMNS = 200
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class SheetRow(NamedTuple):
    """A row with its number, counted from 1, and its texts from column A on."""

    number: int
    cells: list[str]


def read(data: bytes) -> list[SheetRow]:
    """Give the rows of the first sheet that hold anything.

    Raises:
        CollectorError: it is too large (`sheet_large`), or no XLSX that can be read (`sheet_unreadable`).
    """
    with _opened(data, most=MOST_BYTES, rows=MOST_ROWS) as packed:
        texts = _shared(packed)
        _, part = _parts(packed)[0]
        return _rows(_parsed(packed, part), texts, most=MOST_ROWS)


def read_sheets(data: bytes) -> dict[str, list[SheetRow]]:
    """Give the rows of every sheet that hold anything, by the sheets' names.

    Raises:
        CollectorError: it is too large (`sheet_large`), no XLSX that can be read (`sheet_unreadable`), or has a formula (`sheet_formula`).
    """
    with _opened(data, most=MOST_FLEET_BYTES, rows=MOST_FLEET_ROWS) as packed:
        texts = _shared(packed)
        found = {}
        for name, part in _parts(packed):
            sheet = _parsed(packed, part)
            formula = next(sheet.iter(f"{_MAIN}f"), None)
            if formula is not None:
                cell = formula.getparent()
                where = cell.get("r", "?") if cell is not None else "?"
                raise CollectorError("sheet_formula", sheet=name, cell=str(where)[:12])
            found[name] = _rows(sheet, texts, most=MOST_FLEET_ROWS + 1)  # with its headings
        return found


@contextmanager
def _opened(data: bytes, *, most: int, rows: int) -> Iterator[zipfile.ZipFile]:
    if len(data) > most:
        raise CollectorError("sheet_large", rows=rows)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > 2 * _MOST_UNPACKED:
                raise CollectorError("sheet_large", rows=rows)
            yield packed
    except (*UNREADABLE, etree.XMLSyntaxError) as error:
        raise CollectorError("sheet_unreadable") from error


def _parsed(packed: zipfile.ZipFile, name: str) -> etree._Element:
    if packed.getinfo(name).file_size > _MOST_UNPACKED:
        raise CollectorError("sheet_large", rows=MOST_ROWS)
    with packed.open(name) as part:
        content = part.read(_MOST_UNPACKED + 1)
    if len(content) > _MOST_UNPACKED:
        raise CollectorError("sheet_large", rows=MOST_ROWS)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a workbook declares no types of its own")
    return root


def _parts(packed: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Give the name of each sheet and of the part that holds it."""
    sheets = _parsed(packed, "xl/workbook.xml").findall(f"{_MAIN}sheets/{_MAIN}sheet")
    if not 0 < len(sheets) <= _MOST_SHEETS:
        raise ValueError("no sheet, or more than anybody fills in")
    targets = {
        one.get("Id"): str(one.get("Target", "")) for one in _parsed(packed, "xl/_rels/workbook.xml.rels")
    }
    found = []
    for sheet in sheets:
        target = targets[sheet.get(_RELATED)]
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found.append((str(sheet.get("name", "")), part))
    return found


def _shared(packed: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in packed.namelist():
        return []
    return [_text(one) for one in _parsed(packed, "xl/sharedStrings.xml").findall(f"{_MAIN}si")]


def _rows(sheet: etree._Element, texts: list[str], *, most: int) -> list[SheetRow]:
    found = []
    for place, row in enumerate(sheet.iterfind(f"{_MAIN}sheetData/{_MAIN}row"), start=1):
        number = int(row.get("r", place))
        cells: dict[int, str] = {}
        for column, cell in enumerate(row.iterfind(f"{_MAIN}c")):
            match = _REFERENCE.fullmatch(str(cell.get("r", "")))
            where = _column(match[1]) if match else column
            text = _cell(cell, texts).strip()
            if text and where < _MOST_COLUMNS:
                cells[where] = text
        if cells:
            found.append(SheetRow(number, [cells.get(place, "") for place in range(max(cells) + 1)]))
        if len(found) > most:
            raise CollectorError("sheet_large", rows=most)
    return found


def _cell(cell: etree._Element, texts: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.findtext(f"{_MAIN}v") or ""
    if kind == "s":
        return texts[int(value)] if value and 0 <= int(value) < len(texts) else ""
    return "" if kind == "e" else str(value)


def _text(element: etree._Element) -> str:
    """Join the runs of a text; what tells how it is pronounced is none of it."""
    pronounced = {id(one) for part in element.iter(f"{_MAIN}rPh") for one in part.iter(f"{_MAIN}t")}
    return "".join(one.text or "" for one in element.iter(f"{_MAIN}t") if id(one) not in pronounced)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
