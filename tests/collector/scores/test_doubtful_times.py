"""What came late, was dated anew, or may lie beyond a period's border stands beside the index, and the index both ways."""

import json
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.evidence.intake.accepted import LATE_MS, AcceptedRecord
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import Result, Timing
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.models import DoubtfulTime
from collector.scores.show.as_text import as_text
from collector.scores.tallies.projection import project, unproject
from survey.index.indices import index
from survey.index.periods import between, parse
from survey.index.tally import Tally
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import MONDAY, SKM, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def found(post: Post, first: date = MONDAY, last: date = MONDAY, **more: object) -> Result:
    question = IndexQuestion(Scope(unit=post.unit.code), between(first, last), **more)
    return indices(question).whole


def village() -> Post:
    return Post(add_unit("u1", region="18.01.05.2003"))


def put(*records: AcceptedRecord) -> None:
    with transaction.atomic():
        assert not project(records)


def late(record: AcceptedRecord, ms: int) -> AcceptedRecord:
    return msgspec.structs.replace(record, received_ms=record.at_ms + ms)


given_answer = st.tuples(
    st.integers(-3, 3),  # days from a Monday
    st.integers(0, 24 * 60 - 1),
    st.integers(1, 4),
    st.sampled_from([0, 30 * 60_000, 5 * HOUR_MS, 30 * HOUR_MS]),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given=st.lists(given_answer, min_size=1, max_size=20), length=st.integers(0, 2), cut=st.integers(0, 20)
)
def test_an_index_both_ways_is_what_the_raw_responses_give(
    db: None, given: list[tuple[int, int, int, int, bool, bool]], length: int, cut: int
) -> None:
    with transaction.atomic():
        post = village()
        records = []
        narrow, wide, counts = [], [], [0, 0, 0, 0]
        start = at(MONDAY, "00:00")
        end = start + (length + 1) * DAY_MS
        for day, minute, value, error, was_late, redated in given:
            moment = at(MONDAY + timedelta(days=day), "00:00", seconds=60 * minute)
            record = post.response(answers(value), moment, error_ms=error)
            record = msgspec.structs.replace(record, sync=not redated)
            records.append(late(record, LATE_MS + 1 if was_late else LATE_MS))
            counted = start <= moment < end
            certain = start <= moment - error and moment + error < end
            possible = start <= moment + error and moment - error < end
            if counted:
                counts[0] += was_late
                counts[1] += redated
                counts[2] += not certain
            counts[3] += possible and not counted
            narrow += [answers(value)] * (counted and certain)
            wide += [answers(value)] * (counted or possible)
        put(*records[:cut])
        put(*records[cut:])
        whole = found(post, MONDAY, MONDAY + timedelta(days=length), smallest_group=1)
        timing = whole.timing or Timing(0, 0, 0, 0)
        assert [timing.late, timing.redated, timing.outside, timing.inside] == counts
        days = whole.index.day_effects if whole.index else None
        if counts[2] and narrow:
            assert timing.narrow == index(SKM, Tally.of(SKM, narrow), like=days)
        if counts[3]:
            assert timing.wide == index(SKM, Tally.of(SKM, wide), like=days)
        unproject(records)
        assert DoubtfulTime.objects.count() == 0
        transaction.set_rollback(True)


def test_nobody_is_told_apart_by_the_index_both_ways() -> None:
    post = village()
    put(*[post.response(answers(3), at(MONDAY)) for _ in range(10)])
    edge = at(MONDAY, "23:50")
    put(*[post.response(answers(1), edge, error_ms=HOUR_MS) for _ in range(4)])
    timing = found(post).timing
    assert timing is not None
    assert (timing.outside, timing.narrow, timing.wide) == (4, None, None)
    put(post.response(answers(1), edge, error_ms=HOUR_MS))
    timing = found(post).timing
    assert timing is not None
    assert timing.narrow is not None
    assert (timing.narrow.value, timing.narrow.n) == (75, 10)
    tuesday = found(post, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1))
    assert (tuesday.index, tuesday.timing and tuesday.timing.inside) == (None, 5)


def test_a_rest_too_small_to_be_shown_is_not_shown_by_the_difference() -> None:
    post = village()
    put(*[post.response(answers(3), at(MONDAY)) for _ in range(4)])
    put(*[post.response(answers(1), at(MONDAY, "23:50"), error_ms=HOUR_MS) for _ in range(6)])
    timing = found(post).timing
    assert timing is not None
    assert (timing.outside, timing.narrow) == (6, None)


def test_groups_of_services_have_their_own_and_hours_have_none() -> None:
    post = village()
    ktp = post.service("ktp")
    put(*[late(post.response(answers(3), at(MONDAY), service=ktp), LATE_MS + 1) for _ in range(5)])
    put(*[post.response(answers(3), at(MONDAY)) for _ in range(5)])
    question = IndexQuestion(Scope(unit="u1"), between(MONDAY, MONDAY), by=(Dimension.SERVICE,))
    groups = {one.group[0].code: one.timing for one in indices(question).groups}
    assert (groups["ktp"] and groups["ktp"].late, groups[""]) == (5, None)
    question = IndexQuestion(Scope(unit="u1"), between(MONDAY, MONDAY), by=(Dimension.HOUR,))
    answer = indices(question)
    assert (answer.whole.timing and answer.whole.timing.late, answer.groups[0].timing) == (5, None)


def test_every_door_says_it(capsys: pytest.CaptureFixture[str], client: Client, own_clock: OwnClock) -> None:
    post = village()
    edge = at(MONDAY, "23:50")
    put(*[post.response(answers(3), at(MONDAY)) for _ in range(8)])
    put(*[late(post.response(answers(1), edge, error_ms=HOUR_MS), LATE_MS + 1) for _ in range(5)])
    answer = indices(IndexQuestion(Scope(unit="u1"), between(MONDAY, MONDAY)))
    text = as_text(answer, "id")
    assert "5 respons tiba lebih dari 30 hari setelah diberikan." in text
    assert "5 respons mungkin diberikan di luar periode ini; tanpa itu: 75,00 C (n = 8)." in text
    capsys.readouterr()
    days = ("--from", MONDAY.isoformat(), "--to", MONDAY.isoformat())
    call_command("index", "--unit", "u1", *days, "--json")
    told = json.loads(capsys.readouterr().out)["timing"]
    assert (told["late"], told["redated"], told["maybe_outside"], told["maybe_inside"]) == (5, 0, 5, 0)
    assert (told["narrow"]["n"], told["narrow"]["value"], told["wide"]) == (8, 75.0, None)
    own_clock.moment = datetime(2027, 1, 5, tzinfo=UTC)
    publishing.publish(Unit.objects.get(code="u1"), parse("2026-TW4"), who="console:test")
    page = client.get("/unit/u1/").content.decode()
    assert "5 respons tiba lebih dari 30 hari setelah diberikan." in page


def test_what_is_projected_again_has_no_second_doubt() -> None:
    post = village()
    record = late(post.response(answers(3), at(MONDAY)), LATE_MS + 1)
    with transaction.atomic():
        project([record])
        unproject([record])
        project([msgspec.structs.replace(record, received_ms=record.at_ms)])
    assert DoubtfulTime.objects.count() == 0
