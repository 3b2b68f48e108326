"""Responses from a CSV file, as the wishes of visitors (`docs/replay.md` describes the columns).

The nine elements stand under their keys, or under U1 … U9; then the operator must say which order the sheet uses, for the
rule's list puts complaints 8th and its questionnaire asks them 9th, and published sheets follow either. Nothing is guessed:
what cannot be told for certain is left out of the profile and counted.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.errors import ReplayError
from kiosk.rehearsal.visitor import Wish
from survey.index.periods import local_day
from survey.instrument.instrument import Instrument, LabelOrder
from survey.instrument.profile import AGE, Attribute, age_band, recognise
from survey.visit.plan import Plan

ORDERS: Mapping[str, LabelOrder] = {
    "questionnaire": LabelOrder.QUESTIONNAIRE,
    "regulation": LabelOrder.LIST,
}
_NO_SUBMITTED = "{file} lacks the column submitted: the local date and time of each response"
SUBMITTED = "submitted"
_COLUMNS = frozenset({SUBMITTED, "pulse", "sex", "age", "age_band", "education", "job", "service"})


@dataclass(frozen=True, slots=True)
class Row:
    """One response of the file."""

    at_ms: int
    wish: Wish


@dataclass(slots=True)
class Notes:
    """What had to be left out, or stood in for something else, and how often."""

    unknown_services: Counter[str] = field(default_factory=Counter)
    unknown_profile: Counter[str] = field(default_factory=Counter)
    """By `column=value`."""
    incomplete: int = 0
    unsorted: int = 0
    pulses_derived: int = 0

    def lines(self) -> list[str]:
        """Give one sentence for each thing worth knowing."""
        lines = []
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
        if self.unsorted:
            lines.append(f"{self.unsorted} rows stood earlier than their predecessors: sorted by time")
        return lines


def read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read a CSV file with a header line.

    Raises:
        ReplayError: it cannot be read, or a row is longer or shorter than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReplayError(f"{path} cannot be read as CSV in UTF-8: {error}") from error
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ReplayError(f"{path}, line {number}: it has not as many columns as the header")
    if not rows:
        raise ReplayError(f"{path} holds no responses")
    return header, rows


def days_of(path: Path, *, zone: ZoneInfo) -> tuple[date, date]:
    """Give the first and the last local day of a file of responses.

    Raises:
        ReplayError: it cannot be read, or a row has no moment.
    """
    header, rows = read_table(path)
    if SUBMITTED not in header:
        raise ReplayError(_NO_SUBMITTED.format(file=path.name))
    moments = [
        _moment(row[SUBMITTED], zone, f"{path.name}, line {number}")
        for number, row in enumerate(rows, start=2)
    ]
    return local_day(min(moments), str(zone)), local_day(max(moments), str(zone))


def element_columns(
    header: Sequence[str], form: Instrument, *, order: str | None, file: str
) -> dict[str, str]:
    """Give the column of each element.

    Raises:
        ReplayError: elements are missing, columns are unknown, or U columns come without the order they are in.
    """
    keyed = {key: key for key in form.element_keys if key in header}
    labels = set(form.labels.values())
    labelled = [name for name in header if name.upper() in labels]
    if keyed and labelled:
        raise ReplayError(f"{file} has both element keys and U columns; keep one of them")
    if labelled:
        if order is None:
            raise ReplayError(
                f"{file} has the columns U1 … U{len(form.elements)}, which say different things in different sheets: add "
                "--order questionnaire if U8 is sarana prasarana and U9 penanganan pengaduan (as the questionnaire asks), "
                "or --order regulation if U8 is penanganan pengaduan and U9 sarana prasarana (as the rule lists them)"
            )
        by_label = form.keys_by_label(ORDERS[order])
        keyed = {by_label[name.upper()]: name for name in labelled}
    missing = [key for key in form.element_keys if key not in keyed]
    if missing:
        raise ReplayError(f"{file} lacks columns for {', '.join(missing)} (or U1 … U{len(form.elements)})")
    unknown = [name for name in header if name not in _COLUMNS and name not in keyed.values()]
    if unknown:
        raise ReplayError(f"{file} has the unknown column {unknown[0]!r}; docs/replay.md lists the columns")
    if SUBMITTED not in header:
        raise ReplayError(_NO_SUBMITTED.format(file=file))
    return keyed


def own_age_bands(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Give the file's own age bands, youngest first, if they are bands; the rule leaves them to each office."""
    if "age_band" not in header:
        return ()
    names = {row["age_band"].strip() for row in rows} - {""}
    bands = {name: band for name in names if (band := age_band(name)) is not None}
    if len(bands) < 2:
        return ()
    return tuple(sorted(bands, key=lambda name: (bands[name].low or 0, bands[name].high or 999)))


def read_responses(
    path: Path, plan: Plan, *, zone: ZoneInfo, order: str | None
) -> tuple[Plan, list[Row], Notes]:
    """Read a file of responses for the first questionnaire of `plan`.

    Gives the plan to play it on (with the file's own age bands, where it has some), the rows in order of time, and notes.

    Raises:
        ReplayError: the file is not as `docs/replay.md` describes; the message names line and column.
    """
    form = plan.forms[0]
    header, table = read_table(path)
    columns = element_columns(header, form, order=order, file=path.name)
    plan = _with_age_bands(plan, own_age_bands(header, table))
    notes = Notes()
    rows = []
    for number, fields in enumerate(table, start=2):
        where = f"{path.name}, line {number}"
        answers = {
            key: value
            for key, column in columns.items()
            if (value := _value(fields[column], form, f"{where}, {column}")) is not None
        }
        notes.incomplete += len(answers) < len(columns)
        rows.append(
            Row(
                at_ms=_moment(fields[SUBMITTED], zone, where),
                wish=Wish(
                    pulse=_pulse(fields.get("pulse", ""), answers, plan, notes, where),
                    answers=answers,
                    service=_service(fields.get("service", ""), plan, notes),
                    profile=_profile(fields, plan, notes),
                ),
            )
        )
    notes.unsorted = sum(after.at_ms < before.at_ms for before, after in pairwise(rows))
    return plan, sorted(rows, key=lambda row: row.at_ms), notes


def _with_age_bands(plan: Plan, bands: tuple[str, ...]) -> Plan:
    if not bands:
        return plan
    profile = tuple(
        Attribute(AGE, bands) if attribute.key == AGE else attribute for attribute in plan.profile
    )
    return plan._replace(profile=profile)


def _value(text: str, form: Instrument, where: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) not in form.values:
        raise ReplayError(
            f"{where} = {text!r}: write a whole number from {form.lowest} to {form.highest}, or nothing"
        )
    return int(text)


def _moment(text: str, zone: ZoneInfo, where: str) -> int:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ReplayError(
            f"{where}, submitted = {text!r}: write a local time, as 2026-03-09 10:15"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _pulse(text: str, answers: Mapping[str, int], plan: Plan, notes: Notes, where: str) -> int:
    given = _value(text, plan.pulse, f"{where}, pulse")
    if given is not None:
        return given
    notes.pulses_derived += 1
    if not answers:
        return plan.pulse.highest
    total, count = sum(answers.values()), len(answers)
    mean = (2 * total + count) // (2 * count)  # rounded half up, in whole numbers
    return min(max(mean, plan.pulse.lowest), plan.pulse.highest)


def _service(text: str, plan: Plan, notes: Notes) -> str | None:
    wanted = text.strip().casefold()
    if not wanted:
        return None
    for service in plan.services:
        if wanted in (service.code.casefold(), service.name.casefold()):
            return service.code
    notes.unknown_services[text.strip()] += 1
    return None


def _profile(fields: Mapping[str, str], plan: Plan, notes: Notes) -> dict[str, str]:
    profile = {}
    for attribute in plan.profile:
        column = "age_band" if attribute.key == AGE and fields.get("age_band") else attribute.key
        text = fields.get(column, "").strip()
        if not text:
            continue
        value = recognise(attribute.key, text, attribute.values)
        if value is None:
            notes.unknown_profile[f"{column}={text}"] += 1
        else:
            profile[attribute.key] = value
    return profile
