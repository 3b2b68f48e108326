"""The one calendar of working days: Monday to Friday without holidays and collective leave, which are data that people correct.

A day without work holds everywhere, or in a region with all below it. A year for which nobody has filled in the national days has weekends
only: `unfilled` names it, and pages say so.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from importlib.metadata import version
from typing import NamedTuple

from django.db import IntegrityError, transaction

from collector.complaints.models import Holiday, HolidayKind
from collector.complaints.rules import WORKING, Span
from collector.errors import CollectorError
from collector.fleet.models import Region, Unit
from collector.people import trail
from collector.words.foreign import in_one_line

_WEEKEND = 5
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_FROM_PACKAGE = (
    (HolidayKind.NATIONAL, "public"),
    (HolidayKind.JOINT, "government"),
)
_DAY = timedelta(days=1)


class WorkingDays(NamedTuple):
    """The working days of one place."""

    free: frozenset[date]
    """Days without work that are no weekend's, or may be one's too."""

    def works(self, day: date) -> bool:
        """Tell whether offices are open on a day."""
        return day.weekday() < _WEEKEND and day not in self.free

    def add(self, start: date, days: int) -> date:
        """Give the day that is so many working days after another, which is not counted itself."""
        day = start
        while days > 0:
            day += _DAY
            days -= self.works(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Give how many working days lie after one day, up to and with another."""
        return sum(self.works(first + _DAY * step) for step in range(1, (last - first).days + 1))

    def after(self, start: date, span: Span) -> date:
        """Give the day on which a rule's days are over."""
        return self.add(start, span.days) if span.unit == WORKING else start + _DAY * span.days


def of(unit: Unit) -> WorkingDays:
    """Give the working days at a unit."""
    return of_region(unit.region_id)


def of_region(code: str) -> WorkingDays:
    """Give the working days in a region; of an empty code those that hold everywhere."""
    parts = code.split(".")
    above = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    everywhere, here = Holiday.objects.filter(region=None), Holiday.objects.filter(region__in=above)
    return WorkingDays(frozenset((everywhere | here).values_list("day", flat=True)))


def add_working_days(start: date, days: int, unit: Unit) -> date:
    """Give the day that is so many working days after another, which is not counted itself."""
    return of(unit).add(start, days)


def working_days_between(first: date, last: date, unit: Unit) -> int:
    """Give how many working days lie after one day, up to and with another."""
    return of(unit).between(first, last)


def unfilled(first: date, last: date) -> list[int]:
    """Give the years between two days for which nobody has filled in the national days: there only weekends are known."""
    filled = {day.year for day in Holiday.objects.filter(region=None, day__year__gte=first.year, day__year__lte=last.year)
              .values_list("day", flat=True)}  # fmt: skip
    return [year for year in range(first.year, last.year + 1) if year not in filled]


def without_leave(year: int) -> bool:
    """Tell whether a year that was filled has no collective leave: the ministers have not decreed it yet, or nobody has entered it."""
    of_year = Holiday.objects.filter(region=None, day__year=year)
    return of_year.exists() and not of_year.filter(kind=HolidayKind.JOINT).exists()


def fill(year: int, *, who: str) -> int:
    """Enter the national days and the collective leave of a year, as the package `holidays` knows them; gives how many are new.

    A day that somebody has entered stays as it is. Dates that a ministers' decree will still move are estimates, and to be corrected.

    Raises:
        CollectorError: the year is out of reach (`holiday_year`).
    """
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise CollectorError("holiday_year", year=year)
    import holidays  # noqa: PLC0415 - once a year, and every process would keep it in memory

    source = f"paket holidays {version('holidays')}; cocokkan dengan SKB 3 Menteri"
    there = set(Holiday.objects.filter(region=None, day__year=year).values_list("day", flat=True))
    made: dict[date, Holiday] = {}
    for kind, category in _FROM_PACKAGE:
        known = holidays.country_holidays("ID", years=year, categories=(category,), language="id")
        for day, name in sorted(known.items()):
            if day not in there and day not in made:
                made[day] = Holiday(day=day, name=name[:120], kind=kind, source=source)
    with transaction.atomic():
        Holiday.objects.bulk_create(made.values())
        trail.note(who=who, action="holidays filled", subject=str(year), facts={"added": len(made)})
    return len(made)


def enter(
    day: date, name: str, *, region: Region | None = None, joint: bool = False, source: str, who: str
) -> Holiday:
    """Enter a day without work; in a region with all below it, or everywhere. Dates of tickets that are here stay as they were told.

    Raises:
        CollectorError: it has no name or no source (`holiday_name`), or is entered already (`holiday_there`).
    """
    said, read_in = in_one_line(name), in_one_line(source)
    if not said or not read_in or len(said) > 120 or len(read_in) > 200:
        raise CollectorError("holiday_name")
    kind = (
        HolidayKind.JOINT if joint else HolidayKind.REGIONAL if region is not None else HolidayKind.NATIONAL
    )
    try:
        with transaction.atomic():
            made = Holiday.objects.create(day=day, name=said, kind=kind, region=region, source=read_in)
            trail.note(who=who, action="holiday entered", subject=str(day), facts=_facts(made))
    except IntegrityError as error:
        raise CollectorError("holiday_there", day=day) from error
    return made


def remove(day: date, *, region: Region | None = None, why: str, who: str) -> None:
    """Take a day without work out.

    Raises:
        CollectorError: there is none (`holiday_unknown`), or nobody says why (`holiday_why`).
    """
    if not why.strip():
        raise CollectorError("holiday_why")
    with transaction.atomic():
        found = Holiday.objects.filter(day=day, region=region).first()
        if found is None:
            raise CollectorError("holiday_unknown", day=day)
        trail.note(who=who, action="holiday removed", subject=str(day), why=why, facts=_facts(found))
        found.delete()


def listed(year: int, regions: Iterable[str] | None = None) -> list[Holiday]:
    """Give the days without work of a year; regional ones of some regions, or of all."""
    found = Holiday.objects.filter(day__year=year).select_related("region")
    if regions is not None:
        found = found.filter(region=None) | found.filter(region__in=list(regions))
    return list(found.order_by("day", "pk"))


def _facts(one: Holiday) -> dict[str, object]:
    return {"name": one.name, "kind": one.kind, "region": one.region_id or "", "source": one.source}
