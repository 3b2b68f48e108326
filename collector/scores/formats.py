"""Numbers as people here write them: a decimal comma, and a dot between thousands."""

from decimal import Decimal
from fractions import Fraction

from survey.weights import half_up

_SURE = Fraction(999, 1000)


def decimal(value: Fraction, places: int) -> Decimal:
    """Give a fraction rounded half up, as every number here is rounded."""
    return Decimal(half_up(value.numerator, value.denominator, places)).scaleb(-places)


def comma(value: Decimal | int) -> str:
    """Write a number: `1.234,50`, `−0,25`."""
    return f"{value:,}".translate(str.maketrans(",.-", ".,−"))


def percent(share: Fraction | float, places: int = 1) -> str:
    """Write a share of 1 in percent, without claiming a certainty that no sample gives."""
    exact = Fraction(share)
    if exact > _SURE:
        return "> 99,9 %"
    if 0 < exact < 1 - _SURE:
        return "< 0,1 %"
    return f"{comma(decimal(100 * exact, places))} %"
