"""Answers as one text, and what they count."""

from hypothesis import given
from hypothesis import strategies as st

from collector.scores.tallies.forms import coded
from collector.scores.tallies.packing import to_number
from survey.index.tally import Tally
from survey.instrument.definition import shipped
from tests.collector.scores.village import SKM, answers

KEYS = SKM.element_keys


@given(st.dictionaries(st.sampled_from(KEYS), st.integers(1, 4)))
def test_any_answers_come_back_and_count_what_the_tally_counts(given_answers: dict[str, int]) -> None:
    form = coded("skm-2017", "1")
    assert form is not None
    text = form.encode(given_answers)
    assert text is not None
    assert form.decode(text) == {key: given_answers[key] for key in KEYS if key in given_answers}
    assert form.tally(form.number(text)) == Tally.of(SKM, [given_answers])
    complete = len(given_answers) == len(KEYS)
    assert form.days.side_of(form.number(text), flagged=False) == (
        to_number([1, *(given_answers[key] for key in KEYS)]) if complete else 0
    )


def test_every_shipped_instrument_counts_its_best_and_worst_answers() -> None:
    for instrument in shipped():
        form = coded(instrument.id, instrument.version)
        assert form is not None
        for value in (instrument.lowest, instrument.highest):
            same = dict.fromkeys(instrument.element_keys, value)
            text = form.encode(same)
            assert text is not None
            assert form.tally(form.number(text)) == Tally.of(instrument, [same])


def test_what_is_no_answer_is_refused() -> None:
    form = coded("skm-2017", "1")
    assert form is not None
    assert form.encode({"persyaratan": 5}) is None
    assert form.encode({"persyaratan": 0}) is None
    assert form.encode({"u8": 3}) is None
    assert form.encode(answers(3) | {"persyaratan": 9}) is None
    assert form.encode({f"x{number}": 1 for number in range(9)}) is None
    assert form.encode({}) == "---------"


def test_an_instrument_nobody_knows_has_no_form() -> None:
    assert coded("skm-2031", "1") is None
