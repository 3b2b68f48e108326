"""Files that come back: CSV of either dialect or JSON, with the columns that were looked for; the rest of a file is passed over."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from collector.errors import CollectorError

COLUMNS = ("nomor_tiket", "nomor_lapor", "status", "tanggal", "jawaban")
MOST_BYTES = 4 * 1024 * 1024
MOST_LINES = 5_000
_LONGEST_CELL = 10_000
_MARK = "\ufeff"


class Line(NamedTuple):
    """One report as a file has it; nothing is checked."""

    number: int
    """Its line, counted from 1; of a JSON list its place."""
    ticket: str
    tracking_id: str
    status: str
    date: str
    answer: str


def read(data: bytes, *, as_json: bool) -> list[Line]:
    """Read a file.

    Raises:
        CollectorError: it is none (`handover_file`), or too large (`handover_large`).
    """
    rows = list(objects(data, as_json=as_json, wanted=COLUMNS[:2]))
    return [Line(number, *(row.get(name, "").strip() for name in COLUMNS)) for number, row in rows]


def objects(
    data: bytes, *, as_json: bool, wanted: tuple[str, ...]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Give each row of a file by the names of its columns, with its line.

    Raises:
        CollectorError: it is no table with the `wanted` columns (`handover_file`), or too large (`handover_large`).
    """
    if len(data) > MOST_BYTES:
        raise CollectorError("handover_large", most=MOST_BYTES // (1024 * 1024), lines=MOST_LINES)
    try:
        text = data.decode("utf-8").removeprefix(_MARK)
        found = list(_of_json(text) if as_json else _of_csv(text))
    except (ValueError, csv.Error, RecursionError) as error:
        raise CollectorError("handover_file", columns=", ".join(wanted)) from error
    if len(found) > MOST_LINES:
        raise CollectorError("handover_large", most=MOST_BYTES // (1024 * 1024), lines=MOST_LINES)
    if any(name not in row for _, row in found[:1] for name in wanted) or not found:
        raise CollectorError("handover_file", columns=", ".join(wanted))
    yield from found


def _of_csv(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    head = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    names = [name.strip().lower() for name in next(reader, [])]
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, dict(zip(names, map(_plain, cells), strict=False))


def _of_json(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise csv.Error("no list")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise csv.Error("no object")
        yield number, {str(name).lower(): _text(value) for name, value in row.items()}


def _text(value: object) -> str:
    return "" if value is None else _plain(str(value))


def _plain(cell: str) -> str:
    """Take off what kept a spreadsheet from reading a cell as a formula."""
    cell = cell[:_LONGEST_CELL].replace("\x00", "")
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell
