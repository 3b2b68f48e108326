"""The form F-02 as a file: one mark an indicator, as CSV or JSON, read whole; whatever is wrong is named in one go.

A CSV has the columns `indikator`, `nilai` and, if somebody wants them, `catatan`; commas, semicolons or tabs part them. JSON is either the marks by
indicator, `{"1": 4, …}`, or a list of rows with the same names.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from survey.index.pekppp import ASPECTS, HIGHEST, INDICATORS, NOT_SCORED

INDICATOR, MARK, NOTE = "indikator", "nilai", "catatan"
_COLUMNS = (INDICATOR, MARK, NOTE)
_LONGEST_NOTE = 1_000
MOST_BYTES = 256 * 1024


class BadCell(NamedTuple):
    """One cell that cannot be read, and what to write there."""

    line: int
    """1 is the head of a CSV; of JSON the place in the list, from 1; 0 where there is no such cell."""
    column: str
    value: str
    remedy: str

    def __str__(self) -> str:
        where = f"line {self.line}, " if self.line else ""
        return f"{where}{self.column} = {self.value!r}: {self.remedy}"


class BadForm(Exception):  # noqa: N818 - named for what is the matter
    """A file that is no whole form; `cells` says all that is wrong."""

    def __init__(self, cells: list[BadCell]) -> None:
        super().__init__("\n".join(map(str, cells)))
        self.cells = cells


@dataclass(slots=True)
class Form:
    """What an evaluator marked."""

    marks: dict[int, int] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)


class _Row(NamedTuple):
    line: int
    cells: Mapping[str, str]


def empty() -> str:
    """Give a form to be filled in, as CSV."""
    lines = [",".join(_COLUMNS), *(f"{number},," for number in INDICATORS)]
    return "\n".join(lines)


def read(content: bytes) -> Form:
    """Read a form.

    Raises:
        BadForm: a cell is wrong, an indicator is missing or stands twice, or the file is neither CSV nor JSON in UTF-8.
    """
    if len(content) > MOST_BYTES:
        _refuse("(file)", f"{len(content)} bytes", f"at most {MOST_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("(file)", "", "save it as CSV in UTF-8")
    rows = list(_json(text) if text.lstrip().startswith(("{", "[")) else _csv(text))
    form, wrong = Form(), list[BadCell]()
    for row in rows:
        wrong += _take(row, form)
    seen = {row.cells[INDICATOR].strip() for row in rows}
    wrong += [
        BadCell(0, INDICATOR, str(number), "missing: give every indicator from 1 to 30 a row")
        for number in INDICATORS
        if str(number) not in seen
    ]
    if wrong:
        raise BadForm(wrong)
    return form


def _refuse(column: str, value: str, remedy: str) -> None:
    raise BadForm([BadCell(1, column, value, remedy)])


def _take(row: _Row, form: Form) -> Iterator[BadCell]:
    """Take a row into the form, or say what is wrong with it."""
    named, mark, note = (row.cells.get(column, "").strip() for column in _COLUMNS)
    if named == str(NOT_SCORED):
        if mark:
            yield BadCell(row.line, MARK, mark, f"indicator {NOT_SCORED} has no mark: leave it empty")
        return
    if named not in map(str, INDICATORS):
        yield BadCell(row.line, INDICATOR, named, "a number from 1 to 30")
        return
    number = int(named)
    if number in form.marks:
        yield BadCell(row.line, INDICATOR, named, "every indicator once")
        return
    good = mark in map(str, range(HIGHEST + 1))
    if not good:
        yield BadCell(row.line, MARK, mark, f"a whole number from 0 to {HIGHEST}")
    form.marks[number] = int(mark) if good else 0
    if len(note) > _LONGEST_NOTE or any(not one.isprintable() and one not in "\n\t" for one in note):
        yield BadCell(row.line, NOTE, note[:40], f"at most {_LONGEST_NOTE} letters, no control characters")
    elif note:
        form.notes[number] = note


def _csv(text: str) -> Iterator[_Row]:
    head, _, _ = text.partition("\n")
    delimiter = next((one for one in (";", "\t") if one in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise BadForm([BadCell(1, "(file)", str(error), "write valid CSV: close every quote")]) from error
    names = [name.strip().lower() for name in rows[0][1]] if rows else []
    wrong = [
        BadCell(1, name, name, f"the columns are {', '.join(_COLUMNS)}")
        for name in names
        if name not in _COLUMNS
    ]
    wrong += [
        BadCell(1, name, name, "every column once") for name in sorted(set(names)) if names.count(name) > 1
    ]
    wrong += [
        BadCell(1, name, "", "give the file this column") for name in (INDICATOR, MARK) if name not in names
    ]
    if wrong:
        raise BadForm(wrong)
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(names):
            raise BadForm([BadCell(line, "(row)", str(len(row)), f"{len(names)} cells, as in the head")])
        yield _Row(line, dict(zip(names, row, strict=True)))


def _json(text: str) -> Iterator[_Row]:
    try:
        content = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadForm([BadCell(1, "(file)", str(error)[:80], "write valid JSON, every name once")]) from error
    if isinstance(content, dict):
        content = [{INDICATOR: name, MARK: mark} for name, mark in content.items()]
    for line, row in enumerate(content, start=1):
        if not isinstance(row, dict) or not set(row) <= set(_COLUMNS) or INDICATOR not in row:
            raise BadForm([BadCell(line, "(row)", str(row)[:40], f"an object with {', '.join(_COLUMNS)}")])
        yield _Row(line, {name: _text(value) for name, value in row.items()})


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _text(value: object) -> str:
    """Give a cell's text; what is neither text nor a number stands as it is written, and is then no mark."""
    return value if isinstance(value, str) else json.dumps(value)


def aspect_of(number: int) -> str:
    """Give the aspect an indicator belongs to."""
    return next(code for code, (_, indicators) in ASPECTS.items() if number in indicators)
