"""Answers: what may be asked, what is withheld, and what always stands beside a number."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from collector.evidence.intake.accepted import AcceptedRecord
from collector.fleet.models import Region
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer, QuestionError
from collector.scores.ask.scope import Days, Dimension, Scope
from collector.scores.ask.words import question
from collector.scores.models import Population
from collector.scores.tallies import flagging
from collector.scores.tallies.projection import project
from survey.index.indices import Policy
from survey.index.periods import between, parse
from survey.instrument.weights import Stages, WeightMode
from tests.collector.scores.village import MONDAY, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

QUARTER = parse("2026-TW4")


def put(*records: AcceptedRecord) -> None:
    with transaction.atomic():
        assert project(records) == []


def many(post: Post, values: str, *, clock: str = "09:00", **more: object) -> list[AcceptedRecord]:
    """One response a digit, four minutes apart, the same digit for all nine."""
    return [
        post.response(answers(int(value)), at(MONDAY, clock, seconds=240 * number), **more)
        for number, value in enumerate(values)
    ]


def ask(*, by: tuple[Dimension, ...] = (), period=QUARTER, **more: object) -> IndexAnswer:
    scope = {name: more.pop(name) for name in list(more) if name in Scope.__slots__}
    return indices(IndexQuestion(Scope(**scope), period, by=by, **more))


def shown(answer: IndexAnswer) -> dict[str, int | None]:
    return {group.group[0].code: group.n for group in answer.groups}


def test_regions_agencies_and_their_units_are_pooled_and_not_averaged() -> None:
    big = Post(add_unit("besar", region="18.01.05.2003", agency="desa-a"))
    small = Post(add_unit("kecil", region="18.01.06.2001", agency="desa-b"), name="k2", stream=2)
    other = Post(add_unit("lain", region="18.10.01.2001"), name="k3", stream=3)
    put(*many(big, "333333333333"), *many(small, "444444"), *many(other, "11111"))
    assert ask(region="18.01").whole.index.value == Decimal("83.33")
    assert ask(region="18.01").whole.n == 18
    assert ask(region="18").whole.n == 23
    assert ask(agency="desa-b").whole.index.value == 100
    assert ask().whole.n == 23
    assert shown(ask(by=(Dimension.REGENCY,))) == {"18.01": 18, "18.10": 5}
    assert shown(ask(by=(Dimension.VILLAGE,))) == {
        "18.01.05.2003": 12,
        "18.01.06.2001": 6,
        "18.10.01.2001": 5,
    }
    assert shown(ask(by=(Dimension.AGENCY,))) == {"": 5, "desa-a": 12, "desa-b": 6}
    assert shown(ask(units=("besar", "lain"), by=(Dimension.UNIT,))) == {"besar": 12, "lain": 5}


def test_a_code_is_no_prefix_of_another_region() -> None:
    post = Post(add_unit("lain", region="18.10.01.2001"))
    put(*many(post, "11111"))
    with pytest.raises(QuestionError) as refused:
        ask(region="18.1")
    assert refused.value.code == "region_unknown"


def test_service_place_and_kiosk_narrow_the_question() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "44444", service=post.service("ktp", "KTP")), *many(post, "222222", clock="13:00"))
    assert ask(service="ktp").whole.n == 5
    assert ask(unit="u1", service="ktp").whole.index.value == 100
    assert ask(kiosk="k1").whole.n == 11
    assert ask(place="tempat-k1").whole.n == 11
    by_service = ask(unit="u1", by=(Dimension.SERVICE,))
    assert [(group.group[0].code, group.group[0].name) for group in by_service.groups] == [
        ("", ""),
        ("ktp", "KTP"),
    ]
    by_both = ask(service="ktp", by=(Dimension.HOUR,))
    assert shown(by_both) == {"09": 5}


def test_groups_under_five_are_not_shown() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "333333", profile={"sex": "L"}), *many(post, "1111", profile={"sex": "P"}, clock="13:00"))
    answer = ask(unit="u1", by=(Dimension.SEX,))
    assert answer.whole.n == 10
    by_code = {group.group[0].code: group for group in answer.groups}
    assert by_code["P"].withheld
    assert by_code["P"].index is None
    assert by_code["P"].n is None
    assert by_code["L"].withheld, "what is missing from the whole would give the other group away"
    console = ask(unit="u1", by=(Dimension.SEX,), smallest_group=1)
    assert shown(console) == {"L": 6, "P": 4}


def test_a_small_group_hides_among_others_that_are_withheld() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(
        *many(post, "333333", profile={"job": "petani"}),
        *many(post, "222", profile={"job": "pns"}, clock="11:00"),
        *many(post, "4444", profile={"job": "swasta"}, clock="13:00"),
    )
    assert shown(ask(unit="u1", by=(Dimension.JOB,))) == {"petani": 6, "pns": None, "swasta": None}


def test_a_whole_under_five_is_not_shown_either() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "3333"))
    whole = ask(unit="u1").whole
    assert whole.withheld
    assert (whole.n, whole.index) == (None, None)
    assert ask(unit="u1", smallest_group=1).whole.n == 4


def test_nobody_at_all_is_no_secret() -> None:
    add_unit("u1", region="18.01.05.2003")
    whole = ask(unit="u1").whole
    assert not whole.withheld
    assert (whole.n, whole.index) == (0, None)


def test_flagged_responses_stay_in_the_index_and_beside_it_it_stands_without_them() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    burst = [
        post.response(answers(4), at(MONDAY, "15:00", seconds=30 * number), duration_s=20)
        for number in range(9)
    ]
    put(*many(post, "222222"), *burst)
    assert ask(unit="u1").flags_waiting == 1
    assert flagging.settle() == 1
    answer = ask(unit="u1")
    assert answer.flags_waiting == 0
    assert answer.whole.n == 15
    assert answer.whole.flagged == 9
    assert answer.whole.index.value == Decimal("80.00")
    assert answer.whole.without_flagged.value == Decimal("50.00")
    assert answer.whole.without_flagged.n == 6


def test_what_would_be_left_without_the_flagged_is_withheld_when_it_is_small() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    burst = [
        post.response(answers(4), at(MONDAY, "15:00", seconds=30 * number), duration_s=20)
        for number in range(9)
    ]
    put(*many(post, "22"), *burst)
    flagging.settle()
    assert ask(unit="u1").whole.without_flagged is None


def test_a_kiosk_that_reports_itself_alive_has_its_flags_looked_at() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    burst = [
        post.response(answers(4), at(MONDAY, "15:00", seconds=30 * number), duration_s=20)
        for number in range(9)
    ]
    put(*burst)
    assert ask(unit="u1").whole.flagged == 0
    put(post.alive(at(MONDAY, "15:15")))
    assert ask(unit="u1").whole.flagged == 9


def test_the_pulse_stands_apart_and_is_never_in_the_index() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "22222"), *(post.pulse(value, at(MONDAY, "13:00")) for value in (4, 4, 4, 3, 1)))
    whole = ask(unit="u1").whole
    assert whole.n == 5
    assert whole.index.value == Decimal("50.00")
    assert (whole.pulse.n, whole.pulse.satisfied, whole.pulse.percent) == (5, 4, Decimal("80.00"))
    put(*(post.pulse(4, at(MONDAY, "13:00")) for _ in range(2)))
    fewer = ask(unit="u1", period=between(MONDAY + timedelta(days=1), date(2026, 12, 31))).whole
    assert fewer.pulse is None


def test_incomplete_questionnaires_are_counted_apart_and_enter_only_when_asked() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    broken = [post.response({"persyaratan": 1}, at(MONDAY, "13:00"), ended="timeout") for _ in range(5)]
    put(*many(post, "33333"), *broken)
    whole = ask(unit="u1").whole
    assert (whole.n, whole.incomplete, whole.index.value) == (5, 5, Decimal("75.00"))
    everything = ask(unit="u1", policy=Policy.ALL).whole
    assert everything.index.element("persyaratan").n == 10
    assert everything.index.element("persyaratan").value == Decimal("50.00")


def test_sufficiency_is_measured_against_what_the_unit_stated_for_that_very_period() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "333333"))
    assert ask(unit="u1").whole.sufficiency is None
    Population.objects.create(
        unit=post.unit,
        first_day=QUARTER.first,
        last_day=QUARTER.last,
        users=100,
        stated_at=datetime(2026, 12, 31, tzinfo=UTC),
    )
    sample = ask(unit="u1").whole.sufficiency
    assert (sample.required, sample.collected, sample.is_sufficient) == (80, 6, False)
    assert ask(unit="u1", period=parse("2026")).whole.sufficiency is None
    assert ask(unit="u1", population=7).whole.sufficiency.required == 7
    by_unit = ask(by=(Dimension.UNIT,)).groups[0]
    assert by_unit.sufficiency.required == 80
    assert ask(unit="u1", by=(Dimension.MONTH,)).groups[0].sufficiency is None, (
        "stated for the quarter, not a month"
    )


def test_a_stated_population_narrows_the_interval() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "3323433"))
    free, known = ask(unit="u1").whole.index.interval, ask(unit="u1", population=14).whole.index.interval
    assert known.high - known.low < free.high - free.low


def test_versions_of_an_instrument_are_never_added() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "44444"))
    assert ask(unit="u1", instrument="skm-2017@1").whole.n == 5
    with pytest.raises(QuestionError) as refused:
        ask(unit="u1", instrument="skm-2031")
    assert refused.value.code == "instrument_unknown"


@pytest.mark.parametrize(
    "words, code",
    [
        ({"period": "2026-TW5"}, "period"),
        ({"from": "2026-01-01"}, "period"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "period"),
        ({"period": "2026", "from": "2026-01-01", "to": "2026-01-02"}, "period"),
        ({}, "period"),
        ({"period": "2026", "by": "weather"}, "by"),
        ({"period": "2026", "by": "unit,unit"}, "by"),
        ({"period": "2026", "weight_mode": "0.1"}, "weight_mode"),
        ({"period": "2026", "policy": "none"}, "policy"),
        ({"period": "2026", "population": "-3"}, "population"),
        ({"period": "2026", "colour": "blue"}, "parameter_unknown"),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(words: dict[str, str], code: str) -> None:
    with pytest.raises(QuestionError) as refused:
        question(words)
    assert refused.value.code == code


@pytest.mark.parametrize("what", ["unit", "region", "agency", "service", "place", "kiosk"])
def test_what_is_called_by_no_name_is_said_to_be_unknown(what: str) -> None:
    with pytest.raises(QuestionError) as refused:
        indices(question({"period": "2026", what: "99"}))
    assert refused.value.code == f"{what}_unknown"


def test_hour_and_profile_together_would_show_persons() -> None:
    with pytest.raises(QuestionError) as refused:
        ask(by=(Dimension.HOUR, Dimension.SEX))
    assert refused.value.code == "by_too_fine"


@pytest.mark.parametrize(
    "first, last, months, days",
    [
        ("2026-01-01", "2026-03-31", 3, 0),
        ("2026-01-02", "2026-03-31", 2, 30),
        ("2026-01-01", "2026-03-30", 2, 30),
        ("2026-01-31", "2026-04-01", 2, 2),
        ("2026-01-05", "2026-01-20", 0, 16),
        ("2026-01-05", "2026-02-20", 0, 47),
        ("2024-02-01", "2024-02-29", 1, 0),
        ("1900-01-01", "1970-01-31", 1, 0),
        ("1900-01-01", "1969-12-31", 0, 0),
        ("2299-12-01", "9999-12-31", 1, 0),
        ("2300-01-01", "9999-12-31", 0, 0),
    ],
)
def test_days_are_cut_into_whole_months_and_what_is_left(
    first: str, last: str, months: int, days: int
) -> None:
    cut = Days(date.fromisoformat(first), date.fromisoformat(last))
    assert (cut.months[1] - cut.months[0] + 1 if cut.months else 0) == months
    assert sum(end - start + 1 for start, end in cut.edges) == days


def test_a_small_unit_does_not_make_its_neighbours_vanish() -> None:
    small = Post(add_unit("kecil", region="18.01.05.2003"))
    big = Post(add_unit("besar", region="18.01.05.2004"), name="k2", stream=2)
    put(*many(small, "333"), *many(big, "333333"))
    assert shown(ask(region="18.01", by=(Dimension.UNIT,))) == {"besar": 6, "kecil": None}


@pytest.mark.parametrize("by", [(), (Dimension.DAY,), (Dimension.HOUR,), (Dimension.SERVICE,)])
@pytest.mark.parametrize(
    "span", [("0001-01-01", "1969-12-31"), ("2300-01-01", "9999-12-31"), ("0001-01-01", "9999-12-31")]
)
def test_days_beyond_the_calendar_of_keys_reach_into_nobody_elses(
    span: tuple[str, str], by: tuple[Dimension, ...]
) -> None:
    before, post, after = (
        Post(add_unit(f"u{number}", region=f"18.01.05.200{number}"), name=f"k{number}", stream=number)
        for number in (1, 2, 3)
    )
    put(*many(before, "11111"), *many(post, "333333"), *many(after, "44444"))
    wide = span == ("0001-01-01", "9999-12-31")
    answer = ask(unit="u2", period=between(*map(date.fromisoformat, span)), by=by)
    assert answer.whole.n == (6 if wide else 0)
    assert sum(group.n or 0 for group in answer.groups) == (6 if wide and by else 0)


def test_a_region_without_a_name_is_known_by_its_units() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "33333"))
    Region.objects.exclude(code="18.01.05.2003").delete()
    answer = ask(region="18.01")
    assert (answer.names, answer.whole.n) == ({"region": "18.01"}, 5)


@pytest.mark.parametrize(
    "action, flagged", [("opened", 1), ("closed", 1), ("wrong_pin", 0), ("storage_restored", 0)]
)
def test_only_what_staff_alone_can_do_makes_answers_beside_it_suspicious(action: str, flagged: int) -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    put(*many(post, "33333"), post.record("staff", at(MONDAY, "09:16"), body={"action": action}))
    flagging.settle()
    assert ask(unit="u1").whole.flagged == flagged


def test_ways_of_ending_are_counted_though_they_have_no_index() -> None:
    post = Post(add_unit("u1", region="18.01.05.2003"))
    left = [
        post.response({"persyaratan": 3}, at(MONDAY), ended="timeout", ended_at="waktu") for _ in range(6)
    ]
    rare = [post.response({}, at(MONDAY), ended="declined") for _ in range(4)]
    put(*many(post, "33333"), *left, *rare)
    groups = {group.group[0].code: group for group in ask(unit="u1", by=(Dimension.ENDED,)).groups}
    assert (groups["timeout:waktu"].n, groups["timeout:waktu"].incomplete) == (0, 6)
    assert (groups["finished"].n, groups["finished"].index.value) == (5, Decimal("75.00"))
    assert groups["declined"].withheld


def test_an_office_s_own_rounding_gives_its_own_series() -> None:
    """Twenty-nine people whose sums an office rounded to two decimals at each stage: 91.25 where 91.48 is exact."""
    post = Post(add_unit("seri", region="18.01.05.2009"), name="k9", stream=9)
    sums = (105, 101, 100, 116, 102, 105, 106, 105, 115)
    columns = [[4 if place < total - 3 * 29 else 3 for place in range(29)] for total in sums]
    put(
        *(
            post.response(answers(*row), at(MONDAY, seconds=90 * n))
            for n, row in enumerate(zip(*columns, strict=True))
        )
    )
    asked = IndexQuestion(Scope(unit="seri"), parse("2026-TW4"))
    found = indices(asked).whole.index
    rounded = indices(
        replace(asked, weight_mode=WeightMode.THREE_DECIMALS, rounding=Stages(2, 2))
    ).whole.index
    assert found is not None
    assert rounded is not None
    assert (str(found.value), str(rounded.value), rounded.rounding.label) == (
        "91.48",
        "91.25",
        "NRR 2, NRR tertimbang 2",
    )
