"""Did the mend help? Only frozen contents answer, chance is called chance, and whoever mends the lowest is not fooled by its bad luck."""

import random
from functools import lru_cache
from typing import Any

import pytest

from bench.mend import lowest, quarter
from collector.releases.moved import Reason, judged
from survey.index.doubt import Change

OWN, ALIKE = (0.3, 0.0), (0.8, 0.0)
TIMES = 400
Pair = tuple[dict[str, Any], dict[str, Any]]


def drawn(luck: random.Random, mood: tuple[float, float] = OWN, **moved: float) -> dict[str, Any]:
    return quarter(luck, days=16, people=4, mood=mood, moved=moved)


@lru_cache(maxsize=1)
def pairs() -> list[Pair]:
    """Pairs of quarters between which nothing happened."""
    luck = random.Random(20261126)
    return [(drawn(luck), drawn(luck)) for _ in range(TIMES)]


def change(pair: Pair, key: str, *, picked: bool) -> Change:
    found = judged(*pair, key, picked=picked)[1]
    assert found is not None
    return found.change


def test_a_change_by_chance_is_called_one_as_seldom_as_promised() -> None:
    changes = [change(pair, "waktu", picked=False) for pair in pairs()]
    wrong = sum(one is not Change.CANNOT_TELL for one in changes)
    assert wrong / TIMES < 0.08  # 5 % are promised; so many draws reach 8 % once in two hundred times


def test_mending_the_lowest_is_called_better_by_chance_as_seldom_as_promised() -> None:
    def better(*, allowed_for: bool) -> float:
        changes = [change(pair, lowest(pair[0]), picked=allowed_for) for pair in pairs()]
        return changes.count(Change.BETTER) / TIMES

    assert better(allowed_for=True) < 0.045  # 2.5 % upwards are promised
    assert better(allowed_for=False) > 0.05, (
        "without the allowance the lowest rises by itself more than twice as often"
    )


def test_chance_alone_makes_any_of_nine_rise_or_fall_as_seldom_as_promised() -> None:
    def any_moved(*, allowed_for: bool) -> float:
        keys = [one["key"] for one in pairs()[0][0]["index"]["elements"]]
        moved = [
            any(change(pair, key, picked=allowed_for) is not Change.CANNOT_TELL for key in keys)
            for pair in pairs()
        ]
        return sum(moved) / TIMES

    assert any_moved(allowed_for=True) < 0.08  # 5 % are promised, of all nine together
    assert any_moved(allowed_for=False) > 0.15, (
        "without the allowance one of nine moves by itself far more often"
    )


def test_a_real_mend_of_the_lowest_is_seen() -> None:
    luck = random.Random(5)
    found = [change((drawn(luck, waktu=-1.0), drawn(luck)), "waktu", picked=True) for _ in range(40)]
    assert found.count(Change.BETTER) >= 30


def test_days_that_move_everybody_widen_the_doubt() -> None:
    luck = random.Random(7)
    found = [change((drawn(luck, ALIKE), drawn(luck, ALIKE)), "waktu", picked=False) for _ in range(200)]
    assert sum(one is not Change.CANNOT_TELL for one in found) / 200 < 0.1, (
        "the people of a day are no opinions of their own"
    )


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda one: one.update(instrument="skm-2017@2"), Reason.CHANGED),
        (lambda one: one["index"].update(weight_mode="0.111"), Reason.CHANGED),
        (lambda one: one["index"].update(policy="all"), Reason.CHANGED),
        (lambda one: one["index"].update(bands="2004"), Reason.CHANGED),
        (lambda one: one["index"]["elements"].clear(), Reason.CHANGED),
        (lambda one: one["index"].update(enough_days=False), Reason.FEW_DAYS),
        (lambda one: one["index"].update(enough_days=None, days=None), Reason.FEW_DAYS),
        (lambda one: [each.update(interval=None) for each in one["index"]["elements"]], Reason.NO_INTERVAL),
    ],
)
def test_what_cannot_be_compared_says_why_and_gives_no_number(spoil: Any, reason: Reason) -> None:
    luck = random.Random(1)
    before, after = drawn(luck), drawn(luck)
    spoil(after)
    assert judged(before, after, "waktu", picked=True) == (reason, None)
    assert judged(after, before, "waktu", picked=True) == (reason, None)
