"""A printed index explained: what means come to in an office's way, and what the tables of now and of 2004 call it."""

from decimal import Decimal
from fractions import Fraction

import pytest

from survey.index.explain import MOST_ELEMENTS, of_means, of_value
from survey.instrument.weights import UNROUNDED, Stages

SUMS = (105, 101, 100, 116, 102, 105, 106, 105, 115)
"""Of 29 respondents: the published report that calls the difference between 90.56 and 91.48 a rounding difference."""
MEANS = [Fraction(total, 29) for total in SUMS]


@pytest.mark.parametrize(
    "decimals, stages, value",
    [
        (None, UNROUNDED, "91.48"),
        (4, UNROUNDED, "91.47"),
        (3, UNROUNDED, "91.38"),
        (2, UNROUNDED, "90.56"),
        (3, Stages(3, 3), "91.40"),
        (3, Stages(2, 2), "91.25"),
        (2, Stages(2, 2), "90.75"),
    ],
)
def test_one_set_of_means_gives_each_office_s_number(
    decimals: int | None, stages: Stages, value: str
) -> None:
    found = of_means(MEANS, weight_decimals=decimals, stages=stages)
    assert str(found.value) == value
    assert found.total == sum(row.weighted for row in found.rows)


def test_fourteen_elements_of_2004_weigh_a_fourteenth_or_what_was_printed() -> None:
    assert str(of_means([Fraction(4)] * 14).value) == "100.00"
    rounded = of_means([Fraction(4)] * 14, weight_decimals=3)
    assert (rounded.weight, str(rounded.value)) == (Fraction(71, 1000), "99.40")


@pytest.mark.parametrize(
    "value, now, then",
    [("81.96", "B", "A"), ("87.73", "B", "A"), ("81.25", "B", "B"), ("62.50", "D", "C"), ("43.75", "D", "D"), ("100", "A", "A"), ("25", "D", "D")],
)  # fmt: skip
def test_an_index_has_its_name_of_now_and_of_2004(value: str, now: str, then: str) -> None:
    found = of_value(Decimal(value))
    assert found.now.band is not None
    assert found.then.band is not None
    assert (found.now.band.letter, found.then.band.letter) == (now, then)
    assert (found.now.table.read_only, found.then.table.read_only) == (False, True)
    assert (found.rows, found.total) == ((), None)


def test_a_value_outside_the_tables_has_no_name() -> None:
    low = of_means([Fraction(1)] * 9, weight_decimals=2)
    assert (str(low.value), low.now.band, low.then.band) == ("24.75", None, None)


@pytest.mark.parametrize("means", [[], [Fraction(0)], [Fraction(5)], [Fraction(3)] * (MOST_ELEMENTS + 1)])
def test_what_are_no_means_is_refused(means: list[Fraction]) -> None:
    with pytest.raises(ValueError, match="means from 1 to 4"):
        of_means(means)
