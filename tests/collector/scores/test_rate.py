"""A kiosk's day is judged by its days before: in whatever order they arrive, are taken out, or are looked at."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from collector.evidence.intake.accepted import AcceptedRecord
from collector.fleet import tree
from collector.scores.models import Response, StaleDay
from collector.scores.tallies import flagging
from collector.scores.tallies.flags import LIMITS, VERSION, Flag
from collector.scores.tallies.projection import project, unproject
from tests.collector.scores.village import MONDAY, Post, add_unit, at

pytestmark = pytest.mark.django_db

LAST = MONDAY + timedelta(days=28)
RUSH = 20


@pytest.fixture
def post() -> Post:
    return Post(add_unit("u1", region="18.01.05.2003"))


def smileys(post: Post, day: date, number: int, *, hour: int = 10) -> list[AcceptedRecord]:
    """So many people in one hour, who press what people press and when they come."""
    chance = random.Random(f"{day}{number}")
    seconds = sorted(chance.sample(range(0, 3_500, 20), number))
    return [
        post.pulse(1 + place % 3, at(day, f"{hour:02d}:00", seconds=second))
        for place, second in enumerate(seconds)
    ]


def put(records: Sequence[AcceptedRecord]) -> None:
    with transaction.atomic():
        assert project(records) == []


def rated(day: date = LAST) -> int:
    """Let everything be looked at, and give how many of a day are flagged for their number."""
    flagging.settle()
    assert not StaleDay.objects.exists()
    number = day.toordinal() - date(1970, 1, 1).toordinal()
    return sum(
        bool(flags & Flag.RATE)
        for flags in Response.objects.filter(day=number).values_list("flags", flat=True)
    )


def flags() -> list[tuple[int, int]]:
    flagging.settle()
    return list(Response.objects.order_by("pk").values_list("pk", "flags"))


def test_a_rush_is_flagged_once_the_kiosk_has_a_past(post: Post) -> None:
    put(smileys(post, LAST, RUSH))
    assert rated() == 0
    for place in range(10):
        put(smileys(post, LAST - timedelta(days=1 + place), 3))
    assert rated() == RUSH


def test_days_that_arrive_late_judge_and_acquit_the_days_after_them(post: Post) -> None:
    put([one for place in range(10) for one in smileys(post, MONDAY + timedelta(days=10 + place), 3)])
    put(smileys(post, LAST, RUSH))
    assert rated() == RUSH
    late = [smileys(post, MONDAY + timedelta(days=place), 11) for place in (0, 1, 2)]
    put([*late[0], *late[1]])
    assert rated() == RUSH
    put(late[2])
    assert rated() == 0, "three days with eleven in an hour: twenty is not out of the way"
    with transaction.atomic():
        unproject(late[2])
    assert rated() == RUSH


def test_what_lies_before_the_window_or_at_another_place_counts_for_nothing(post: Post) -> None:
    put([one for place in range(9) for one in smileys(post, LAST - timedelta(days=1 + place), 3)])
    put(smileys(post, LAST, RUSH))
    put(smileys(post, LAST - timedelta(days=29), 3))
    assert rated() == 0
    post.place = tree.add_place(code="lain", name="Balai lain", region=post.unit.region)
    put(smileys(post, LAST - timedelta(days=12), 3))
    assert rated() == 0, "it stood elsewhere"
    post.place = tree.add_place(code="tempat-k1", name="Balai", region=post.unit.region)
    put(smileys(post, LAST - timedelta(days=13), 3))
    assert rated() == RUSH


@pytest.mark.parametrize("seed", range(3))
def test_the_order_and_grouping_of_arrival_change_no_flag(post: Post, seed: int) -> None:
    chance = random.Random(seed)
    days = [MONDAY + timedelta(days=place) for place in range(32)]
    every = [
        one
        for day in days
        for one in smileys(post, day, chance.choices((2, 3, 4, 25, 60), (6, 6, 6, 1, 1))[0])
    ]
    put(every)
    wanted = flags()
    assert any(found & Flag.RATE for _, found in wanted)
    assert not all(found & Flag.RATE for _, found in wanted)
    with transaction.atomic():
        unproject(every)
    chance.shuffle(every)
    while every:
        part, every = every[:40], every[40:]
        put(part)
        if chance.random() < 0.5:
            flagging.settle()
    assert flags() == wanted


def test_a_record_makes_no_more_days_stale_than_the_window_has(post: Post) -> None:
    put([one for place in range(60) for one in smileys(post, MONDAY + timedelta(days=place), 2)])
    flagging.settle()
    put(smileys(post, MONDAY + timedelta(days=5), 1, hour=12))
    assert StaleDay.objects.count() == 1 + LIMITS[VERSION].rate_window
    flagging.settle()
    put(smileys(post, MONDAY + timedelta(days=59), 1, hour=12))
    assert StaleDay.objects.count() == 1


def test_the_past_is_read_only_where_somebody_was_busy(post: Post) -> None:
    put(smileys(post, LAST, 15))
    with connection.execute_wrapper(_refuse_the_past):
        flagging.settle()
    put(smileys(post, LAST, 1, hour=10))
    with pytest.raises(AssertionError, match="the past"), connection.execute_wrapper(_refuse_the_past):
        flagging.settle()


def _refuse_the_past(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    assert "length(r.answers) = 1" not in sql, "the past was read"
    return execute(sql, params, many, context)
