"""Numbers as people here write them."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from collector.scores.show.formats import (
    adding_up,
    comma,
    confidence,
    decimal,
    percent,
    weighted_column,
)
from survey.index.indices import index
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument
from survey.instrument.weights import WeightMode, two_decimals
from tests.survey.samples import ELEVEN, SKM, WEIGHTED


@pytest.mark.parametrize(
    "value, text",
    [
        (Decimal("86.49"), "86,49"),
        (Decimal("100.00"), "100,00"),
        (1234567, "1.234.567"),
        (Decimal("-0.25"), "−0,25"),
        (0, "0"),
    ],
)
def test_a_comma_parts_decimals_and_a_dot_thousands(value: Decimal | int, text: str) -> None:
    assert comma(value) == text


@pytest.mark.parametrize(
    "value, places, rounded",
    [(Fraction(5, 2), 0, "3"), (Fraction(1, 8), 2, "0.13"), (Fraction(6657, 2102), 3, "3.167")],
)
def test_halves_are_rounded_up(value: Fraction, places: int, rounded: str) -> None:
    assert decimal(value, places) == Decimal(rounded)


@pytest.mark.parametrize(
    "share, text",
    [(0.984, "98,4 %"), (0.99999, "> 99,9 %"), (1.0, "> 99,9 %"), (0.00001, "< 0,1 %"), (0, "< 0,1 %")],
)
def test_no_share_claims_a_certainty_no_sample_gives(share: float, text: str) -> None:
    assert confidence(share) == text


def test_a_counted_share_may_be_the_whole() -> None:
    assert percent(Fraction(7, 7)) == "100,0 %"
    assert percent(Fraction(2, 3)) == "66,7 %"


def unit(chance: random.Random, instrument: Instrument) -> Tally:
    """A random office: from one respondent to a few hundred, from bad to excellent."""
    mood = chance.uniform(1.2, 3.9)
    return Tally.of(
        instrument,
        (
            {key: min(4, max(1, round(chance.gauss(mood, 0.7)))) for key in instrument.element_keys}
            for _ in range(chance.choice([1, 2, 3, 8, 16, chance.randrange(1, 60)]))
        ),
    )


@pytest.mark.parametrize("instrument", [SKM, ELEVEN, WEIGHTED], ids=["nine", "eleven", "weighted"])
def test_the_printed_weighted_means_of_any_office_give_its_printed_index_back(instrument: Instrument) -> None:
    chance = random.Random(3)
    old_digits = 0
    for _ in range(1_000):
        modes = list(WeightMode) if instrument is SKM else [None]
        found = index(instrument, unit(chance, instrument), weight_mode=chance.choice(modes))
        column = weighted_column(found)
        assert two_decimals(25 * Fraction(sum(column, Decimal(0)))) == found.value
        for element, printed in zip(found.elements, column, strict=True):
            assert abs(Fraction(printed) - element.weighted) < Fraction(1, 10**5)
        three = [decimal(element.weighted, 3) for element in found.elements]
        old_digits += two_decimals(25 * Fraction(sum(three, Decimal(0)))) != found.value
    assert old_digits > 300, "with the three decimals of the official sheet the test would notice"


def test_what_is_exact_is_printed_as_it_is_and_what_loses_most_is_raised() -> None:
    assert adding_up([Fraction(1, 4), Fraction(1, 2)], 2) == [Decimal("0.25"), Decimal("0.50")]
    thirds = adding_up([Fraction(1, 3), Fraction(2, 3), Fraction(1)], 2)
    assert thirds == [Decimal("0.33"), Decimal("0.67"), Decimal("1.00")]
    assert adding_up([Fraction(1, 3)] * 2, 2) == [Decimal("0.33"), Decimal("0.33")]
