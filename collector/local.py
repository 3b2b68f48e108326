"""Local days: the only way here from a moment to a date, or to a time that a person reads.

A date belongs to a zone: at 23:30 UTC of 30 June it is July in Lampung. So nothing else may format a moment as a date
(`tests/collector/test_local.py` walks the code for it). Moments are aware, or milliseconds since 1970 UTC; those beyond what
dates can hold, which a kiosk may well write, are said in full (`+73383-05-02`) instead of ending a list.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from survey.index.periods import MONTHS, Period, PeriodKind

Moment = datetime | int
"""An aware time, or milliseconds since 1970 UTC."""
UTC_NAME = "UTC"
_MONTHS: Mapping[str, tuple[str, ...]] = {
    "id": MONTHS,
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_ROMAN = ("", "I", "II", "III", "IV")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CYCLE_YEARS = 400
_CYCLE_MS = 146_097 * 86_400_000
"""The calendar repeats itself after 400 years."""
_FIRST_MS = -62_135_596_800_000 + 86_400_000
LAST_MS = 253_402_300_799_999 - 86_400_000
"""0001-01-02 to 9999-12-30: a zone may move a moment by a day, and dates end there."""


class BeyondDates(ValueError):  # noqa: N818 - named for the state
    """A moment lies outside the years that dates can hold."""


def local_date(moment: Moment, zone: str) -> date:
    """Give the date of a moment in a zone.

    Raises:
        BeyondDates: it lies outside the years 1 to 9999.
    """
    local, cycles = _local(moment, zone)
    if cycles:
        raise BeyondDates(f"{date_text(moment, zone)} is no day that can be worked with")
    return local.date()


def local_time(moment: Moment, zone: str) -> datetime:
    """Give a moment as the clock on a wall in the zone shows it.

    Raises:
        BeyondDates: it lies outside the years 1 to 9999.
    """
    local, cycles = _local(moment, zone)
    if cycles:
        raise BeyondDates(f"{minute_text(moment, zone)} is no time that can be worked with")
    return local


def minute_of_day(moment: Moment, zone: str) -> int:
    """Give how many minutes of the local day have passed."""
    local, _ = _local(moment, zone)
    return local.hour * 60 + local.minute


def moment_of(at_ms: int) -> datetime:
    """Give milliseconds as an aware time in UTC.

    Raises:
        BeyondDates: they lie outside the years 1 to 9999.
    """
    return local_time(at_ms, UTC_NAME)


def date_text(moment: Moment, zone: str) -> str:
    """Write the local date of a moment: `2026-07-01`, `+73383-05-02`."""
    local, cycles = _local(moment, zone)
    return f"{_year(local, cycles)}-{local:%m-%d}"


def minute_text(moment: Moment, zone: str) -> str:
    """Write the local date and minute of a moment: `2026-07-01 13:05 WIB`; the zone's name belongs to the time."""
    local, cycles = _local(moment, zone)
    return f"{_year(local, cycles)}-{local:%m-%d %H:%M %Z}"


def clock_text(moment: Moment, zone: str) -> str:
    """Write the local time of a moment as Indonesians do: `13.05 WIB`; the zone's name belongs to it."""
    local, _ = _local(moment, zone)
    return f"{local:%H.%M %Z}"


def day_text(day: date, language: str) -> str:
    """Write a date in full: `17 Agustus 2026`, `17 August 2026`."""
    return f"{day.day} {month_text(day, language)}"


def month_text(day: date, language: str) -> str:
    """Write the month of a day: `Agustus 2026`, `August 2026`."""
    return f"{_MONTHS[language][day.month - 1]} {day.year}"


def period_text(period: Period, language: str) -> str:
    """Write what a period is called: in Indonesian as reports do, in English likewise: `Quarter III 2026`."""
    if language == "id":
        return period.title
    first = period.first
    match period.kind:
        case PeriodKind.YEAR:
            return f"Year {first.year}"
        case PeriodKind.SEMESTER:
            return f"Semester {_ROMAN[(first.month + 5) // 6]} {first.year}"
        case PeriodKind.QUARTER:
            return f"Quarter {_ROMAN[(first.month + 2) // 3]} {first.year}"
        case PeriodKind.MONTH:
            return month_text(first, language)
    return days_text(period, language)


def days_text(period: Period, language: str) -> str:
    """Write the first and the last day of a period: `1 Juli 2026 s/d 30 September 2026`, `1 July 2026 to 30 September 2026`."""
    between = "s/d" if language == "id" else "to"
    return f"{day_text(period.first, language)} {between} {day_text(period.last, language)}"


def stamp_text(at_ms: int) -> str:
    """Write milliseconds since 1970 for programs: `2026-07-01T06:05:00+00:00`."""
    local, cycles = _local(at_ms, UTC_NAME)
    return f"{_year(local, cycles)}-{local:%m-%dT%H:%M:%S}+00:00"


def compact_stamp(moment: Moment) -> str:
    """Write a moment for names of files and versions: `20260701T060500Z`."""
    local, cycles = _local(moment, UTC_NAME)
    return f"{_year(local, cycles)}{local:%m%dT%H%M%SZ}"


def _local(moment: Moment, zone: str) -> tuple[datetime, int]:
    """Give the local time, moved by whole cycles of the calendar where dates do not reach, and how many cycles."""
    at_ms = (moment - _EPOCH) // timedelta(milliseconds=1) if isinstance(moment, datetime) else moment
    cycles = 0
    if not _FIRST_MS <= at_ms <= LAST_MS:
        cycles = (
            at_ms - _CYCLE_MS
        ) // _CYCLE_MS  # into the years 2370 to 2769, where every zone has its rule
        at_ms -= cycles * _CYCLE_MS
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(_zone(zone)), cycles


def _year(local: datetime, cycles: int) -> str:
    year = local.year + cycles * _CYCLE_YEARS
    return f"{year:04}" if 0 < year <= date.max.year else f"{year:+05}"


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
