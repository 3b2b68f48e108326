"""Share and speed with PEKPPP's levels, at each border."""

from datetime import date, timedelta

import pytest

from collector.followup.levels import Loss, last_day, next_loss, share_level, speed_level

REPORT = date(2027, 1, 31)


@pytest.mark.parametrize(
    "planned, done, level",
    [
        (0, 0, 0), (1, 0, 1), (40, 0, 1), (100, 1, 2), (100, 29, 2), (100, 30, 3), (10, 3, 3), (10, 8, 3), (100, 80, 3),
        (100, 81, 4), (100, 99, 4), (100, 100, 5), (1, 1, 5), (3, 1, 3), (7, 2, 2),
    ],
)  # fmt: skip
def test_the_share_done_has_its_level_at_each_border(planned: int, done: int, level: int) -> None:
    assert share_level(planned, done) == level


@pytest.mark.parametrize(
    "level, last",
    [
        (5, date(2027, 2, 28)), (4, date(2027, 4, 30)), (3, date(2027, 7, 31)), (2, date(2027, 10, 31)), (1, date(2028, 1, 31)),
    ],
)  # fmt: skip
def test_a_level_of_speed_holds_through_its_last_day_and_no_longer(level: int, last: date) -> None:
    assert last_day(REPORT, level) == last
    assert speed_level(REPORT, last) == level
    assert speed_level(REPORT, last + timedelta(days=1)) == level - 1


def test_a_month_that_is_shorter_ends_on_its_last_day_leap_years_too() -> None:
    assert last_day(date(2027, 11, 30), 4) == date(2028, 2, 29)
    assert last_day(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert last_day(date(2026, 12, 15), 5) == date(2027, 1, 15)


def test_the_next_level_to_lose_is_told_with_its_days() -> None:
    assert next_loss(REPORT, date(2027, 2, 19)) == Loss(5, date(2027, 2, 28), 9)
    assert next_loss(REPORT, date(2027, 2, 28)) == Loss(5, date(2027, 2, 28), 0)
    assert next_loss(REPORT, date(2027, 3, 1)) == Loss(4, date(2027, 4, 30), 60)
    assert next_loss(REPORT, date(2028, 1, 31)) == Loss(1, date(2028, 1, 31), 0)
    assert next_loss(REPORT, date(2028, 2, 1)) is None
