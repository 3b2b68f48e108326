"""Responses from a CSV file, as the wishes of visitors (`docs/replay.md` describes the columns).

The whole file is checked before anybody presses: one bad cell, and not a row of it is played. Nothing is guessed either: what
cannot be told for certain of a profile or a service is left out and counted, and no answer is ever changed.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk.rehearsal.columns import SUBMITTED, Columns, find_columns, known_names, total_label
from kiosk.rehearsal.dates import DayMonth, Declared, Moments, Written, read_moments
from kiosk.rehearsal.faults import Fault, refuse
from kiosk.rehearsal.rows import Notes, Row, RowReader, with_age_bands, with_columns
from kiosk.rehearsal.sheet import Line, Sheet, read_sheet
from survey.index.periods import local_day
from survey.visit.plan import Plan


class Terms(NamedTuple):
    """What a file is read by, beside the plan."""

    zone: ZoneInfo
    now_ms: int
    """No response lies after it."""
    order: str | None = None
    """What U8 and U9 mean: a key of `ORDERS`."""
    dates: DayMonth | None = None
    channel: str = ""
    """By which channel all rows came in, whatever the file says: `petugas`, or nothing."""
    declared: Declared | None = None
    """The period of the kiosk's archive key, where it has one."""


class Reading(NamedTuple):
    """A file that can be played."""

    plan: Plan
    """What to play it on: with the file's own age bands and what else it tells, where it has some."""
    rows: tuple[Row, ...]
    """In order of time; rows of the same moment in the file's order."""
    notes: Notes
    name: str
    digests: tuple[str, str]
    """Of the file's bytes, and of its moments and answers: a sheet that was only saved anew is the same file."""

    def days(self, zone: ZoneInfo) -> tuple[date, date]:
        """Give the first and the last local day."""
        return local_day(self.rows[0].at_ms, str(zone)), local_day(self.rows[-1].at_ms, str(zone))


def read_responses(path: Path, plan: Plan, terms: Terms) -> Reading:
    """Read a file of responses for the first questionnaire of `plan`.

    Raises:
        ReplayError: the file is not as `docs/replay.md` describes; the message names every place and what to write there.
    """
    form = plan.forms[0]
    sheet = read_sheet(path, known=known_names(form))
    columns = find_columns(sheet, form, order=terms.order)
    notes = Notes()
    lines, faults = _responses(sheet, columns, notes)
    moments = read_moments(
        [
            Written(line.number, columns.names[columns.others[SUBMITTED]], columns.cell(line, SUBMITTED))
            for line in lines
        ],
        zone=terms.zone,
        order=terms.dates,
        now_ms=terms.now_ms,
        declared=terms.declared,
    )
    _note_moments(moments, notes)
    faults += moments.faults
    plan = with_columns(plan, columns.others)
    plan = with_age_bands(plan, [columns.cell(line, "age_band") for line in lines])
    reader = RowReader(plan, columns, notes, channel=terms.channel)
    rows = [
        row for line in lines if (row := reader.read(line, moments.at_ms.get(line.number, 0))) is not None
    ]
    refuse(sheet.name, [*faults, *reader.faults], notes=notes.of_the_sheet)
    notes.unsorted = sum(after.at_ms < before.at_ms for before, after in pairwise(rows))
    ordered = tuple(sorted(rows, key=lambda row: row.at_ms))
    return Reading(plan, ordered, notes, sheet.name, (sheet.digest, _content_digest(ordered)))


def _responses(sheet: Sheet, columns: Columns, notes: Notes) -> tuple[list[Line], list[Fault]]:
    """Give the lines that hold a response, and the lines that are too short or too long for the header."""
    say = notes.of_the_sheet
    if sheet.above:
        say.append(f"{sheet.above} rows stand above the header in line {sheet.header.number}: not played")
    if columns.left_out:
        say.append(f"the columns {', '.join(columns.left_out)} are not played")
    if sheet.blank:
        say.append(f"{sheet.blank} empty rows: passed over")
    width = columns.width
    lines: list[Line] = []
    faults: list[Fault] = []
    for line in sheet.lines:
        label = total_label(line, columns)
        if label is not None:
            say.append(f"line {line.number} sums the others up ({label!r}): not played")
        elif {place for place, cell in enumerate(line.cells) if cell} <= set(columns.numbers):
            say.append(f"line {line.number} has a number and nothing else: not played")
        elif len(line.cells) < width or any(line.cells[len(sheet.header.cells) :]):
            remedy = f"it has not as many columns as the header, which has {len(sheet.header.cells)}"
            faults.append(Fault(line.number, "", f"{len(line.cells)} cells", remedy))
        else:
            lines.append(line)
    if not lines and not faults:
        faults.append(Fault(sheet.header.number, "", "", "below the header there are no responses"))
    return lines, faults


def _note_moments(moments: Moments, notes: Notes) -> None:
    if moments.proof is not None:
        notes.of_the_sheet.append(
            f"which of day and month comes first is taken from line {moments.proof.line} ({moments.proof.text!r})"
        )
    if moments.timeless:
        notes.of_the_sheet.append(
            f"{moments.timeless} rows have a date and no time: they stand at 00:00 of their day"
        )


def _content_digest(rows: Sequence[Row]) -> str:
    """Digest when which answers were given, whatever else the file says and however it is written."""
    digest = hashlib.sha256(b"ikm-replay-1\x00")
    for moment, answers in sorted((row.at_ms, sorted((row.wish.answers or {}).items())) for row in rows):
        digest.update(json.dumps([moment, answers]).encode())
    return digest.hexdigest()
