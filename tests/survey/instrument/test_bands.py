"""A category table: every row knows the rows beside it."""

import pytest

from survey.instrument.bands import Band
from tests.survey.samples import SKM


def letter(band: Band | None) -> str | None:
    return band and band.letter


@pytest.mark.parametrize(
    "row, below, above", [("A", "B", None), ("B", "C", "A"), ("C", "D", "B"), ("D", None, "C")]
)
def test_a_row_has_a_worse_one_below_and_a_better_one_above(
    row: str, below: str | None, above: str | None
) -> None:
    assert SKM.bands is not None
    beside = SKM.bands.neighbours(SKM.bands.band(row))
    assert (letter(beside[0]), letter(beside[1])) == (below, above)
