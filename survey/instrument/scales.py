"""On which scale an index is printed: what a mean answer becomes, for each kind of instrument.

A line through two numbers is all there is to it, kept as whole numbers: `value = (slope * mean + shift) / per`. The IKM is 25 times the mean of
1 to 4; IPKP and IPAK are on four points, by one of two mappings that no source at hand settles; F-03 stays on its own 0 to 5.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from survey.instrument.kinds import NO_INDEX, Kind, ScaleMapping

CONVERSION = 25
"""From the 1 to 4 of an answer to the 25 to 100 of an IKM."""
POINTS = 4
"""The highest of the scale on which IPKP and IPAK meet their thresholds."""


class Scale(NamedTuple):
    """What a mean answer becomes, and where the scale begins and how long it is."""

    slope: int
    shift: int
    per: int
    start: float
    """What a mean of the lowest answer becomes."""
    span: float
    """From there to what a mean of the highest answer becomes."""
    mapping: ScaleMapping | None
    """How the questionnaire's scale becomes four points; None where it becomes none."""

    @property
    def end(self) -> float:
        """What a mean of the highest answer becomes."""
        return self.start + self.span

    def value(self, total: int, count: int) -> Fraction:
        """Give what a mean, told as a sum over a count, becomes."""
        return Fraction(self.slope * total + self.shift * count, self.per * count)

    def mean(self, value: Fraction) -> Fraction:
        """Give the mean behind a value."""
        return (value * self.per - self.shift) / self.slope


def scales_of(
    kind: Kind, lowest: int, highest: int, own: ScaleMapping | None
) -> Mapping[ScaleMapping | None, Scale]:
    """Give the scales of an instrument by the mapping that makes them; its own choice under None."""
    if kind in NO_INDEX:
        return {}
    if kind is not Kind.PERCEPTION:
        factor = Fraction(CONVERSION if kind is Kind.SKM else 1)
        return {None: _scale(factor, Fraction(0), lowest, highest, None)}
    stretch = Fraction(POINTS - 1, highest - lowest)
    found = {
        ScaleMapping.PROPORTIONAL: (Fraction(POINTS, highest), Fraction(0)),
        ScaleMapping.STRETCHED: (stretch, 1 - lowest * stretch),
    }
    if (lowest, highest) == (1, POINTS):
        found = dict.fromkeys(ScaleMapping, (Fraction(1), Fraction(0)))
    scales: dict[ScaleMapping | None, Scale] = {
        mapping: _scale(factor, offset, lowest, highest, mapping)
        for mapping, (factor, offset) in found.items()
    }
    return scales | {None: scales[own or ScaleMapping.PROPORTIONAL]}


def _scale(
    factor: Fraction, offset: Fraction, lowest: int, highest: int, mapping: ScaleMapping | None
) -> Scale:
    per = lcm(factor.denominator, offset.denominator)
    return Scale(
        slope=int(factor * per),
        shift=int(offset * per),
        per=per,
        start=float(offset + factor * lowest),
        span=float(factor * (highest - lowest)),
        mapping=mapping,
    )
