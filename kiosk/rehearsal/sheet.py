"""A file as a spreadsheet saves it, as lines of cells: its encoding, its separator and its header are found out, never guessed.

An Indonesian Excel saves semicolons where an English one saves commas, and its "Unicode text" is UTF-16 with tabs. All of them are
taken; a workbook is not, nor text in an old code page, and both are told what to save instead.
"""

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from kiosk.errors import ReplayError

_SEPARATORS = (",", ";", "\t")
_HEADER_WITHIN = 30
"""A title, an address and a period may stand above the header; more than so many rows do not."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAVE_AS = "in Excel: Save As, type 'CSV UTF-8'"


class Line(NamedTuple):
    """One row of the file."""

    number: int
    """As a spreadsheet counts rows: a line break inside a cell begins none."""
    cells: tuple[str, ...]
    """Without the spaces around them."""


class Sheet(NamedTuple):
    """A file's header and the rows below it that hold anything."""

    name: str
    digest: str
    """SHA-256 of the file's bytes, in hexadecimal."""
    header: Line
    lines: tuple[Line, ...]
    above: int
    """How many rows with a title or the like stand above the header."""
    blank: int
    """How many rows below it hold nothing."""


def plain_name(name: str) -> str:
    """Give a column's name as it is compared: in small letters, with single spaces."""
    return re.sub(r"\s+", " ", name).strip().casefold()


def read_sheet(path: Path, *, known: Collection[str]) -> Sheet:
    """Read a file of rows; the header is the row with most of the `known` names (`plain_name` makes names comparable).

    Raises:
        ReplayError: it is missing, is no text with separators, or holds no rows.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ReplayError(f"{path} cannot be read: there is no such file") from error
    except OSError as error:
        raise ReplayError(f"{path} cannot be read: {error.strerror}") from error
    text = _decoded(path, content)
    text, separator = _announced(text)
    if separator is None:
        separator = max(_SEPARATORS, key=lambda one: _header(_rows(text, one), known)[1])
    try:
        rows = [Line(number, tuple(map(str.strip, cells))) for number, cells in _rows(text, separator)]
    except csv.Error as error:
        raise ReplayError(
            f"{path.name} cannot be read as a table: {error}; look for a quotation mark that is not closed"
        ) from error
    place, _ = _header(iter(rows), known)
    filled = [line for line in rows if any(line.cells)]
    below = [line for line in filled if line.number > place]
    if not below:
        raise ReplayError(f"{path.name} holds no responses")
    return Sheet(
        name=path.name,
        digest=hashlib.sha256(content).hexdigest(),
        header=rows[place - rows[0].number],
        lines=tuple(below),
        above=sum(line.number < place for line in filled),
        blank=sum(line.number > place for line in rows) - len(below),
    )


def _decoded(path: Path, content: bytes) -> str:
    if content.startswith(_WORKBOOKS):
        raise ReplayError(f"{path.name} is a workbook and no CSV file; save the sheet ({_SAVE_AS})")
    encoding = _encoding(content)
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ReplayError(
            f"{path.name}, line {line}: these bytes are no {encoding.upper()}; save the sheet anew ({_SAVE_AS})"
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ReplayError(
            f"{path.name}, line {line} holds a NUL and is no text; save the sheet anew ({_SAVE_AS})"
        )
    return text


def _encoding(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding
    # Without a mark every other byte of UTF-16 in Latin letters is zero, and no other text has a zero at its beginning.
    start = content[:4]
    if len(start) == 4 and start[1] == start[3] == 0 != start[0]:
        return "utf-16-le"
    if len(start) == 4 and start[0] == start[2] == 0 != start[1]:
        return "utf-16-be"
    return "utf-8"


def _announced(text: str) -> tuple[str, str | None]:
    """Take Excel's own line `sep=;` for what it says; it stays an empty line, so that the others keep their numbers."""
    found = re.match(r'"?sep=([,;\t])"?(?=[\r\n])', text, re.IGNORECASE)
    return (text[found.end() :], found[1]) if found is not None else (text, None)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return enumerate(reader, start=1)


def _header(
    rows: Iterator[tuple[int, list[str]]] | Iterator[Line], known: Collection[str]
) -> tuple[int, int]:
    """Give the number of the row with most known names, and how many; the first row with anything where none has one."""
    place, most = 0, 0
    try:
        for number, cells in islice(rows, _HEADER_WITHIN):
            names = {plain_name(cell) for cell in cells} - {""}
            place = place or (number if names else 0)
            if len(names & set(known)) > most:
                place, most = number, len(names & set(known))
    except csv.Error:  # wrong separators often look so
        return place, most
    return place, most
