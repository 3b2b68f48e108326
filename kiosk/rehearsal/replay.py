"""Responses from a CSV file, as the wishes of visitors (`docs/replay.md` describes the columns).

The whole file is checked before anybody presses: one bad cell, and not a row of it is played. Nothing is guessed either: what
cannot be told for certain of a profile or a service is left out and counted, and no answer is ever changed.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk.rehearsal.columns import SUBMITTED, Columns, find_columns, known_names, total_label
from kiosk.rehearsal.dates import DayMonth, Declared, Moments, Written, read_moments
from kiosk.rehearsal.faults import Fault, refuse
from kiosk.rehearsal.sheet import Line, Sheet, read_sheet
from kiosk.rehearsal.visitor import Wish
from survey.index.periods import local_day
from survey.instrument.instrument import Instrument
from survey.instrument.profile import AGE, Attribute, age_band, recognise
from survey.visit.plan import Plan

_WHOLE = re.compile(r"(\d+)(?:[.,]0+)?", re.ASCII)
"""A whole number, or one that a sheet writes with decimals: `3`, `3.0`, `3,00`."""
_NO_ANSWERS = "it has neither an answer nor a smiley; take the row out"


class Terms(NamedTuple):
    """What a file is read by, beside the plan."""

    zone: ZoneInfo
    now_ms: int
    """No response lies after it."""
    order: str | None = None
    """What U8 and U9 mean: a key of `ORDERS`."""
    dates: DayMonth | None = None
    declared: Declared | None = None
    """The period of the kiosk's archive key, where it has one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One response of the file."""

    line: int
    at_ms: int
    wish: Wish


@dataclass(slots=True)
class Notes:
    """What had to be left out, or stood in for something else, and how often."""

    unknown_services: Counter[str] = field(default_factory=Counter)
    unknown_profile: Counter[str] = field(default_factory=Counter)
    """By `column=value`."""
    incomplete: int = 0
    only_smileys: int = 0
    unsorted: int = 0
    pulses_derived: int = 0
    of_the_sheet: list[str] = field(default_factory=list)
    """Sentences about the file as a whole."""

    def lines(self) -> list[str]:
        """Give one sentence for each thing worth knowing."""
        lines = list(self.of_the_sheet)
        if self.pulses_derived:
            lines.append(
                f"{self.pulses_derived} rows have no smiley of their own: the rounded mean of their answers was pressed"
            )
        if self.unknown_services:
            lines.append(
                f"{self.unknown_services.total()} rows name {len(self.unknown_services)} services this unit does not offer: skipped"
            )
        for column_value, count in sorted(self.unknown_profile.items()):
            lines.append(f"{count} rows have {column_value}, which is in no list of this kiosk: skipped")
        if self.incomplete:
            lines.append(f"{self.incomplete} rows lack an answer: played as incomplete questionnaires")
        if self.only_smileys:
            lines.append(
                f"{self.only_smileys} rows have a smiley and no answer: played as visitors who declined"
            )
        if self.unsorted:
            lines.append(f"{self.unsorted} rows stood earlier than their predecessors: sorted by time")
        return lines


class Reading(NamedTuple):
    """A file that can be played."""

    plan: Plan
    """What to play it on: with the file's own age bands, where it has some."""
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
    plan = _with_age_bands(plan, own_age_bands(columns.cell(line, "age_band") for line in lines))
    reader = _RowReader(plan, columns, notes)
    rows = [
        row for line in lines if (row := reader.read(line, moments.at_ms.get(line.number, 0))) is not None
    ]
    refuse(sheet.name, [*faults, *reader.faults], notes=notes.of_the_sheet)
    notes.unsorted = sum(after.at_ms < before.at_ms for before, after in pairwise(rows))
    ordered = tuple(sorted(rows, key=lambda row: row.at_ms))
    return Reading(plan, ordered, notes, sheet.name, (sheet.digest, _content_digest(ordered)))


def own_age_bands(texts: Iterable[str]) -> tuple[str, ...]:
    """Give the file's own age bands, youngest first, if they are bands; the rule leaves them to each office."""
    bands = {name: band for name in set(texts) - {""} if (band := age_band(name)) is not None}
    if len(bands) < 2:
        return ()
    return tuple(sorted(bands, key=lambda name: (bands[name].low or 0, bands[name].high or 999)))


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


def _with_age_bands(plan: Plan, bands: tuple[str, ...]) -> Plan:
    if not bands:
        return plan
    profile = tuple(
        Attribute(AGE, bands) if attribute.key == AGE else attribute for attribute in plan.profile
    )
    return plan._replace(profile=profile)


class _RowReader:
    """Makes rows of lines, and collects what is wrong with them."""

    def __init__(self, plan: Plan, columns: Columns, notes: Notes) -> None:
        self._plan = plan
        self._columns = columns
        self._notes = notes
        self.faults: list[Fault] = []

    def read(self, line: Line, at_ms: int) -> Row | None:
        """Give the line's row; None where it has neither answers nor a smiley."""
        plan, columns = self._plan, self._columns
        before = len(self.faults)
        answers = {
            key: value
            for key, place in columns.elements.items()
            if (value := self._value(line, place, plan.forms[0])) is not None
        }
        place = columns.others.get("pulse")
        pulse = self._value(line, place, plan.pulse) if place is not None else None
        if not answers and pulse is None:
            if len(self.faults) == before:
                self.faults.append(Fault(line.number, "", "", _NO_ANSWERS))
            return None
        self._notes.incomplete += bool(answers) and len(answers) < len(columns.elements)
        self._notes.only_smileys += not answers
        self._notes.pulses_derived += pulse is None
        return Row(
            line=line.number,
            at_ms=at_ms,
            wish=Wish(
                pulse=_mean(answers, plan.pulse) if pulse is None else pulse,
                answers=answers or None,
                service=self._service(columns.cell(line, "service")),
                profile=self._profile(line),
            ),
        )

    def _value(self, line: Line, place: int, form: Instrument) -> int | None:
        text = line.cells[place]
        if not text:
            return None
        match = _WHOLE.fullmatch(text)
        if match is None or int(match[1]) not in form.values:
            remedy = f"write a whole number from {form.lowest} to {form.highest}, or nothing"
            self.faults.append(Fault(line.number, self._columns.names[place], text, remedy))
            return None
        return int(match[1])

    def _service(self, text: str) -> str | None:
        wanted = text.casefold()
        if not wanted:
            return None
        for service in self._plan.services:
            if wanted in (service.code.casefold(), service.name.casefold()):
                return service.code
        self._notes.unknown_services[text] += 1
        return None

    def _profile(self, line: Line) -> dict[str, str]:
        profile = {}
        for attribute in self._plan.profile:
            banded = attribute.key == AGE and self._columns.cell(line, "age_band")
            column = "age_band" if banded else attribute.key
            text = self._columns.cell(line, column)
            if not text:
                continue
            value = recognise(attribute.key, text, attribute.values)
            if value is None:
                self._notes.unknown_profile[f"{column}={text}"] += 1
            else:
                profile[attribute.key] = value
        return profile


def _mean(answers: Mapping[str, int], pulse: Instrument) -> int:
    total, count = sum(answers.values()), len(answers)
    mean = (2 * total + count) // (2 * count)  # rounded half up, in whole numbers
    return min(max(mean, pulse.lowest), pulse.highest)


def _content_digest(rows: Sequence[Row]) -> str:
    """Digest when which answers were given, whatever else the file says and however it is written."""
    digest = hashlib.sha256(b"ikm-replay-1\x00")
    for moment, answers in sorted((row.at_ms, sorted((row.wish.answers or {}).items())) for row in rows):
        digest.update(json.dumps([moment, answers]).encode())
    return digest.hexdigest()
