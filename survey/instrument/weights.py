"""Weights as offices use them, and the orders in which they round: always printed with the number they made.

PermenPAN-RB 14/2017 divides 1 by the number of elements. Its example prints the quotient as 0,11, the legend of its
sheet as 0,111, and offices multiply by either, or by the exact ninth. The weights must sum to 1, so the exact ninth is
the default; the others exist to reproduce a series that was published with them.
"""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple


class WeightMode(StrEnum):
    """How exactly a weight is taken; named after the nine equal weights of the SKM."""

    EXACT = "1/9"
    """The weight as it is: nine nines make one."""
    FOUR_DECIMALS = "0.1111"
    THREE_DECIMALS = "0.111"
    """The legend of the official sheet; the best possible index is 99.90."""
    TWO_DECIMALS = "0.11"
    """The example in the rule's text; the best possible index is 99.00."""

    @property
    def decimals(self) -> int | None:
        """The decimals a weight is rounded to, None for no rounding."""
        return None if self is WeightMode.EXACT else len(self.value) - 2


class Stages(NamedTuple):
    """Intermediate rounding, half up, as a paper sheet does it; None rounds nothing.

    `Stages(nrr=2, product=2)` is the sheet that writes every cell with two decimals.
    """

    nrr: int | None = None
    """Decimals of the mean of an element (NRR)."""
    product: int | None = None
    """Decimals of mean times weight (NRR tertimbang)."""

    @property
    def label(self) -> str:
        """Give what is rounded to how many decimals, for the line under a published number; nothing where nothing is."""
        parts = [
            f"{name} {places}"
            for name, places in (("NRR", self.nrr), ("NRR tertimbang", self.product))
            if places is not None
        ]
        return ", ".join(parts)


UNROUNDED = Stages()


def weight_as_used(weight: Fraction, mode: WeightMode) -> Fraction:
    """Give a weight as `mode` takes it, rounded half up (1/9 becomes 0.111 or 0.11)."""
    return weight if mode.decimals is None else rounded(weight, mode.decimals)


def weight_label(weights: tuple[Fraction, ...], mode: WeightMode) -> str:
    """Name the weight for an output: `1/9`, `0.111`, `1/11`, or `own weights` where they differ."""
    used = {weight_as_used(weight, mode) for weight in weights}
    if len(set(weights)) > 1:
        return "own weights" if mode.decimals is None else f"own weights to {mode.decimals} decimals"
    (weight,) = used
    return str(weight) if mode.decimals is None else f"{float(weight):.{mode.decimals}f}"


def rounded(value: Fraction, places: int) -> Fraction:
    """Round half up (away from nothing: towards plus infinity on a tie), exactly."""
    return Fraction(half_up(value.numerator, value.denominator, places), 10**places)


def half_up(numerator: int, denominator: int, places: int) -> int:
    """Give `numerator / denominator` times 10 to the `places`, rounded half up to a whole number.

    The one rounding of this package. Python's `round` and binary floats round a tie to the even neighbour or to
    whichever side the float happens to lie on; a spreadsheet, and so a published sheet, rounds it up.
    """
    scale: int = 10**places
    return (2 * numerator * scale + denominator) // (2 * denominator)


def two_decimals(value: Fraction) -> Decimal:
    """Round to two decimals, half up: the one rounding of an index."""
    return hundredths(half_up(value.numerator, value.denominator, 2))


@lru_cache(maxsize=32_768)
def hundredths(number: int) -> Decimal:
    """Give a whole number of hundredths as a decimal with two places; an index has few thousand of them."""
    return Decimal(number).scaleb(-2)
