"""Days as clusters: the sums over unit-days always follow from the responses, on both sides of the flags."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.evidence.intake.accepted import AcceptedRecord
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import Result
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.models import Response, UnitDay, UnitTally
from collector.scores.tallies import flagging
from collector.scores.tallies.keys import day_date, response_id
from collector.scores.tallies.packing import to_counts, to_number
from collector.scores.tallies.projection import project, unproject
from collector.scores.tallies.unit_days import DayRows
from survey.index.clusters import Clusters
from survey.index.indices import index
from survey.index.periods import between
from survey.index.tally import Tally
from tests.collector.scores.village import MONDAY, SKM, Post, add_unit, answers, at
from tests.survey.samples import clusters_of

people = st.integers(0, 9)
totals = st.integers(-400, 400)


rows = DayRows(SKM)
given_answers = st.lists(st.lists(st.integers(1, 4), min_size=9, max_size=9), max_size=6)


def counted(people: list[list[int]], *, sign: int = 1) -> int:
    tally = Tally.of(SKM, [dict(zip(SKM.element_keys, values, strict=True)) for values in people])
    return sign * to_number([sum(map(sum, people)), *tally.to_ints()])


@given(given_answers, given_answers, st.integers(-5, 5), st.booleans())
def test_a_change_of_a_row_tells_number_and_answers_though_it_takes_out(
    added: list[list[int]], taken: list[list[int]], incomplete: int, flagged: bool
) -> None:
    change = counted(added) + counted(taken, sign=-1) + to_number([0, 0, incomplete, *[0] * 37, -3])
    side = rows.side_of(change, flagged=flagged)
    totals = [sum(row[place] for row in added) - sum(row[place] for row in taken) for place in range(9)]
    wanted = [len(added) - len(taken), *totals]
    assert side == to_number([*[0] * 10, *wanted] if flagged else wanted)


@given(given_answers, given_answers)
def test_the_sums_of_a_day_are_right_for_the_sound_side_and_for_both(
    sound: list[list[int]], flagged: list[list[int]]
) -> None:
    day = rows.side_of(counted(sound), flagged=False) + rows.side_of(counted(flagged), flagged=True)
    found = rows.sums_of(day)

    def clusters(number: int) -> Clusters:
        read = Clusters.from_row(to_counts(number, rows.sums))
        return read if read.days else Clusters()

    def wanted(people: list[list[int]]) -> Clusters:
        return clusters_of([(0, dict(zip(SKM.element_keys, values, strict=True))) for values in people])

    assert clusters(found.sound) == wanted(sound)
    assert clusters(found.sound + found.flagged) == wanted(sound + flagged)


given_response = st.tuples(
    st.integers(0, 1),  # whose
    st.integers(-35, 35),  # days from a Monday
    st.integers(0, 3),  # minutes after nine: crowded enough for flags
    st.lists(st.integers(1, 4), min_size=9, max_size=9) | st.just([4] * 9) | st.just([1, 2]),
    st.sampled_from([None, "ktp"]),
    st.sampled_from([2, 60]),  # seconds it took
)


@pytest.mark.heavy
@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(given_response, min_size=1, max_size=25),
    cut=st.integers(0, 25),
    taken=st.sets(st.integers(0, 24)),
    first=st.integers(-35, 10),
    length=st.integers(0, 60),
)
def test_sums_over_days_follow_the_responses_through_flags_and_repairs(
    db: None, drawn: list, cut: int, taken: set[int], first: int, length: int
) -> None:
    with transaction.atomic():
        posts = [
            Post(add_unit(f"u{number}", region="18.01.05.2003"), name=f"k{number}", stream=number)
            for number in (1, 2)
        ]
        services = [{None: None, "ktp": post.service(f"ktp{post.name}")} for post in posts]
        records = []
        for whose, day, minute, values, service, seconds in drawn:
            moment = at(MONDAY + timedelta(days=day), "09:00", seconds=60 * minute)
            record = posts[whose].response(
                answers(*values), moment, service=services[whose][service], duration_s=seconds
            )
            records.append(record)
        begin = MONDAY + timedelta(days=first)
        period = between(begin, begin + timedelta(days=length))
        put(records[:cut])
        put(records[cut:])
        follows(records, period)
        flagging.settle()
        follows(records, period)
        gone = [record for place, record in enumerate(records) if place in taken]
        unproject(gone)
        left = [record for record in records if record not in gone]
        follows(left, period)
        flagging.settle()
        follows(left, period)
        unproject(left)
        assert (UnitDay.objects.count(), UnitTally.objects.count()) == (0, 0)
        transaction.set_rollback(True)


def put(records: list[AcceptedRecord]) -> None:
    assert project(records) == []


def follows(records: list[AcceptedRecord], period) -> None:
    """Compare every way to ask with the responses themselves."""
    days = {
        row: (day_date(day), bool(flags))
        for row, day, flags in Response.objects.values_list("pk", "day", "flags")
    }
    held = []
    for record in records:
        day, flagged = days[response_id(record.stream_id, record.seq)]
        if period.first <= day <= period.last:
            held.append((record, day, flagged))
    ways: list[tuple[Dimension, Callable[[AcceptedRecord, date], str]]] = [
        (Dimension.UNIT, lambda record, _day: f"u{record.stream_id}"),
        (Dimension.REGENCY, lambda _record, _day: "18.01"),
        (Dimension.MONTH, lambda _record, day: f"{day:%Y-%m}"),
        (Dimension.DAY, lambda _record, day: day.isoformat()),
        (
            Dimension.SERVICE,
            lambda record, _day: f"ktpk{record.stream_id}" if record.service_id is not None else "",
        ),
        (Dimension.KIOSK, lambda record, _day: f"k{record.stream_id}"),
    ]
    for dimension, group_of in ways:
        answer = indices(IndexQuestion(Scope(region="18"), period, (dimension,), smallest_group=1))
        compare(answer.whole, held)
        groups = {group.group[0].code: group for group in answer.groups}
        assert set(groups) == {group_of(record, day) for record, day, _ in held}
        for code, group in groups.items():
            compare(group, [entry for entry in held if group_of(entry[0], entry[1]) == code])
    for scope in (Scope(unit="u1"), Scope(kiosk="k1")):
        own = [entry for entry in held if entry[0].stream_id == 1]
        compare(indices(IndexQuestion(scope, period, smallest_group=1)).whole, own)


def compare(found: Result, held: Iterable[tuple[AcceptedRecord, date, bool]]) -> None:
    given_answers = [
        ((record.unit_id, day), record.response.answers, flagged)
        for record, day, flagged in held
        if record.response
    ]
    complete = [entry for entry in given_answers if len(entry[1]) == 9]
    if not complete:
        assert found.index is None
        return
    wanted = expected(entry[:2] for entry in given_answers)
    assert found.index == wanted
    assert found.index.elements == wanted.elements
    sound = [entry[:2] for entry in given_answers if not entry[2]]
    if any(len(entry[1]) == 9 for entry in sound):
        assert found.without_flagged is not None
        assert found.without_flagged.days == expected(sound).days
        assert found.without_flagged.interval == expected(sound).interval
        assert found.without_flagged.elements == expected(sound).elements


def expected(dated):
    dated = list(dated)
    return index(SKM, Tally.of(SKM, [given for _, given in dated]), clusters=clusters_of(dated))
