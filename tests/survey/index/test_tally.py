"""Tallies add up, keep their length, and hold exactly what doubt needs."""

from fractions import Fraction
from statistics import variance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.index import doubt
from survey.index.tally import Tally, length
from survey.instrument.definition import load, shipped
from survey.record.errors import Malformed
from tests.survey.samples import ELEVEN, SKM, WEIGHTED, everyone

COMPLETE = st.fixed_dictionaries(dict.fromkeys(WEIGHTED.element_keys, st.integers(1, 4)))
ANY = st.one_of(COMPLETE, st.dictionaries(st.sampled_from(WEIGHTED.element_keys), st.integers(1, 4)))


@pytest.mark.parametrize("instrument", [*shipped(), ELEVEN, WEIGHTED], ids=lambda each: each.id)
def test_length_is_fixed_by_the_instrument(instrument) -> None:  # type: ignore[no-untyped-def]
    numbers = 3 + 2 * len(instrument.elements) * len(instrument.values)
    assert length(instrument) == numbers
    assert len(Tally.empty(instrument).to_ints()) == numbers
    assert len(Tally.of(instrument, everyone(instrument.highest, 3, instrument)).to_ints()) == numbers


def test_layout_of_the_nine_elements() -> None:
    tally = Tally.of(SKM, [dict.fromkeys(SKM.element_keys, 3) | {"biaya": 4}, {"persyaratan": 2}])
    ints = tally.to_ints()
    assert len(ints) == 75
    assert ints[:3] == (1, 1, 28 * 28)
    assert ints[3:7] == (0, 0, 1, 0)
    assert tally.counts("biaya") == ints[15:19] == (0, 0, 0, 1)
    assert tally.counts("persyaratan", incomplete=True) == ints[39:43] == (0, 1, 0, 0)
    assert sum(ints[43:]) == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(ANY, max_size=20), st.lists(ANY, max_size=20))
def test_tallies_add_and_subtract_number_by_number(
    one: list[dict[str, int]], other: list[dict[str, int]]
) -> None:
    first, second, both = (Tally.of(WEIGHTED, rows) for rows in (one, other, one + other))
    assert first + second == both == Tally.total(WEIGHTED, [first, second])
    assert both - second == first
    assert both.to_ints() == tuple(a + b for a, b in zip(first.to_ints(), second.to_ints(), strict=True))
    assert Tally.from_ints(WEIGHTED, both.to_ints()) == both
    assert len(both.to_ints()) == length(WEIGHTED)


@settings(max_examples=60, deadline=None)
@given(st.lists(COMPLETE, min_size=2, max_size=30))
def test_variance_between_respondents_comes_exactly_from_the_tally(rows: list[dict[str, int]]) -> None:
    scores = [
        sum(
            Fraction(row[key]) * weight
            for key, weight in zip(WEIGHTED.element_keys, WEIGHTED.weights, strict=True)
        )
        for row in rows
    ]
    tally = Tally.of(WEIGHTED, rows)
    total = sum(
        weight * value * count
        for weight, key in zip(WEIGHTED.weight_units, WEIGHTED.element_keys, strict=True)
        for value, count in enumerate(tally.counts(key), 1)
    )
    found = doubt.variance(tally.complete, total, tally.squares) / WEIGHTED.weight_denominator**2
    assert found == pytest.approx(float(variance(scores)), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    "answers, code",
    [
        ({"persyaratan": 5}, "answer_value"),
        ({"persyaratan": 0}, "answer_value"),
        ({"persyaratan": True}, "answer_value"),
        ({"u8": 3}, "answer_element"),
        ({"kedisiplinan": 3}, "answer_element"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_whole(answers: dict[str, int], code: str) -> None:
    tally = Tally.empty(SKM)
    with pytest.raises(Malformed) as refusal:
        tally.add({"waktu": 3} | answers)
    assert refusal.value.code == code
    assert tally == Tally.empty(SKM)


@pytest.mark.parametrize(
    "change",
    [
        lambda ints: ints[:-1],
        lambda ints: (*ints, 0),
        lambda ints: (-1, *ints[1:]),
        lambda ints: (ints[0] + 1, *ints[1:]),
        lambda ints: (*ints[:-1], 1),
    ],
    ids=["short", "long", "negative", "inconsistent", "answers of nobody"],
)
def test_numbers_that_are_no_tally_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    ints = Tally.of(SKM, everyone(3, 4)).to_ints()
    with pytest.raises(Malformed):
        Tally.from_ints(SKM, change(ints))


def test_a_tally_loses_only_what_it_holds() -> None:
    with pytest.raises(ValueError, match="does not hold"):
        Tally.of(SKM, everyone(3, 1)) - Tally.of(SKM, everyone(4, 1))


def test_tallies_of_different_instruments_are_never_added() -> None:
    with pytest.raises(ValueError, match="never added"):
        Tally.empty(SKM) + Tally.empty(ELEVEN)
    with pytest.raises(ValueError, match="never added"):
        Tally.total(SKM, [Tally.empty(load("pulse"))])


def test_a_visit_that_answered_nothing_is_counted_as_incomplete() -> None:
    tally = Tally.of(SKM, [{}])
    assert (tally.complete, tally.incomplete) == (0, 1)
