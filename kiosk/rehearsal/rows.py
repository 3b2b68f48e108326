"""Lines of a sheet made into rows that can be played: answers, smiley, service, profile and channel of each.

Nothing is guessed: what cannot be told for certain of a profile or a service is left out and counted; an answer that is none is a fault.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from kiosk.rehearsal.columns import CHANNEL, Columns
from kiosk.rehearsal.faults import Fault
from kiosk.rehearsal.sheet import Line
from kiosk.rehearsal.visitor import Wish
from survey.instrument.ages import ASKED, age_band
from survey.instrument.instrument import Instrument
from survey.instrument.profile import AGE, EXTRA, Attribute, recognise
from survey.record.response import TYPED
from survey.visit.plan import Plan

_WHOLE = re.compile(r"(\d+)(?:[.,]0+)?", re.ASCII)
"""A whole number, or one that a sheet writes with decimals: `3`, `3.0`, `3,00`."""
_NO_ANSWERS = "it has neither an answer nor a smiley; take the row out"


@dataclass(frozen=True, slots=True)
class Row:
    """One response of the file."""

    line: int
    at_ms: int
    wish: Wish
    channel: str = ""
    """`petugas` where staff typed it in from paper; empty where it is pressed as a visitor would."""


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
    typed: int = 0
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
        if self.typed:
            lines.append(f"{self.typed} rows were typed in by staff: recorded as {TYPED}")
        if self.incomplete:
            lines.append(f"{self.incomplete} rows lack an answer: played as incomplete questionnaires")
        if self.only_smileys:
            lines.append(
                f"{self.only_smileys} rows have a smiley and no answer: played as visitors who declined"
            )
        if self.unsorted:
            lines.append(f"{self.unsorted} rows stood earlier than their predecessors: sorted by time")
        return lines


class RowReader:
    """Makes rows of lines, and collects what is wrong with them."""

    def __init__(self, plan: Plan, columns: Columns, notes: Notes, *, channel: str) -> None:
        self._plan = plan
        self._all_by = channel
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
        channel = self._channel(line)
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
            channel=channel,
        )

    def _channel(self, line: Line) -> str:
        text = self._columns.cell(line, CHANNEL)
        if text.casefold() not in ("", TYPED):
            column = self._columns.names[self._columns.others[CHANNEL]]
            remedy = f"write {TYPED} where staff typed the row in from paper, or nothing"
            self.faults.append(Fault(line.number, column, text, remedy))
        typed = bool(text or self._all_by)
        self._notes.typed += typed
        return TYPED if typed else ""

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


def with_columns(plan: Plan, names: Collection[str]) -> Plan:
    """Give the plan with what the file tells beyond what this kiosk asks: `user`, where it has such a column."""
    asked = {attribute.key for attribute in plan.profile}
    more = (Attribute(key, values) for key, values in EXTRA.items() if key in names and key not in asked)
    return plan._replace(profile=(*plan.profile, *more))


def with_age_bands(plan: Plan, texts: Iterable[str]) -> Plan:
    """Give the plan with the file's own age bands, youngest first; fine ones where it has none, such as where it tells years."""
    bands = {name: band for name in set(texts) - {""} if (band := age_band(name)) is not None}
    ordered = tuple(sorted(bands, key=lambda name: (bands[name].low or 0, bands[name].high or 999)))
    ordered = ordered if len(bands) > 1 else ASKED
    profile = tuple(
        Attribute(AGE, ordered) if attribute.key == AGE else attribute for attribute in plan.profile
    )
    return plan._replace(profile=profile)
