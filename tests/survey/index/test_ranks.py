"""Ranks: whoever cannot be told apart shares places, by the doubt of the difference."""

import random
from decimal import Decimal

from survey.index.doubt import Change, Interval, difference
from survey.index.ranks import Rank, Value, ranks


def value(middle: str, half: str | None) -> Value:
    at = Decimal(middle)
    return at, Interval(at - Decimal(half), at + Decimal(half)) if half is not None else None


def test_values_far_apart_have_one_place_each() -> None:
    assert ranks([value("70", "1"), value("90", "1"), value("80", "1")]) == [(3, 3), (1, 1), (2, 2)]


def test_whoever_cannot_be_told_apart_shares_the_places() -> None:
    assert ranks([value("90", "1"), value("80", "2"), value("79", "2"), value("60", "2")]) == [
        (1, 1), (2, 3), (2, 3), (4, 4),
    ]  # fmt: skip


def test_bars_that_overlap_may_still_be_told_apart() -> None:
    # 2 and 2 overlap from 81 to 82, but the difference of 3 is doubtful by 2.83 only.
    assert ranks([value("83", "2"), value("80", "2")]) == [(1, 1), (2, 2)]
    assert ranks([value("82.8", "2"), value("80", "2")]) == [(1, 2), (1, 2)]


def test_sharing_is_of_pairs_and_need_not_be_the_same_for_all() -> None:
    assert ranks([value("84", "2"), value("82", "2"), value("80", "2")]) == [(1, 2), (1, 3), (2, 3)]


def test_a_value_without_an_interval_may_have_any_place_and_takes_none_from_others() -> None:
    assert ranks([value("90", None), value("80", "1"), value("70", "1")]) == [(1, 3), (1, 2), (2, 3)]


def test_only_what_is_asked_for_is_given_and_nothing_of_nothing() -> None:
    every = [value("70", "1"), value("90", "1"), value("80", "1")]
    assert ranks(every, [1]) == [Rank(1, 1)]
    assert ranks([]) == []
    assert str(Rank(1, 1)) == "1"
    assert str(Rank(2, 5)) == "2–5"


def test_every_pair_is_judged_as_the_difference_judges_it() -> None:
    chance = random.Random(7)

    def drawn() -> Value:
        at = Decimal(chance.randrange(7000, 7600)).scaleb(-2)
        low, high = (Decimal(chance.randrange(250)).scaleb(-2) for _ in range(2))
        return at, Interval(at - low, at + high)

    every = [drawn() for _ in range(120)]
    found = ranks(every)
    for one, rank in zip(every, found, strict=True):
        above = sum(difference(one, other).change is Change.BETTER for other in every if other[0] > one[0])
        below = sum(difference(other, one).change is Change.BETTER for other in every if other[0] < one[0])
        assert rank == (above + 1, len(every) - below)
    assert 1 < len(set(found)) < len(every)
