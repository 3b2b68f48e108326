"""Reading an XLSX that somebody else made: texts by row and column, within bounds, and nothing of it is run.

Only what holds the texts is opened: the list of sheets, the sheets, and the texts that cells share. Where the first sheet alone is
asked for, formulas count by the value that was saved with them.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO, NamedTuple

from lxml import etree

from collector.errors import CollectorError
from collector.unpacking import UNREADABLE

MOST_BYTES = 4_000_000
_MOST_UNPACKED = 30_000_000
MOST_ROWS = 5_000
_MOST_COLUMNS = 200
_MOST_SHEETS = 20
_EMPTY_ROWS = 200_000
"""Rows, empty ones among them, beyond which nobody reads on."""
_MOST_WITHIN = 20_000
"""Elements in one row, or in one text."""
_MOST_EVENTS = 4_000_000
"""Elements of a part, twice: their beginnings and their ends. Thirty million bytes could hold fifteen times as many."""
FORMULA = "\x00formula"
"""What stands for a formula; no XML can hold a zero byte, so no cell can say it."""
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
    return next(iter(_sheets(data, MOST_ROWS, first=True).values()))


def sheets(data: bytes, *, most_rows: int) -> dict[str, list[SheetRow]]:
    """Give the rows of every sheet by its name; a cell with a formula holds `FORMULA`, for what it is worth is not its own.

    Raises:
        CollectorError: it is too large (`sheet_large`), or no XLSX that can be read (`sheet_unreadable`).
    """
    return _sheets(data, most_rows, first=False)


def _sheets(data: bytes, most_rows: int, *, first: bool) -> dict[str, list[SheetRow]]:
    if len(data) > MOST_BYTES:
        raise CollectorError("sheet_large", rows=most_rows)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            named = list(_names(packed, most_rows).items())[: 1 if first else _MOST_SHEETS]
            texts = _shared(packed, most_rows)
            return {
                name: _rows(packed, part, texts, most_rows, "" if first else FORMULA) for name, part in named
            }
    except (*UNREADABLE, etree.XMLSyntaxError) as error:
        raise CollectorError("sheet_unreadable") from error


class _Bounded(io.RawIOBase):
    """A part of the archive that ends in an error where it is longer than anything honest: packed, it may be a thousand times smaller."""

    def __init__(self, part: IO[bytes], most_rows: int) -> None:
        super().__init__()
        self._part, self._left, self._rows = part, _MOST_UNPACKED, most_rows

    def read(self, size: int = -1) -> bytes:
        found = self._part.read(size)
        self._left -= len(found)
        if self._left < 0:
            raise CollectorError("sheet_large", rows=self._rows)
        return found


def _elements(packed: zipfile.ZipFile, name: str, tag: str, most_rows: int) -> Iterator[etree._Element]:
    """Give the elements of a part as they end, and forget each behind itself: a million of them are never held together."""
    if packed.getinfo(name).file_size > _MOST_UNPACKED:
        raise CollectorError("sheet_large", rows=most_rows)
    with packed.open(name) as part:
        events = etree.iterparse(
            _Bounded(part, most_rows),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        wanted = within = 0
        for number, (event, element) in enumerate(events):
            if not number and element.getroottree().docinfo.internalDTD is not None:
                raise ValueError("a workbook declares no types of its own")
            if event == "start":
                wanted += element.tag == tag
                within = within + 1 if wanted else 0
                if within > _MOST_WITHIN or number > _MOST_EVENTS:
                    raise CollectorError("sheet_large", rows=most_rows)
                continue
            if element.tag == tag:
                wanted -= 1
                within = 0
                yield element
            if not wanted:  # within what was asked for all is kept until it ends
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _names(packed: zipfile.ZipFile, most_rows: int) -> dict[str, str]:
    """Give the part of each sheet by the sheet's name, in their order."""
    related = {}
    relation = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
    for one in _elements(packed, "xl/_rels/workbook.xml.rels", relation, most_rows):
        target = str(one.get("Target", ""))
        related[one.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    found = {
        str(one.get("name", "")): related[one.get(_RELATED)]
        for one in _elements(packed, "xl/workbook.xml", f"{_MAIN}sheet", most_rows)
    }
    if not found:
        raise ValueError("no sheet")
    return found


def _shared(packed: zipfile.ZipFile, most_rows: int) -> list[str]:
    if "xl/sharedStrings.xml" not in packed.namelist():
        return []
    return [_text(one) for one in _elements(packed, "xl/sharedStrings.xml", f"{_MAIN}si", most_rows)]


def _rows(
    packed: zipfile.ZipFile, part: str, texts: list[str], most_rows: int, formula: str
) -> list[SheetRow]:
    found = []
    for place, row in enumerate(_elements(packed, part, f"{_MAIN}row", most_rows), start=1):
        number = int(row.get("r", place))
        cells: dict[int, str] = {}
        for column, cell in enumerate(row.iterfind(f"{_MAIN}c")):
            match = _REFERENCE.fullmatch(str(cell.get("r", "")))
            where = _column(match[1]) if match else column
            is_formula = bool(formula) and cell.find(f"{_MAIN}f") is not None
            text = formula if is_formula else _cell(cell, texts).strip()
            if text and where < _MOST_COLUMNS:
                cells[where] = text
        if cells:
            found.append(SheetRow(number, [cells.get(place, "") for place in range(max(cells) + 1)]))
        if len(found) > most_rows or place > _EMPTY_ROWS:
            raise CollectorError("sheet_large", rows=most_rows)
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
