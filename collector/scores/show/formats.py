"""Numbers as people write them: in Indonesian with a decimal comma and a dot between thousands, in English the other way round."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from collector.words.catalogue import LANGUAGES
from survey.index.clusters import DayEffect
from survey.index.indices import Index
from survey.instrument.weights import half_up

_SURE, _HARDLY = 0.999, 0.001
"""No sample gives more certainty: what is surer is printed as this."""
_SIGNS = {"id": str.maketrans(",.-", ".,\N{MINUS SIGN}"), "en": str.maketrans("-", "\N{MINUS SIGN}")}
NRR_DIGITS = 5
"""Decimals of a mean answer, two more than official sheets print: four decimals hold every edge of a printed index."""


def decimal(value: Fraction, places: int) -> Decimal:
    """Give a fraction rounded half up, as every number here is rounded."""
    return Decimal(half_up(value.numerator, value.denominator, places)).scaleb(-places)


def adding_up(parts: Sequence[Fraction], places: int) -> list[Decimal]:
    """Round parts, each up or down by less than one last digit, so that they add up to their sum cut off there.

    The sum is cut and not rounded, so that it lies on the same side of every edge as before: 25 times the sum of the printed
    weighted means, rounded half up, is the printed index. What is left over goes to the parts that lose most.
    """
    scale = 10**places
    units = [part * scale // 1 for part in parts]
    left = sum(parts, Fraction(0)) * scale // 1 - sum(units)
    losing = sorted(range(len(parts)), key=lambda place: units[place] - parts[place] * scale)
    for place in losing[:left]:
        units[place] += 1
    return [Decimal(unit).scaleb(-places) for unit in units]


def weighted_column(index: Index) -> list[Decimal]:
    """Give the elements' weighted means (*NRR tertimbang*) as they are printed: they add up."""
    return adding_up([element.weighted for element in index.elements], NRR_DIGITS)


def comma(value: Decimal | int, language: str = LANGUAGES[0]) -> str:
    """Write a number: `1.234,50`, `−0,25`; in English `1,234.50`, `−0.25`."""
    return f"{value:,}".translate(_SIGNS[language])


def percent(share: Fraction | float, language: str = LANGUAGES[0]) -> str:
    """Write a counted share of 1 in percent."""
    return f"{comma(decimal(100 * Fraction(share), 1), language)} %"


def probability(share: float | None) -> float | None:
    """Give a probability as programs get it: 0.999 stands for that and more, 0.001 for that and less."""
    return None if share is None else min(_SURE, max(_HARDLY, round(share, 4)))


def design_effect(days: DayEffect) -> float | None:
    """Give the design effect of days as programs get it."""
    return None if days.design_effect is None else round(days.design_effect, 2)


def confidence(share: float, language: str = LANGUAGES[0]) -> str:
    """Write a probability in percent, without claiming a certainty that no sample gives."""
    if share > _SURE:
        return f"> {percent(_SURE, language)}"
    return f"< {percent(_HARDLY, language)}" if share < _HARDLY else percent(share, language)
