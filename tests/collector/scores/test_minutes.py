"""Service minutes: what alive records prove, and where the holes are."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from collector.fleet.assignments import assign
from collector.fleet.models import KioskSettings
from collector.scores.ask.attendance import attendance
from collector.scores.models import KioskDay
from collector.scores.tallies.minutes import (
    Mark,
    Span,
    clock,
    length,
    mark,
    missing,
    overlap,
    pack_marks,
    proven_spans,
    unpack_marks,
    with_marks,
)
from collector.scores.tallies.projection import project, screen_of, unproject
from survey.index.periods import between
from survey.record.bodies import Alive
from survey.record.errors import Malformed
from tests.collector.scores.village import MONDAY, Post, add_unit, at

marks = st.lists(st.builds(Mark, st.integers(0, 1439), st.integers(0, 16), st.booleans()), max_size=120)


@given(marks)
def test_marks_come_back_in_their_order(given_marks: list[Mark]) -> None:
    assert unpack_marks(pack_marks(given_marks)) == sorted(given_marks)


def test_an_ordinary_day_takes_few_bytes() -> None:
    ordinary = [Mark(minute, 16, serving=True) for minute in range(7, 1440, 15)]
    assert len(pack_marks(ordinary)) < 40


@given(marks, marks)
def test_minutes_are_either_proven_or_missing(one: list[Mark], other: list[Mark]) -> None:
    wanted, proven = proven_spans(one), proven_spans(other)
    both, holes = overlap(wanted, proven), missing(wanted, proven)
    assert length(both) + length(holes) == length(wanted)
    assert overlap(both, holes) == []


def test_a_fresh_start_proves_no_more_than_its_own_minutes() -> None:
    assert mark(600, up_ms=4 * 60_000, screen="idle") == Mark(600, 5, serving=True)
    assert mark(600, up_ms=10**9, screen="idle") == Mark(600, 16, serving=True)
    assert not mark(600, up_ms=10**9, screen="failed").serving
    assert clock(785) == "13.05"


@pytest.mark.django_db
def test_a_kiosk_carried_away_at_noon_shows_as_a_hole() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    morning = [post.alive(at(MONDAY, "07:45", seconds=900 * number)) for number in range(18)]
    tuesday = MONDAY + timedelta(days=1)
    whole = [post.alive(at(tuesday, "07:45", seconds=900 * number)) for number in range(40)]
    with transaction.atomic():
        project([*morning, *whole])
    wednesday = datetime(2026, 11, 4, 12, tzinfo=UTC)
    (kiosk,) = attendance(post.unit, between(MONDAY, tuesday), now=wednesday)
    monday, next_day = kiosk.days
    assert monday.opening == (Span(480, 960),)
    assert monday.proven == (Span(480, 720),)
    assert monday.holes == (Span(720, 960),)
    assert next_day.holes == ()
    assert (kiosk.proven_minutes, kiosk.opening_minutes) == (720, 960)
    assert kiosk.hours_assumed
    with transaction.atomic():
        unproject([*morning, *whole])
    assert KioskDay.objects.count() == 0


@pytest.mark.django_db
def test_opening_hours_come_from_the_kiosks_settings_and_today_counts_until_now() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    KioskSettings.objects.create(
        kiosk=post.kiosk, version=1, message=b"", content={"opening_hours": {"mon": [["09:00", "11:00"]]}}
    )
    with transaction.atomic():
        project([post.alive(at(MONDAY, "09:15"))])
    now = datetime(2026, 11, 2, 2, 30, tzinfo=UTC)
    (kiosk,) = attendance(post.unit, between(MONDAY, MONDAY), now=now)
    assert kiosk.days[0].opening == (Span(540, 570),)
    assert (kiosk.proven_minutes, kiosk.opening_minutes) == (15, 30)
    assert not kiosk.hours_assumed


@pytest.mark.django_db
def test_days_at_another_unit_are_not_held_against_this_one() -> None:
    here = Post(add_unit("u1", region="18.01.05.2003"))
    there = add_unit("u2", region="18.02.05.2003")
    moved = datetime(2026, 11, 3, 0, tzinfo=UTC)
    assign(here.kiosk, unit=here.unit, place=here.place, since=moved - timedelta(days=9))
    assign(here.kiosk, unit=there, place=here.place, since=moved)
    with transaction.atomic():
        project([here.alive(at(MONDAY, "09:15"))])
    period = between(MONDAY, MONDAY + timedelta(days=3))
    now = datetime(2026, 11, 9, tzinfo=UTC)
    assert [day.date for day in attendance(here.unit, period, now=now)[0].days] == [MONDAY]
    assert len(attendance(there, period, now=now)[0].days) == 3


@pytest.mark.django_db
def test_a_quarter_asks_no_more_of_the_database_than_a_day(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    with transaction.atomic():
        project([post.alive(at(MONDAY + timedelta(days=day))) for day in range(90)])
    now = datetime(2027, 3, 1, tzinfo=UTC)
    for days in (0, 90):
        with django_assert_num_queries(5):
            assert attendance(post.unit, between(MONDAY, MONDAY + timedelta(days=days)), now=now)


def test_a_mark_proves_nothing_of_what_stood_before_the_one_before_it() -> None:
    begun, ended, later = (
        Mark(600, 16, serving=True),
        Mark(610, 16, serving=False),
        Mark(615, 16, serving=True),
    )
    assert proven_spans([begun, ended, later]) == [Span(584, 600), Span(610, 615)]


@given(
    marks=st.lists(st.builds(Mark, st.integers(0, 1439), st.integers(0, 16), st.booleans()), max_size=30),
    cut=st.integers(0, 30),
)
def test_a_day_that_goes_on_is_packed_as_if_it_had_come_at_once(marks: list[Mark], cut: int) -> None:
    """Also where what comes later lies before what is there, or in its very minute."""
    whole = pack_marks(marks) if marks else b""
    assert with_marks(with_marks(b"", marks[:cut]), marks[cut:]) == whole
    assert with_marks(whole, (), without=marks) == b""


ODD = st.sampled_from(
    [None, True, False, 0, 1, -1, 2**53, 1.0, "", "a", "x" * 65, [], [1], {}, {"a": 1}, {"a": -1}, {"a": "b"}]
)


@given(
    fields=st.dictionaries(
        st.sampled_from(
            ["screen", "open", "presses", "answered", "rejected", "stuck", "troubles", "log", "new"]
        ),
        ODD,
    )
)
def test_the_quick_reading_of_a_body_takes_what_the_full_one_takes(fields: dict[str, object]) -> None:
    def read(by: Callable[[dict[str, object]], str]) -> str:
        try:
            return by({"screen": "idle"} | fields)
        except Malformed as error:
            return f"refused: {error.code}"

    assert read(screen_of) == read(lambda body: Alive.from_body(body).screen)
