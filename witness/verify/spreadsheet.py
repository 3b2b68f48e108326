"""The rows of a tabulation sheet out of its workbook, whoever saved it last: each row that has a code, and the index that stands below them.

A workbook is a zip of XML. Only texts and numbers of cells are read, as they were saved; the page in the browser reads them by the same rules.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from survey.log.sheet import read_code
from survey.record.errors import Malformed

MAX_BYTES = 64 * 1024 * 1024
_MAX_UNPACKED = 512 * 1024 * 1024
_STRINGS = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_INDEX = "IKM Unit pelayanan"
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,20})?")
_MOST_CELLS = 80
"""Of a row; a sheet has fewer."""


@dataclass(slots=True)
class Found:
    """What a workbook says."""

    rows: list[tuple[str, list[str]]] = field(default_factory=list)
    """Each row's code, and what the cells behind it say, in their order."""
    index: str = ""
    """The index in the sheet's own result line; empty where there is no such line."""


def read(content: bytes) -> Found:
    """Read a workbook.

    Raises:
        Malformed: it is none (`workbook`).
    """
    if len(content) > MAX_BYTES:
        raise Malformed("workbook", f"a workbook has at most {MAX_BYTES} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            if sum(one.file_size for one in file.infolist()) > _MAX_UNPACKED:
                raise Malformed("workbook", "this workbook is too large when it is unpacked")
            names = sorted(name for name in file.namelist() if _SHEET.fullmatch(name))
            strings = _strings(file.read(_STRINGS)) if _STRINGS in file.namelist() else []
            found = Found()
            for name in names:
                _take(found, _rows(file.read(name), strings))
    except (
        zipfile.BadZipFile,
        ET.ParseError,
        KeyError,
        OSError,
        ValueError,
        RuntimeError,  # zipfile's own, of a file that is locked by a password or packed in a way that it does not know
        zlib.error,
    ) as error:
        raise Malformed("workbook", f"this is no workbook: {error}") from error
    return found


def _take(found: Found, rows: Iterator[Mapping[int, tuple[bool, str]]]) -> None:
    for row in rows:
        texts = [(column, text) for column, (is_number, text) in row.items() if not is_number and text]
        code = next(((column, code) for column, text in texts if (code := read_code(text))), None)
        if code is not None:
            behind = [row[column][1] if column in row else "" for column in range(code[0] + 1, _MOST_CELLS)]
            found.rows.append((code[1], behind))
        elif texts and texts[0][1].strip() == _INDEX and not found.index:
            found.index = next((text for is_number, text in row.values() if is_number), "")


def _rows(content: bytes, strings: list[str]) -> Iterator[Mapping[int, tuple[bool, str]]]:
    """Give each row's cells by their columns: whether it is a number, and what it says."""
    for row in _root(content).iter():
        if _tag(row) != "row":
            continue
        cells: dict[int, tuple[bool, str]] = {}
        for cell in row:
            place = _PLACE.fullmatch(cell.get("r", ""))
            if _tag(cell) == "c" and place is not None:
                column = _column(place[1])
                if column < _MOST_CELLS:
                    cells[column] = _cell(cell, strings)
        yield dict(sorted(cells.items()))


def _cell(cell: ET.Element, strings: list[str]) -> tuple[bool, str]:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return False, _text(cell)
    value = next((one.text or "" for one in cell if _tag(one) == "v"), "")
    if kind == "s":
        return False, strings[int(value)] if value.isdecimal() and int(value) < len(strings) else ""
    return kind == "n" and _NUMBER.fullmatch(value) is not None, value


def _strings(content: bytes) -> list[str]:
    return [_text(one) for one in _root(content) if _tag(one) == "si"]


def _text(element: ET.Element) -> str:
    return "".join(one.text or "" for one in element.iter() if _tag(one) == "t")


def _root(content: bytes) -> ET.Element:
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise ValueError("no workbook declares a document type")
    return ET.fromstring(content)  # noqa: S314 - no document type, so nothing in it grows or is fetched


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
