"""Periods of a survey in local time: quarter (*triwulan*), semester, year, month, or any range of days.

PermenPAN-RB 14/2017 asks for a survey at least once a year; its annex names quarter, semester and year. The borders are local
dates, both inclusive: a press at 23:30 UTC on 30 June belongs to July in Lampung. Indonesia's three zones have had
fixed offsets and no summer time since 1964, so they are constants here and need no time-zone files on the device.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

from survey.record.errors import SurveyError

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
_YEAR = r"(?:19[7-9]\d|2[01]\d\d)"  # a survey of the year 0 is a slip of the pen
_FORM = re.compile(rf"({_YEAR})(?:-(TH|TW[1-4]|S[12]|(?:0[1-9]|1[0-2])))?")
_RANGE = re.compile(rf"({_YEAR}-\d\d-\d\d)\.\.({_YEAR}-\d\d-\d\d)", re.ASCII)
_ROMAN = ("", "I", "II", "III", "IV")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


class PeriodError(SurveyError):
    """A text is no period, or a zone is none of Indonesia's."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One of Indonesia's three time zones."""

    name: str
    """As in the tz database."""
    abbreviation: str
    hours: int

    @property
    def offset(self) -> timezone:
        """The zone for `datetime`."""
        return timezone(timedelta(hours=self.hours), self.abbreviation)


ZONES: Mapping[str, Zone] = {
    zone.name: zone
    for zone in (
        Zone("Asia/Jakarta", "WIB", 7),
        Zone("Asia/Makassar", "WITA", 8),
        Zone("Asia/Jayapura", "WIT", 9),
    )
}


class PeriodKind(StrEnum):
    """What a period is called."""

    YEAR = "year"
    SEMESTER = "semester"
    QUARTER = "quarter"
    MONTH = "month"
    RANGE = "range"


_MONTHS_LONG = {PeriodKind.YEAR: 12, PeriodKind.SEMESTER: 6, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}


@dataclass(frozen=True, slots=True)
class Period:
    """Consecutive local days."""

    kind: PeriodKind
    first: date
    last: date
    """The last day, included."""

    def __str__(self) -> str:
        return self.identifier

    @property
    def identifier(self) -> str:
        """The text `parse` reads: `2026`, `2026-S1`, `2026-TW3`, `2026-07`, `2026-01-05..2026-02-10`."""
        year, month = self.first.year, self.first.month
        match self.kind:
            case PeriodKind.YEAR:
                return f"{year:04}"
            case PeriodKind.SEMESTER:
                return f"{year:04}-S{(month + 5) // 6}"
            case PeriodKind.QUARTER:
                return f"{year:04}-TW{(month + 2) // 3}"
            case PeriodKind.MONTH:
                return f"{year:04}-{month:02}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @property
    def title(self) -> str:
        """What reports and posters call it, in Indonesian."""
        year, month = self.first.year, self.first.month
        match self.kind:
            case PeriodKind.YEAR:
                return f"Tahun {year}"
            case PeriodKind.SEMESTER:
                return f"Semester {_ROMAN[(month + 5) // 6]} Tahun {year}"
            case PeriodKind.QUARTER:
                return f"Triwulan {_ROMAN[(month + 2) // 3]} Tahun {year}"
            case PeriodKind.MONTH:
                return f"{MONTHS[month - 1]} {year}"
        return self.dates

    @property
    def dates(self) -> str:
        """The first and the last day as a poster prints them: `1 Juli 2026 s/d 30 September 2026`."""
        return f"{long_date(self.first)} s/d {long_date(self.last)}"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def previous(self) -> "Period":
        """Give the period of the same kind before this one; of a range, as many days before it."""
        if self.kind is PeriodKind.RANGE:
            return between(self.first - timedelta(days=self.days), self.first - timedelta(days=1))
        months = _MONTHS_LONG[self.kind]
        return _months(self.kind, self.first.year * 12 + self.first.month - 1 - months, months)

    def bounds_ms(self, zone: str) -> tuple[int, int]:
        """Give the first millisecond of the period and the first after it, since 1970 UTC, for local days of `zone`.

        Raises:
            PeriodError: the zone is none of Indonesia's.
        """
        start, end = (
            datetime(day.year, day.month, day.day, tzinfo=find_zone(zone).offset)
            for day in (self.first, self.last)
        )
        return _milliseconds(start), _milliseconds(end) + _DAY_MS


def parse(text: str) -> Period:
    """Read a period: `2026`, `2026-TH`, `2026-S1`, `2026-TW3`, `2026-07` or `2026-01-05..2026-02-10`.

    Years run from 1970 to 2199.

    Raises:
        PeriodError: the text is none of these, or its days do not exist or are in the wrong order.
    """
    text = text.strip().upper()
    if match := _RANGE.fullmatch(text):
        try:
            first, last = (date.fromisoformat(day) for day in match.groups())
        except ValueError as error:
            raise PeriodError(f"{text}: {error}") from error
        return between(first, last)
    match = _FORM.fullmatch(text)
    if match is None:
        raise PeriodError(
            f"{text!r} is no period: write 2026, 2026-S1, 2026-TW3, 2026-07 or 2026-01-05..2026-02-10"
        )
    start, part = int(match[1]) * 12, match[2] or "TH"
    if part == "TH":
        return _months(PeriodKind.YEAR, start, 12)
    if part.startswith("TW"):
        return _months(PeriodKind.QUARTER, start + 3 * (int(part[2]) - 1), 3)
    if part.startswith("S"):
        return _months(PeriodKind.SEMESTER, start + 6 * (int(part[1]) - 1), 6)
    return _months(PeriodKind.MONTH, start + int(part) - 1, 1)


def between(first: date, last: date) -> Period:
    """Give the period of these days, both included.

    Raises:
        PeriodError: the last day is before the first.
    """
    if last < first:
        raise PeriodError(f"{first} to {last}: the first day comes first")
    return Period(PeriodKind.RANGE, first, last)


def around(day: date, kind: PeriodKind) -> Period:
    """Give the quarter, semester, year or month that `day` lies in; of kind range, the day alone."""
    if kind is PeriodKind.RANGE:
        return between(day, day)
    months = _MONTHS_LONG[kind]
    return _months(kind, day.year * 12 + (day.month - 1) // months * months, months)


def local_day(at_ms: int, zone: str) -> date:
    """Give the local date of a moment in milliseconds since 1970 UTC.

    Raises:
        PeriodError: the zone is none of Indonesia's, or the year is not 1 to 9999.
    """
    hours = find_zone(zone).hours
    try:
        return date.fromordinal(_EPOCH + (at_ms + hours * 3_600_000) // _DAY_MS)
    except (ValueError, OverflowError) as error:
        raise PeriodError(f"{at_ms} ms lies outside the calendar") from error


def find_zone(name: str) -> Zone:
    """Give one of Indonesia's three zones.

    Raises:
        PeriodError: there is no such zone.
    """
    zone = ZONES.get(name)
    if zone is None:
        raise PeriodError(f"{name!r} is none of Indonesia's zones: {', '.join(ZONES)}")
    return zone


def long_date(day: date) -> str:
    """Write a date in Indonesian: `17 Agustus 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _months(kind: PeriodKind, start: int, months: int) -> Period:
    """Make a period of whole months; `start` counts months from the year 0."""
    end = start + months
    first = date(start // 12, start % 12 + 1, 1)
    last = date(end // 12, end % 12 + 1, 1) - timedelta(days=1)
    return Period(kind, first, last)


def _milliseconds(moment: datetime) -> int:
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)
