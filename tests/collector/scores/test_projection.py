"""Rows and tallies: always what the responses say, in whatever order they came, moved and left."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.models import (
    DayTally,
    DoubtfulTime,
    Form,
    Group,
    GroupTally,
    KioskDay,
    Manner,
    Response,
    StaffAction,
    StaleDay,
    UnitDay,
    UnitTally,
)
from collector.scores.tallies import flagging
from collector.scores.tallies.flags import Flag
from collector.scores.tallies.naming import Names
from collector.scores.tallies.projection import project, unproject
from survey.index.clusters import DayEffects
from survey.index.indices import NothingAnswered, index
from survey.index.periods import between
from survey.index.tally import Tally
from tests.collector.scores.village import MONDAY, SKM, Post, add_unit, answers, at
from tests.survey.samples import clusters_of

pytestmark = pytest.mark.django_db

TABLES = (
    Response,
    DoubtfulTime,
    DayTally,
    UnitDay,
    UnitTally,
    GroupTally,
    KioskDay,
    StaffAction,
    StaleDay,
)


def contents() -> list[list[tuple[object, ...]]]:
    return [
        [
            tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
            for row in table.objects.order_by("pk").values_list()
        ]
        for table in TABLES
    ]


def put(*records: AcceptedRecord) -> list[NotUnderstood]:
    with transaction.atomic():
        return list(project(records))


def whole_index(post: Post, first=MONDAY, last=MONDAY, **more: object):
    question = IndexQuestion(Scope(unit=post.unit.code), between(first, last), smallest_group=1, **more)
    return indices(question)


visits = st.lists(
    st.tuples(
        st.integers(-40, 40),  # days from a Monday
        st.integers(0, 24 * 60 - 1),
        st.lists(st.integers(1, 4), min_size=0, max_size=9),
        st.sampled_from([None, "ktp", "kk"]),
        st.sampled_from([{}, {"sex": "L"}, {"sex": "P", "age": "18-25"}]),
        st.sampled_from([0, 60_000, 5 * 3_600_000]),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visits=visits, first=st.integers(-40, 40), length=st.integers(0, 80), cut=st.integers(0, 25))
def test_an_index_from_the_database_is_the_index_of_the_raw_responses(
    db: None, visits: list, first: int, length: int, cut: int
) -> None:
    with transaction.atomic():
        post = Post(add_unit("u1", region="18.01.05.2003"))
        other = Post(add_unit("u2", region="18.02.05.2003"), name="k2", stream=2)
        services = {code: post.service(code) if code else None for code in (None, "ktp", "kk")}
        records, raw = [], []
        for day, minute, values, service, profile, error in visits:
            local = MONDAY + timedelta(days=day)
            given_answers = answers(*values) if len(values) != 1 else {"waktu": values[0]}
            records.append(
                post.response(
                    given_answers,
                    at(local, "00:00", seconds=60 * minute),
                    service=services[service],
                    profile=profile,
                    error_ms=error,
                )
            )
            raw.append((local, given_answers, service, profile, error, minute // 60))
        noise = [other.response(answers(1), at(MONDAY))]
        put(*records[:cut], *noise)
        put(*records[cut:])
        begin = MONDAY + timedelta(days=first)
        end = begin + timedelta(days=length)
        inside = [entry for entry in raw if begin <= entry[0] <= end]

        def check(found, wanted: list, *, like: DayEffects | None = None) -> None:
            tally = Tally.of(SKM, [entry[1] for entry in wanted])
            clusters = None if like else clusters_of(entry[:2] for entry in wanted)
            try:
                expected = index(SKM, tally, clusters=clusters, like=like)
            except NothingAnswered:
                assert found is None or found.index is None
                return
            assert found is not None
            assert found.index == expected
            assert found.index.elements == expected.elements
            assert found.n == tally.complete
            assert found.incomplete == tally.incomplete

        whole = whole_index(post, begin, end).whole
        check(whole, inside)
        days = whole.index.day_effects if whole.index else None
        by_service = whole_index(post, begin, end, by=(Dimension.SERVICE,)).groups
        for service in (None, "ktp", "kk"):
            found = [group for group in by_service if group.group[0].code == (service or "")]
            check(found[0] if found else None, [entry for entry in inside if entry[2] == service])
        by_hour = whole_index(post, begin, end, by=(Dimension.HOUR,)).groups
        for hour in range(24):
            found = [group for group in by_hour if group.group[0].code == f"{hour:02d}"]
            certain = [entry for entry in inside if entry[5] == hour and entry[4] < 3_600_000]
            check(found[0] if found else None, certain, like=days)
        uncertain = [group for group in by_hour if group.group[0].code == "?"]
        rest = [entry for entry in inside if entry[4] > 3_600_000]
        check(uncertain[0] if uncertain else None, rest, like=days)
        by_sex = whole_index(post, begin, end, by=(Dimension.SEX,)).groups
        for sex in "LP":
            found = [group for group in by_sex if group.group[0].code == sex]
            told = [entry for entry in inside if entry[3].get("sex") == sex]
            check(found[0] if found else None, told, like=days)
        for dimension in (
            Dimension.MONTH,
            Dimension.DAY,
            Dimension.QUARTER,
            Dimension.KIOSK,
            Dimension.REGENCY,
        ):
            groups = whole_index(post, begin, end, by=(dimension,)).groups
            complete = sum(1 for entry in inside if len(entry[1]) == 9)
            assert sum(group.n or 0 for group in groups) == complete
        transaction.set_rollback(True)


def some_records(post: Post) -> list[AcceptedRecord]:
    ktp = post.service("ktp")
    records = [
        post.response(
            answers(value), at(MONDAY, "09:00", seconds=400 * number), service=ktp, profile={"sex": "L"}
        )
        for number, value in enumerate([4, 3, 2, 4, 3, 1])
    ]
    records += [
        post.response(answers(4), at(MONDAY, "11:00", seconds=20 * number), duration_s=12)
        for number in range(8)
    ]
    records.append(post.record("staff", at(MONDAY, "09:20"), body={"action": "volume"}))
    records += [post.alive(at(MONDAY, "10:00")), post.alive(at(MONDAY, "10:15"))]
    records.append(post.response({"waktu": 2}, at(MONDAY, "13:00"), ended="timeout", ended_at="biaya"))
    return records


def test_taking_records_out_again_leaves_nothing() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    records = some_records(post)
    put(*records)
    flagging.settle()
    assert Response.objects.exclude(flags=0).exists()
    with transaction.atomic():
        unproject(records)
    flagging.settle()
    assert contents() == [[] for _ in TABLES]


def test_order_and_grouping_of_records_do_not_matter() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    records = some_records(post)
    put(*records)
    flagging.settle()
    wanted = contents()
    with transaction.atomic():
        unproject(records)
    for record in reversed(records):
        put(record)
    flagging.settle()
    assert contents() == wanted


def test_a_response_whose_time_is_repaired_moves_with_its_tallies() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    records = [post.response(answers(4), at(MONDAY), error_ms=10**9), post.response(answers(1), at(MONDAY))]
    put(*records)
    later = MONDAY + timedelta(days=40)
    moved = AcceptedRecord(
        **{
            name: getattr(records[0], name)
            for name in records[0].__struct_fields__
            if name not in ("at_ms", "error_ms")
        },
        at_ms=at(later),
        error_ms=0,
    )
    with transaction.atomic():
        unproject([records[0]])
        project([moved])
    assert whole_index(post).whole.n == 1
    assert whole_index(post, later, later).whole.index.value == 100
    assert whole_index(post, MONDAY, later).whole.n == 2


def test_what_cannot_be_read_is_named_and_stops_nothing() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    records = [
        post.response({"x": 1}, at(MONDAY), instrument="skm-2031"),
        post.response(answers(3) | {"waktu": 9}, at(MONDAY)),
        post.response({"u8": 3}, at(MONDAY)),
        post.response(answers(3), at(MONDAY)),
    ]
    assert [(one.seq, one.code) for one in put(*records)] == [
        (1, "instrument_unknown"),
        (2, "response_answers"),
        (3, "response_answers"),
    ]
    assert whole_index(post).whole.n == 1


@pytest.mark.parametrize("at_ms", [-(2**52), 0, 2**52])
def test_an_absurd_clock_is_counted_somewhere_and_breaks_nothing(at_ms: int) -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    record = post.response(answers(3), at_ms, error_ms=2**52, duration_s=2**50, visit=2**50)
    assert put(record, post.alive(at_ms)) == []
    assert Response.objects.count() == 1
    with transaction.atomic():
        unproject([record])
    assert DayTally.objects.count() == 0


def test_words_no_kiosk_of_ours_would_send_stay_small() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    records = [
        post.response(
            answers(3),
            at(MONDAY),
            ended="x" * 60,
            ended_at="y" * 60,
            profile={"sex": f"code{number}", "shoe size": "44", "age": "é" * 50},
        )
        for number in range(80)
    ]
    assert put(*records) == []
    groups = whole_index(post, by=(Dimension.SEX,)).groups
    assert len(groups) == 65
    assert {group.group[0].code: group.n for group in groups}["lain"] == 16


def test_the_unit_that_earned_a_response_keeps_it_when_the_kiosk_moves() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(post.response(answers(4), at(MONDAY)))
    moved = Post(add_unit("u2", region="18.02.05.2003"), name="k1", stream=1, seq=post.seq)
    put(moved.response(answers(1), at(MONDAY)))
    assert whole_index(post).whole.index.value == 100
    assert whole_index(moved).whole.index.value == 25
    both = indices(IndexQuestion(Scope(kiosk="k1"), between(MONDAY, MONDAY), smallest_group=1)).whole
    assert both.n == 2


def test_local_midnight_parts_two_days() -> None:
    west = Post(add_unit("wib", region="18.01.05.2003"))
    east = Post(add_unit("wit", region="91.03.05.3003", zone="Asia/Jayapura"), name="k2", stream=2)
    moment = at(MONDAY, "22:30")
    put(west.response(answers(4), moment), east.response(answers(4), moment))
    assert whole_index(west).whole.n == 1
    assert whole_index(east).whole.n == 0
    assert whole_index(east, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1)).whole.n == 1


def test_invented_words_make_neither_tables_nor_memory_grow_for_ever() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    words = [f"{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(200)]
    records = [
        post.response({"waktu": 2}, at(MONDAY), ended="timeout", ended_at=f"x{word}", language=word)
        for word in words
    ]
    assert put(*records) == []
    assert Group.objects.filter(dimension="language").count() == 65
    assert Group.objects.filter(dimension="ended").count() == 200
    assert Manner.objects.count() <= 200
    assert DayTally.objects.count() == 1


def test_sheets_that_staff_typed_in_are_flagged_by_a_rule_of_their_own() -> None:
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    moments = [at(MONDAY, "09:00", seconds=number) for number in range(9)]
    typed = [post.response(answers(4), moment, duration_s=0, channel="petugas") for moment in moments]
    assert put(*typed) == []
    flagging.settle()
    assert set(Response.objects.values_list("manner__channel", "flags")) == {("petugas", 0)}
    later = at(MONDAY, "16:00")
    put(post.response(answers(4), later, duration_s=0, channel="petugas"), post.response(answers(4), later))
    flagging.settle()
    found = list(Response.objects.order_by("id").values_list("manner__channel", "flags"))
    assert found == [("petugas", int(Flag.TYPED_IDENTICAL))] * 10 + [("button", 0)]
    put(post.response(answers(4), later + 60_000, channel="telepathy"))
    assert Manner.objects.filter(channel="lain").count() == 1


def test_what_is_rolled_back_uses_up_no_number() -> None:
    """Of instruments' versions 511 can be counted; a database's own counter would lose one with every failed group."""
    before = Form.objects.count()
    for _ in range(3):
        with transaction.atomic():
            Names().forms["skm-2017", "1"]
            transaction.set_rollback(True)
    with transaction.atomic():
        number = Names().forms["skm-2017", "1"]
    highest = Form.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert (before, number, highest) == (0, 1, 1)
