"""When a unit's kiosks were really there: opening hours against what their alive records prove."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collector import clock
from collector.fleet.models import Kiosk, KioskSettings, Unit
from collector.local import local_date, minute_of_day
from collector.scores.models import KioskDay, Series
from collector.scores.tallies.keys import day_date, day_number, kiosk_day_id, split_kiosk_day
from collector.scores.tallies.minutes import (
    Span,
    length,
    missing,
    overlap,
    proven_spans,
    unpack_marks,
)
from survey.index.periods import Period
from survey.settings.hours import DAYS, Hours
from survey.settings.keys import OPENING_HOURS, opening_hours

OFFICE_HOURS: Mapping[str, Hours] = {day: ((time(8), time(16)),) for day in DAYS[:5]}
"""Taken where a kiosk's settings name no hours; a page that uses them says so."""
SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Day:
    """One kiosk on one day."""

    date: date
    opening: tuple[Span, ...]
    proven: tuple[Span, ...]
    """What of the opening hours is proven."""
    holes: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    """One kiosk at a unit over a period."""

    kiosk: str
    days: tuple[Day, ...]
    opening_minutes: int
    proven_minutes: int
    hours_assumed: bool

    @property
    def share(self) -> float:
        """The proven part of the opening hours."""
        return self.proven_minutes / self.opening_minutes if self.opening_minutes else 0.0

    @property
    def latest(self) -> tuple[Day, ...]:
        """The last days that had opening hours, the newest first."""
        return tuple(day for day in reversed(self.days) if day.opening)[:SHOWN_DAYS]


def attendance(unit: Unit, period: Period, *, now: datetime | None = None) -> list[Attendance]:
    """Give the service minutes of every kiosk that stood at a unit in a period, from its first sign of life."""
    zone = ZoneInfo(unit.time_zone)
    now = now or clock.now()
    today = local_date(now, unit.time_zone)
    minute = minute_of_day(now, unit.time_zone)
    earned = Series.objects.filter(unit=unit).values("kiosk")
    kiosks = Kiosk.objects.filter(pk__in=earned) | Kiosk.objects.filter(assignments__unit=unit)
    found = []
    for kiosk in kiosks.distinct().order_by("name"):
        marks = KioskDay.objects.filter(
            pk__gte=kiosk_day_id(kiosk.pk, 0), pk__lt=kiosk_day_id(kiosk.pk + 1, 0)
        )
        first = marks.order_by("pk").values_list("pk", flat=True).first()
        if first is None:
            continue
        start = max(period.first, day_date(split_kiosk_day(first)[1]))
        end = min(period.last, today)
        stands = list(kiosk.assignments.order_by("since").values_list("since", "unit_id"))
        days = [day for day in _days(start, end) if _stood_there(stands, unit, day, zone)]
        if days:
            found.append(_attendance(kiosk, days, today=today, minute=minute))
    return found


def _attendance(kiosk: Kiosk, days: Sequence[date], *, today: date, minute: int) -> Attendance:
    hours, assumed = _hours(kiosk)
    keys = [kiosk_day_id(kiosk.pk, day_number(day)) for day in (days[0], days[-1])]
    rows = KioskDay.objects.filter(pk__gte=keys[0], pk__lte=keys[1]).values_list("pk", "marks")
    marks = {split_kiosk_day(key)[1]: unpack_marks(bytes(stored)) for key, stored in rows}
    judged = []
    for day in days:
        opening = hours[day.weekday()]
        if day == today:
            opening = overlap(opening, [Span(0, minute)])
        proven = overlap(opening, proven_spans(marks.get(day_number(day), [])))
        judged.append(Day(day, tuple(opening), tuple(proven), tuple(missing(opening, proven))))
    return Attendance(
        kiosk=kiosk.name,
        days=tuple(judged),
        opening_minutes=sum(length(day.opening) for day in judged),
        proven_minutes=sum(length(day.proven) for day in judged),
        hours_assumed=assumed,
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _stood_there(stands: Sequence[tuple[datetime, int]], unit: Unit, day: date, zone: ZoneInfo) -> bool:
    """Whether a kiosk with these assignments, the earliest first, stood at the unit at noon."""
    if not stands:
        return True
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    begun = [stood for since, stood in stands if since <= noon]
    return (begun[-1] if begun else stands[0][1]) == unit.pk


def _hours(kiosk: Kiosk) -> tuple[list[list[Span]], bool]:
    """Give the opening hours of Monday to Sunday, and whether they are only assumed."""
    settings = KioskSettings.objects.filter(kiosk=kiosk).order_by("-version").first()
    stated = settings.content.get(OPENING_HOURS) if settings is not None else None
    hours = opening_hours(stated) if stated else OFFICE_HOURS
    return [[_span(*span) for span in hours.get(day, ())] for day in DAYS], not stated


def _span(start: time, end: time) -> Span:
    return Span(start.hour * 60 + start.minute, end.hour * 60 + end.minute)
