"""The moments in a file of responses, as spreadsheets and people write them, resolved for the file as a whole.

`31/12/2025 08.15` can mean one thing only, `03/04/2026` two. Which of the two it is the file itself may prove, where some other row
has a day beyond the twelfth; else whoever knows must say so. Nothing is guessed: a wrong guess moves responses into another quarter.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk.rehearsal.faults import Fault
from survey.index.periods import local_day

FIRST_YEAR = 2000
_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's date has no zone; Excel's day 60 never was
_TIME = r"(?:(?:[ T]|, ?)+(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?)?"
_NUMBERS = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([/.-])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_NAMED = re.compile(rf"(\d{{1,2}})[ -]([A-Za-z]+)[ -](\d{{4}}){_TIME}", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?", re.ASCII)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("januari", "jan"),
            ("februari", "feb"),
            ("maret", "mar"),
            ("april", "apr"),
            ("mei",),
            ("juni", "jun"),
            ("juli", "jul"),
            ("agustus", "agu", "agt", "ags"),
            ("september", "sep"),
            ("oktober", "okt"),
            ("november", "nov"),
            ("desember", "des"),
        ),
        start=1,
    )
    for name in names
}

_WRITE = "write a local time, as 2026-03-09 10:15 or 31/12/2025 08.15, the year with four digits"
_TWO_WAYS = (
    "day and month can be meant either way, and no other row proves which; add --dates day-first or --dates month-first "
    "if you know, or write the date as 2026-03-09 10:15"
)
_OLD = f"the year lies before {FIRST_YEAR}; write the year the response was given in, or take the row out"
_FUTURE = "it lies in the future; write when the response was given, and look at this machine's clock"


class DayMonth(StrEnum):
    """Which of two numbers in a date comes first."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class Written(NamedTuple):
    """A cell with a moment."""

    line: int
    column: str
    text: str


class Moments(NamedTuple):
    """What the cells of a column mean."""

    at_ms: dict[int, int]
    """Line → milliseconds since 1970 UTC, for every cell that has no fault."""
    timeless: int
    """How many cells have a date and no time of day: they stand at midnight."""
    proof: Written | None
    """The cell that shows how the others with two numbers are meant, where it took one."""
    faults: tuple[Fault, ...]


class Declared(NamedTuple):
    """The period an archive key was declared for, from its first moment to the one after its last, in milliseconds."""

    begin_ms: int
    end_ms: int

    def days(self, zone: ZoneInfo) -> tuple[date, date]:
        """Give its first and its last local day."""
        return local_day(self.begin_ms, str(zone)), local_day(self.end_ms - 1, str(zone))


class _Read(NamedTuple):
    """What one cell may mean: under each order where they differ, or at once."""

    moment: datetime | None = None
    day_first: datetime | None = None
    month_first: datetime | None = None
    timed: bool = True


def read_moments(
    cells: Iterable[Written],
    *,
    zone: ZoneInfo,
    order: DayMonth | None,
    now_ms: int,
    declared: Declared | None = None,
) -> Moments:
    """Read a column of moments; local ones are in `zone`, and none may lie outside the `declared` period."""
    read = [(cell, _read(cell.text)) for cell in cells]
    proof = None
    if order is None:
        order, proof = _proven(read)
    faults: list[Fault] = []
    found: dict[int, int] = {}
    timeless = 0
    for cell, meant in read:
        moment = _meant(meant, order)
        remedy = _TWO_WAYS if moment is None and meant.day_first and meant.month_first else _WRITE
        at_ms = 0
        if moment is not None:
            at_ms, remedy = _placed(moment, zone, now_ms)
            if not remedy and declared is not None and not declared.begin_ms <= at_ms < declared.end_ms:
                first, last = declared.days(zone)
                remedy = (
                    f"this kiosk's archive key is declared for {first} to {last}; take the row out, or play the file under a key "
                    "of `ikm-collector enrol --archive FIRST LAST` that covers all of its days"
                )
        if remedy:
            faults.append(Fault(cell.line, cell.column, cell.text, remedy))
        else:
            found[cell.line] = at_ms
            timeless += not meant.timed
    return Moments(found, timeless, proof, tuple(faults))


def _read(text: str) -> _Read:
    for pattern, read in _PATTERNS:
        if match := pattern.fullmatch(text):
            return read(match)
    try:
        return _Read(moment=datetime.fromisoformat(text), timed=len(text) > len("2026-03-09"))
    except ValueError:
        return _Read()


def _two_numbers(match: re.Match[str]) -> _Read:
    first, second, year, time = int(match[1]), int(match[3]), int(match[4]), match.groups()[4:]
    day_first = _made(year, second, first, time)
    if first == second:
        return _Read(moment=day_first, timed=time[0] is not None)
    return _Read(day_first=day_first, month_first=_made(year, first, second, time), timed=time[0] is not None)


def _year_first(match: re.Match[str]) -> _Read:
    time = match.groups()[4:]
    return _Read(moment=_made(int(match[1]), int(match[3]), int(match[4]), time), timed=time[0] is not None)


def _named_month(match: re.Match[str]) -> _Read:
    time = match.groups()[3:]
    month = _MONTHS.get(match[2].casefold(), 0)
    return _Read(moment=_made(int(match[3]), month, int(match[1]), time), timed=time[0] is not None)


def _serial(match: re.Match[str]) -> _Read:
    share = float(f"0.{match[2] or 0}")
    moment = _EXCEL_DAY_0 + timedelta(days=int(match[1]), seconds=round(share * 86_400))
    return _Read(moment=moment, timed=match[2] is not None)


_PATTERNS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], _Read]]] = (
    (_NUMBERS, _two_numbers),
    (_YEAR_FIRST, _year_first),
    (_NAMED, _named_month),
    (_SERIAL, _serial),
)


def _made(year: int, month: int, day: int, time: Sequence[str | None]) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in time)
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone is the unit's, and comes later
    except ValueError:
        return None


def _proven(read: Iterable[tuple[Written, _Read]]) -> tuple[DayMonth | None, Written | None]:
    """Give the order that all dates with only one meaning share, and the first of them; only where another one needs it."""
    proofs: dict[DayMonth, Written] = {}
    needed = False
    for cell, meant in read:
        if meant.day_first and meant.month_first:
            needed = True
        elif meant.day_first:
            proofs.setdefault(DayMonth.DAY_FIRST, cell)
        elif meant.month_first:
            proofs.setdefault(DayMonth.MONTH_FIRST, cell)
    if len(proofs) != 1:
        return None, None
    ((order, proof),) = proofs.items()
    return order, proof if needed else None


def _meant(read: _Read, order: DayMonth | None) -> datetime | None:
    if read.moment is not None:
        return read.moment
    if order is None:  # a date that can be meant one way only is meant that way
        only = [one for one in (read.day_first, read.month_first) if one is not None]
        return only[0] if len(only) == 1 else None
    return read.day_first if order is DayMonth.DAY_FIRST else read.month_first


def _placed(moment: datetime, zone: ZoneInfo, now_ms: int) -> tuple[int, str]:
    """Give a moment's milliseconds, and what is wrong with it where anything is."""
    if moment.year < FIRST_YEAR:
        return 0, _OLD
    if moment.year > datetime.fromtimestamp(now_ms / 1000, UTC).year + 1:
        return 0, _FUTURE
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    at_ms = int(moment.astimezone(UTC).timestamp() * 1000)
    return at_ms, _FUTURE if at_ms > now_ms else ""
