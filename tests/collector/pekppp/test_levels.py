"""PEKPPP's levels at each border, and what a level is worth."""

from datetime import date
from fractions import Fraction

import pytest

from collector.pekppp import levels
from collector.pekppp.levels import (
    complaint_level,
    forum_level,
    media_level,
    needed_of,
    survey_level,
    worth,
)
from survey.index.pekppp import INDICATORS, f02


def test_each_group_and_each_medium_is_a_level_up_to_five() -> None:
    assert [forum_level(groups) for groups in range(7)] == [0, 1, 2, 3, 4, 5, 5]
    assert [media_level(kinds) for kinds in range(7)] == [0, 1, 2, 3, 4, 5, 5]


@pytest.mark.parametrize(
    "reached, level",
    [("", 1), ("p", 1), ("b", 2), ("be", 2), ("bf", 2), ("bp", 3), ("bpf", 3), ("bpe", 4), ("bpef", 5)],
)
def test_a_survey_climbs_only_without_a_gap(reached: str, level: int) -> None:
    rungs = {"by_rule": "b", "printed": "p", "electronic": "e", "followed": "f"}
    assert survey_level(held=True, **{rung: letter in reached for rung, letter in rungs.items()}) == level
    assert survey_level(held=False, **dict.fromkeys(rungs, True)) == 0


@pytest.mark.parametrize(
    "received, resolved, lapor, level",
    [
        (0, 0, None, 0),
        (4, 1, None, 1),
        (4, 2, None, 2),
        (4, 4, None, 2),
        (4, 4, (0, 0), 2),
        (10, 10, (1000, 499), 3),
        (10, 0, (1000, 500), 4),
        (10, 0, (1000, 899), 4),
        (10, 0, (1000, 900), 5),
    ],
)
def test_complaints_outside_of_the_national_system_are_two_at_most(
    received: int, resolved: int, lapor: tuple[int, int] | None, level: int
) -> None:
    assert complaint_level(received, resolved, lapor) == level


def test_more_resolved_than_came_is_refused() -> None:
    with pytest.raises(ValueError, match="5 resolved of 4"):
        complaint_level(4, 5)
    with pytest.raises(ValueError, match="2 resolved of 1"):
        complaint_level(4, 4, (1, 2))


def test_what_is_needed_of_a_share_reaches_it_and_one_less_does_not() -> None:
    for whole in range(1, 40):
        for done in range(whole + 1):
            for share in (Fraction(1, 2), Fraction(9, 10)):
                needed = needed_of(whole, done, share)
                assert Fraction(done + needed, whole) >= share
                assert needed == 0 or Fraction(done + needed - 1, whole) < share


def test_a_level_is_worth_what_the_forms_reckoning_gives() -> None:
    marks = dict.fromkeys(INDICATORS, 3)
    for number in INDICATORS:
        gained = f02(marks | {number: 5}) - f02(marks)
        assert worth(number, 2) == Fraction(3, 4) * gained


def test_a_standard_climbs_rung_by_rung_and_never_over_a_gap() -> None:
    every = dict.fromkeys(levels.STANDARD_RUNGS, True)
    assert levels.standard_level(written=False, **every) == 0
    assert [
        levels.standard_level(written=True, **(every | {rung: False})) for rung in levels.STANDARD_RUNGS
    ] == [1, 2, 3, 4]
    assert levels.standard_level(written=True, **every) == 5


@pytest.mark.parametrize(
    "level, reviewed",
    [
        (0, []),
        (0, [None]),
        (0, [None, date(2020, 1, 1)]),
        (1, [date(2020, 1, 1), date(2024, 12, 30)]),
        (2, [date(2024, 12, 31), date(2020, 1, 1)]),
        (3, [date(2024, 12, 31), date(2025, 12, 30)]),
        (4, [date(2025, 12, 31), None]),
        (5, [date(2025, 12, 31), date(2026, 12, 31)]),
    ],
)
def test_a_review_counts_by_how_long_ago_and_for_how_many_services(
    level: int, reviewed: list[date | None]
) -> None:
    assert levels.review_level(reviewed, date(2026, 12, 31)) == level


def test_a_leap_day_has_a_year_before_it() -> None:
    assert levels.years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)


def test_a_maklumat_is_worth_most_where_it_hangs_on_the_wall() -> None:
    assert [
        levels.promise_level(issued=issued, posted=posted)
        for issued, posted in ((False, False), (True, False), (True, True))
    ] == [0, 3, 5]
