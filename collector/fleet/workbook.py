"""Reading the first sheet of an XLSX that somebody else made: texts by row and column, within bounds, and nothing of it is run.

Only what holds the texts is opened: the list of sheets, the first sheet, and the texts that cells share. Formulas count by the value
that was saved with them.
"""

import io
import re
import zipfile
from typing import NamedTuple

from lxml import etree

from collector.errors import CollectorError
from collector.unpacking import UNREADABLE

MOST_BYTES = 4_000_000
_MOST_UNPACKED = 30_000_000
MOST_ROWS = 5_000
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
    if len(data) > MOST_BYTES:
        raise CollectorError("sheet_large", rows=MOST_ROWS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            texts = _shared(packed)
            return _rows(_parsed(packed, _first_sheet(packed)), texts)
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


def _first_sheet(packed: zipfile.ZipFile) -> str:
    book = _parsed(packed, "xl/workbook.xml")
    sheet = book.find(f"{_MAIN}sheets/{_MAIN}sheet")
    if sheet is None:
        raise ValueError("no sheet")
    wanted = sheet.get(_RELATED)
    for one in _parsed(packed, "xl/_rels/workbook.xml.rels"):
        if one.get("Id") == wanted:
            target = str(one.get("Target", ""))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise ValueError("no such sheet")


def _shared(packed: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in packed.namelist():
        return []
    return [_text(one) for one in _parsed(packed, "xl/sharedStrings.xml").findall(f"{_MAIN}si")]


def _rows(sheet: etree._Element, texts: list[str]) -> list[SheetRow]:
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
        if len(found) > MOST_ROWS:
            raise CollectorError("sheet_large", rows=MOST_ROWS)
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
