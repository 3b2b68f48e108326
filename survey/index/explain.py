"""How a printed index was reckoned: from means of elements, with an office's weights and roundings, and what each table calls it.

For posters and reports of others, and old ones: the rule of 2004 had fourteen elements and another table, which is out of force and still met. Whoever has the
means of the elements sees what they come to; whoever has the index alone sees what it is called now and was called then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.instrument.bands import BANDS_2004, Band, BandTable
from survey.instrument.definition import load
from survey.instrument.scales import CONVERSION
from survey.instrument.weights import UNROUNDED, Stages, rounded, two_decimals

LOWEST, HIGHEST = Fraction(1), Fraction(4)
MOST_ELEMENTS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One element on the way."""

    mean: Fraction
    """NRR, as the office rounds it."""
    weighted: Fraction
    """NRR tertimbang, as the office rounds it."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a table calls a value."""

    table: BandTable
    band: Band | None
    """None where the value lies outside the table."""


@dataclass(frozen=True, slots=True)
class Explained:
    """An index, how it came about, and what it is called."""

    value: Decimal
    rows: tuple[Row, ...]
    """Empty where the index alone is known."""
    weight: Fraction | None
    stages: Stages
    total: Fraction | None
    """Sum of NRR tertimbang, on 1 to 4."""
    now: Called
    then: Called
    """By the table of 2004, out of force: it explains, and judges nothing."""


def of_means(
    means: Sequence[Fraction], *, weight_decimals: int | None = None, stages: Stages = UNROUNDED
) -> Explained:
    """Give what equally weighted means come to; the weight is 1 over their number, rounded half up where an office rounds it.

    Raises:
        ValueError: there are none or too many, or one is not 1 to 4.
    """
    if not 0 < len(means) <= MOST_ELEMENTS or not all(LOWEST <= mean <= HIGHEST for mean in means):
        raise ValueError(f"1 to {MOST_ELEMENTS} means from {LOWEST} to {HIGHEST}")
    weight = Fraction(1, len(means))
    if weight_decimals is not None:
        weight = rounded(weight, weight_decimals)
    rows = []
    for mean in means:
        nrr = mean if stages.nrr is None else rounded(mean, stages.nrr)
        product = nrr * weight
        rows.append(Row(nrr, product if stages.product is None else rounded(product, stages.product)))
    total = sum((row.weighted for row in rows), Fraction(0))
    value = two_decimals(CONVERSION * total)
    return Explained(value, tuple(rows), weight, stages, total, *_called(value))


def of_value(value: Decimal) -> Explained:
    """Give what an index is called now, and was called by the table of 2004; rounded half up to two decimals first."""
    printed = two_decimals(Fraction(value))
    return Explained(printed, (), None, UNROUNDED, None, *_called(printed))


def _called(value: Decimal) -> tuple[Called, Called]:
    now = load("skm-2017").bands
    if now is None:
        raise AssertionError("an SKM has a table")
    return _by(now, value), _by(BANDS_2004, value)


def _by(table: BandTable, value: Decimal) -> Called:
    inside = table.bands[-1].lowest <= value <= table.bands[0].highest
    return Called(table, table.explain(value) if inside else None)
