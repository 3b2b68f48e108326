"""One calendar of working days: filled once, corrected by people, and reckoned the same everywhere."""

from datetime import date, timedelta

import pytest

from collector.complaints import calendar
from collector.complaints.calendar import WorkingDays
from collector.complaints.models import Holiday
from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from tests.collector.complaints.tickets import a_ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "start, days, end",
    [
        (date(2026, 12, 18), 1, date(2026, 12, 21)),  # a Friday
        (date(2026, 12, 19), 1, date(2026, 12, 21)),  # a Saturday counts as no day
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # collective leave, Christmas, weekend
        (date(2026, 12, 23), 5, date(2027, 1, 4)),  # and New Year
        (date(2026, 3, 16), 3, date(2026, 3, 26)),  # Nyepi and Idul Fitri with their leave
        (date(2026, 11, 2), 0, date(2026, 11, 2)),
    ],
)
def test_working_days_pass_over_weekends_holidays_and_collective_leave(
    unit: Unit, start: date, days: int, end: date
) -> None:
    for year in (2026, 2027):
        calendar.fill(year, who="rina")
    assert calendar.add_working_days(start, days, unit) == end
    assert calendar.working_days_between(start, end, unit) == days


def test_what_lies_between_is_what_was_added() -> None:
    days = WorkingDays(frozenset({date(2026, 11, 4), date(2026, 11, 5), date(2026, 11, 7)}))
    for offset in range(14):
        start = date(2026, 11, 1) + timedelta(days=offset)
        for number in range(20):
            assert days.between(start, days.add(start, number)) == number


def test_a_year_is_filled_once_and_what_people_entered_stays(unit: Unit) -> None:
    calendar.enter(date(2026, 12, 25), "Natal", source="SKB 2026", who="rina")
    assert calendar.fill(2026, who="rina") == 24
    assert calendar.fill(2026, who="rina") == 0
    assert Holiday.objects.get(day=date(2026, 12, 25)).source == "SKB 2026"
    kinds = list(Holiday.objects.values_list("kind", flat=True))
    assert (kinds.count("libur_nasional"), kinds.count("cuti_bersama")) == (17, 8)
    assert [one for one in Holiday.objects.all() if not one.source] == []


def test_a_region_s_day_holds_there_and_below_and_nowhere_else(unit: Unit) -> None:
    other = tree.add_unit(
        code="medan",
        name="Medan",
        region=tree.add_region("12.71.01.1001"),
        agency=None,
        time_zone="Asia/Jakarta",
    )
    tuesday = date(2026, 11, 3)
    calendar.enter(tuesday, "Hari jadi", region=tree.add_region("18.01"), source="Perda 4/2020", who="wati")
    ends = [calendar.add_working_days(date(2026, 11, 2), 1, one) for one in (unit, other)]
    assert ends == [date(2026, 11, 4), tuesday]
    assert calendar.unfilled(tuesday, date(2027, 2, 1)) == [2026, 2027], "a region's own day fills no year"


def test_a_day_is_entered_once_with_a_source_and_leaves_with_a_reason(unit: Unit) -> None:
    day, region = date(2026, 11, 3), tree.add_region("18.01")
    calendar.enter(day, "Libur", source="SKB", who="rina")
    calendar.enter(day, "Libur", region=region, source="Perda", who="rina")
    for where in (None, region):
        with pytest.raises(CollectorError, match="already"):
            calendar.enter(day, "Libur", region=where, source="SKB", who="rina")
    with pytest.raises(CollectorError):
        calendar.enter(date(2026, 11, 4), "Libur", source=" ", who="rina")
    with pytest.raises(CollectorError):
        calendar.remove(day, why=" ", who="rina")
    calendar.remove(day, why="salah", who="rina")
    with pytest.raises(CollectorError):
        calendar.remove(day, why="salah", who="rina")
    assert Holiday.objects.get().region == region
    assert list(TrailEntry.objects.values_list("action", flat=True)).count("holiday removed") == 1


@pytest.mark.parametrize("year", [1999, 2101])
def test_years_out_of_reach_are_refused(year: int) -> None:
    with pytest.raises(CollectorError):
        calendar.fill(year, who="rina")


def test_a_year_whose_leave_nobody_has_decreed_says_so() -> None:
    assert not calendar.without_leave(2028)
    calendar.fill(2028, who="rina")
    assert calendar.without_leave(2028)
    calendar.fill(2026, who="rina")
    assert not calendar.without_leave(2026)


def test_a_date_that_was_told_stays_when_the_calendar_changes(unit: Unit) -> None:
    ticket = a_ticket(unit, day=date(2026, 11, 2))
    before = ticket.due_on
    calendar.enter(date(2026, 11, 4), "Libur", source="SKB", who="rina")
    ticket.refresh_from_db()
    assert ticket.due_on == before
    assert a_ticket(unit, day=date(2026, 11, 2)).due_on == date(2026, 11, 23)
