"""Shares: each question by itself, each answer with its doubt, and no number of the whole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.index.clusters import Clusters
from survey.index.indices import index
from survey.index.pulse import share
from survey.index.shares import QuestionShares, shares
from survey.index.tally import Tally
from survey.instrument.definition import load, parse, shipped_files
from survey.record.errors import InstrumentError, NothingAnswered
from tests.survey.samples import SKM

ASKED = load("maladministrasi")
FORMS = {
    "penundaan_berlarut", "tidak_memberikan_pelayanan", "tidak_kompeten", "penyalahgunaan_wewenang", "penyimpangan_prosedur",
    "permintaan_imbalan", "tidak_patut", "berpihak", "diskriminasi", "konflik_kepentingan",
}  # fmt: skip


def given_answers(*of_reward: int) -> list[dict[str, int]]:
    """Answers `no` to all but the question on rewards, which is answered as given."""
    return [dict.fromkeys(ASKED.element_keys, 3) | {"permintaan_imbalan": one} for one in of_reward]


def rewards(*values: int, clusters: Clusters | None = None) -> QuestionShares:
    found = shares(ASKED, Tally.of(ASKED, given_answers(*values)), clusters=clusters)
    assert [one.key for one in found] == list(ASKED.element_keys)
    return next(one for one in found if one.key == "permintaan_imbalan")


def test_all_ten_forms_are_asked_with_yes_not_sure_and_no() -> None:
    assert set(ASKED.element_keys) == FORMS
    assert len(ASKED.questions) == 10
    for question in ASKED.questions:
        assert [option.label["id"] for option in question.options] == ["Ya", "Tidak yakin", "Tidak"]


def test_taking_part_is_asked_as_invited_came_spoke_and_was_answered() -> None:
    asked = load("partisipasi")
    assert asked.question_order == ("diundang", "hadir", "menyampaikan", "ditanggapi")
    assert [option.label["id"] for option in asked.questions[0].options] == ["Tidak", "Tidak yakin", "Ya"]


def test_each_answer_has_its_share_with_an_interval_around_it() -> None:
    found = rewards(*[1] * 3, 2, *[3] * 16)
    assert found.n == 20
    assert [(one.value, one.count, str(one.percent)) for one in found.answers] == [
        (1, 3, "15.00"),
        (2, 1, "5.00"),
        (3, 16, "80.00"),
    ]
    for one in found.answers:
        assert one.interval is not None
        assert one.interval.low < one.percent < one.interval.high


def test_a_share_has_the_very_interval_that_a_pulse_of_as_many_satisfied_has() -> None:
    pulse = load("pulse")
    smileys = share(pulse, Tally.of(pulse, [{"kepuasan": value} for value in [1] * 6 + [4] * 14]))
    (yes, _, no) = rewards(*[1] * 6, *[3] * 14).answers
    assert (no.percent, no.interval) == (smileys.percent, smileys.interval)
    assert yes.interval is not None
    assert smileys.interval is not None
    assert yes.interval.high == 100 - smileys.interval.low


def test_answers_that_come_in_days_are_worth_less() -> None:
    row = given_answers(*[1] * 10, *[3] * 10)
    one_mind_a_day = [
        (5, 0, *(sum(one[key] for one in row[start : start + 5]) for key in ASKED.element_keys))
        for start in range(0, 20, 5)
    ]
    alone, together = (
        rewards(*[1] * 10, *[3] * 10),
        rewards(*[1] * 10, *[3] * 10, clusters=Clusters.of(one_mind_a_day)),
    )
    assert together.days is not None
    assert together.days.days == 4
    assert alone.answers[0].interval is not None
    assert together.answers[0].interval is not None
    assert together.answers[0].interval.low < alone.answers[0].interval.low
    assert together.answers[0].percent == alone.answers[0].percent


def test_one_alone_has_no_interval_and_nobody_no_share() -> None:
    assert [one.interval for one in rewards(1).answers] == [None] * 3
    with pytest.raises(NothingAnswered):
        shares(ASKED, Tally.of(ASKED, [{"berpihak": 1}]))


def test_shares_are_of_their_own_kind_alone_and_are_never_an_index() -> None:
    with pytest.raises(ValueError, match="leads to no shares"):
        shares(SKM, Tally.empty(SKM))
    with pytest.raises(ValueError, match="gives no shares of maladministrasi"):
        shares(ASKED, Tally.empty(load("partisipasi")))
    with pytest.raises(ValueError, match="leads to shares"):
        index(ASKED, Tally.of(ASKED, given_answers(1)))
    (file,) = (one for one in shipped_files() if one.name == "maladministrasi.toml")
    text = file.read_text(encoding="utf-8")
    with pytest.raises(InstrumentError, match="IKM for an SKM"):
        parse(text.replace('index_name = "Persepsi maladministrasi"', 'index_name = "IKM"'), file="x")


@given(st.lists(st.integers(1, 3), min_size=2, max_size=60))
def test_the_shares_of_a_question_are_all_of_it(values: list[int]) -> None:
    found = rewards(*values)
    assert sum(one.count for one in found.answers) == found.n == len(values)
    for one in found.answers:
        assert abs(Fraction(one.percent) - 100 * Fraction(one.count, found.n)) <= Fraction(1, 200)
        assert one.interval is not None
        assert one.interval.low <= one.percent <= one.interval.high
