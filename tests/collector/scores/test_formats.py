"""Numbers as people here write them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from collector.scores.show.formats import comma, confidence, decimal, percent


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
