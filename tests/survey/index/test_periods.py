"""Periods are local days, both ends included, in three zones."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.index.periods import ZONES, PeriodError, PeriodKind, around, between, local_day, parse

HOUR = 3_600_000


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "text, first, last, title",
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "Tahun 2026"),
        ("2026-S1", date(2026, 1, 1), date(2026, 6, 30), "Semester I Tahun 2026"),
        ("2026-S2", date(2026, 7, 1), date(2026, 12, 31), "Semester II Tahun 2026"),
        ("2026-TW1", date(2026, 1, 1), date(2026, 3, 31), "Triwulan I Tahun 2026"),
        ("2026-TW2", date(2026, 4, 1), date(2026, 6, 30), "Triwulan II Tahun 2026"),
        ("2026-TW3", date(2026, 7, 1), date(2026, 9, 30), "Triwulan III Tahun 2026"),
        ("2026-TW4", date(2026, 10, 1), date(2026, 12, 31), "Triwulan IV Tahun 2026"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "Februari 2024"),
        (
            "2026-01-05..2026-02-10",
            date(2026, 1, 5),
            date(2026, 2, 10),
            "5 Januari 2026 s/d 10 Februari 2026",
        ),
        ("2199", date(2199, 1, 1), date(2199, 12, 31), "Tahun 2199"),
    ],
)
def test_period_is_read_and_written(text: str, first: date, last: date, title: str) -> None:
    period = parse(text)
    assert (period.first, period.last, period.title, period.identifier) == (first, last, title, text)
    assert first in period
    assert last in period
    assert parse(period.identifier) == period


def test_other_spellings() -> None:
    assert parse(" 2026-th ") == parse("2026")
    assert parse("2026-tw3") == parse("2026-TW3")


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-TW5", "2026-TW0", "2026-S3", "2026-13", "2026-1", "0000", "1926", "9999", "２０２６", "0001-01-01..0001-01-02", "2026-02-30..2026-03-01",
     "2026-02-02..2026-02-01", "TW3-2026", "2026-TW3 ; drop"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse(text)


@pytest.mark.parametrize(
    "text, before",
    [
        ("2026", "2025"),
        ("2026-S1", "2025-S2"),
        ("2026-TW1", "2025-TW4"),
        ("2026-TW3", "2026-TW2"),
        ("2026-01", "2025-12"),
        ("2026-03-11..2026-03-20", "2026-03-01..2026-03-10"),
    ],
)
def test_previous_period(text: str, before: str) -> None:
    assert parse(text).previous() == parse(before)


@pytest.mark.parametrize(
    "moment, zone, day",
    [
        ("2026-06-30T16:59:59.999", "Asia/Jakarta", date(2026, 6, 30)),
        ("2026-06-30T17:00:00", "Asia/Jakarta", date(2026, 7, 1)),
        ("2026-06-30T16:00:00", "Asia/Makassar", date(2026, 7, 1)),
        ("2026-06-30T15:59:59.999", "Asia/Makassar", date(2026, 6, 30)),
        ("2026-06-30T15:00:00", "Asia/Jayapura", date(2026, 7, 1)),
        ("1969-12-31T17:00:00", "Asia/Jakarta", date(1970, 1, 1)),
        ("1969-12-31T16:59:59.999", "Asia/Jakarta", date(1969, 12, 31)),
    ],
)
def test_a_day_begins_at_local_midnight(moment: str, zone: str, day: date) -> None:
    assert local_day(ms(moment), zone) == day
    start, end = between(day, day).bounds_ms(zone)
    assert start <= ms(moment) < end


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(list(ZONES)))
def test_days_and_bounds_agree(at_ms: int, zone: str) -> None:
    day = local_day(at_ms, zone)
    for kind in PeriodKind:
        period = around(day, kind)
        start, end = period.bounds_ms(zone)
        assert start <= at_ms < end
        assert local_day(start, zone) == period.first
        assert local_day(end - 1, zone) == period.last
        assert period.previous().bounds_ms(zone)[1] == start


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("moment", ["1990-01-01T12:00", "2026-07-01T00:00", "2040-12-31T23:00"])
def test_offsets_are_those_of_the_time_zone_database(zone: str, moment: str) -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert local_day(ms(moment), zone) == local.date()
    assert local.utcoffset() == ZONES[zone].offset.utcoffset(None)
    assert local.tzname() == ZONES[zone].abbreviation


def test_other_zones_are_refused() -> None:
    with pytest.raises(PeriodError, match="Asia/Jayapura"):
        local_day(0, "Asia/Singapore")
    with pytest.raises(PeriodError):
        local_day(10**18, "Asia/Jakarta")
