"""The working behind an index: sums of a tally, the unit's estimate, elements and likelihoods, each asked for by itself.

`survey.index.indices` is the door to this; lists of ten thousand units need the value and its interval alone, so the nine
elements are worked out only for those who look at them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from operator import mul

from survey.index.clusters import Clusters, DayEffect, DayEffects
from survey.index.doubt import (
    Estimate,
    Interval,
    bounds,
    estimate,
    moments,
    nearest,
    precision,
    two_sided,
    variance,
)
from survey.index.tally import Tally
from survey.instrument.bands import Band, BandTable
from survey.instrument.instrument import Instrument, Kind
from survey.instrument.scales import Scale
from survey.instrument.weights import (
    UNROUNDED,
    Stages,
    WeightMode,
    half_up,
    hundredths,
    rounded,
    two_decimals,
)
from survey.record.errors import NothingAnswered

_ROUNDING_EDGE = Decimal("0.005")  # a band's printed bound is reached from half a hundredth below
Moments = tuple[int, int, int]
"""Number, sum and sum of squares of the answers to one element."""


class Policy(StrEnum):
    """Which responses enter an index."""

    COMPLETE = "complete"
    """Only those that answer every element, as the official sheet's rows do; the rest is counted beside."""
    ALL = "all"
    """Every answer given: each element has its own number of answers."""


@dataclass(frozen=True, slots=True)
class ElementIndex:
    """The index of one element (*unsur*)."""

    key: str
    label: str
    """`U1` …, in the order this instrument version declares."""
    n: int
    total: int
    """Sum of the answers (*Σ nilai per unsur*)."""
    weight: Fraction
    """The weight as its mode takes it."""
    rounding: Stages
    value: Decimal
    """NRR on the index's own scale, two decimals; of an SKM NRR times 25 (*nilai interval konversi*)."""
    category: Band | None
    """None where the rule has no categories."""
    interval: Interval | None
    days: DayEffect | None
    """What the days of the complete responses do to its doubt; None where they are not known."""

    @property
    def letter(self) -> str | None:
        """The category's letter; None where there is none."""
        return self.category.letter if self.category is not None else None

    @property
    def nrr(self) -> Fraction:
        """Mean answer (*nilai rata-rata*), rounded where the office's stages say so."""
        mean, places = Fraction(self.total, self.n), self.rounding.nrr
        return mean if places is None else rounded(mean, places)

    @property
    def weighted(self) -> Fraction:
        """Mean times weight (*NRR tertimbang*), rounded where the office's stages say so."""
        places = self.rounding.product
        return self.nrr * self.weight if places is None else rounded(self.nrr * self.weight, places)


@dataclass(frozen=True)  # no slots: what is worked out twice needs a place
class Basis:
    """What an index is worked out from."""

    instrument: Instrument
    tally: Tally
    mode: WeightMode
    stages: Stages
    policy: Policy
    population: int | None
    scale: Scale
    clusters: Clusters | None = None
    """Sums over the unit-days of the complete responses; None where days are not known."""
    like: DayEffects | None = None
    """The effect of days on a whole that these responses are a part of, where they have no sums of their own."""

    @cached_property
    def days(self) -> DayEffect | None:
        """What the days of the complete responses do to the doubt; None where they are not known."""
        if self.clusters is None:
            return self.like.whole if self.like is not None else None
        tally = self.tally
        return self.clusters.effect(people=tally.complete, total=self.complete_total, squares=tally.squares)

    @cached_property
    def element_days(self) -> tuple[DayEffect, ...] | None:
        """What the days of the complete responses do to the doubt of each element."""
        if self.clusters is None:
            return self.like.elements if self.like is not None else None
        found = []
        for place in range(len(self.instrument.elements)):
            people, total, squares = moments(self.tally.counts_at(place), self.instrument.lowest)
            found.append(self.clusters.element(place).effect(people=people, total=total, squares=squares))
        return tuple(found)

    @cached_property
    def complete_total(self) -> int:
        """The sum of the complete respondents' weighted scores, times the weights' common denominator."""
        return sum(map(mul, self.instrument.slot_scores, self.tally.complete_counts()))

    @property
    def is_plain(self) -> bool:
        """Whether whole numbers alone give the index: complete responses, exact weights, nothing rounded between."""
        return self.policy is Policy.COMPLETE and self.mode is WeightMode.EXACT and self.stages is UNROUNDED


def unit_estimate(basis: Basis) -> tuple[int, Estimate | None]:
    """Give the number of respondents and the unit's weighted mean as a share of the scale, from respondents' variance.

    Nine answers of one person are no nine opinions, so the variance is that of the respondents' weighted scores, which
    the tally keeps. Incomplete responses have no such score: under `Policy.ALL` the elements' variances are combined with
    the agreement seen among complete responses, or with perfect agreement (the widest interval) where there is none. The
    days' effect is likewise that of the complete ones.

    Raises:
        NothingAnswered: no response enters, or an element has no answer.
    """
    instrument, tally = basis.instrument, basis.tally
    units, denominator = instrument.weight_units, instrument.weight_denominator
    span = denominator * (instrument.highest - instrument.lowest)
    complete, total = tally.complete, basis.complete_total
    between = variance(complete, total, tally.squares)
    if basis.policy is Policy.COMPLETE:
        if not complete:
            raise NothingAnswered(f"no complete answers to {instrument.name}")
        share = (total / complete - denominator * instrument.lowest) / span
        spread = between / (span * span)
        return complete, estimate(
            share=share, n=complete, variance=spread, population=basis.population, days=basis.days
        )
    sums = _element_moments(basis)
    n = max(number for number, _, _ in sums)
    mean = sum(weight * total_u / number for weight, (number, total_u, _) in zip(units, sums, strict=True))
    deviation = sum(
        weight * (variance(number, total_u, squares) / number) ** 0.5
        for weight, (number, total_u, squares) in zip(units, sums, strict=True)
    )
    together = sum(
        weight * variance(*moments(tally.counts_at(place), instrument.lowest)) ** 0.5
        for place, weight in enumerate(units)
    )
    agreement = min(1.0, between**0.5 / together) if complete > 1 and together else 1.0
    return n, estimate(
        share=(mean - denominator * instrument.lowest) / span,
        n=n,
        variance=(agreement * deviation / span) ** 2 * n,
        population=basis.population,
        days=basis.days,
    )


def exact_index(basis: Basis) -> Fraction:
    """Give the sum of the weighted means on the index's own scale; of an SKM 25 times that sum."""
    scale = basis.scale
    if not basis.is_plain:
        mean = sum((element.weighted for element in element_indices(basis)), Fraction(0))
        return scale.value(mean.numerator, mean.denominator)
    return scale.value(basis.complete_total, basis.instrument.weight_denominator * basis.tally.complete)


def scale_factor(basis: Basis, unit: Estimate | None, exact: Fraction) -> float:
    """Give how much a rounded weight or a rounded stage moved the index; its doubt moves along.

    So the interval always holds the number it stands beside.
    """
    if unit is None or basis.is_plain or basis.instrument.kind is not Kind.SKM:
        return 1.0  # of an SKM alone are weights or stages ever rounded
    return float(exact) / (basis.scale.start + basis.scale.span * unit.share)


def unit_interval(unit: Estimate | None, factor: float, scale: Scale) -> Interval | None:
    """Give the unit's interval on the scale of its weight mode; None below two respondents."""
    if unit is None:
        return None
    low, high = unit.bounds()
    return Interval(
        nearest(factor * (scale.start + scale.span * low)),
        nearest(factor * (scale.start + scale.span * high)),
    )


def category_likelihoods(
    unit: Estimate | None, bands: BandTable | None, factor: float, scale: Scale
) -> Mapping[str, float]:
    """Give for every row the confidence that the true index, rounded, lies in it; nothing below two respondents or without rows."""
    if unit is None or bands is None:
        return {}
    above, found = 0.0, {}
    for band in bands.bands[:-1]:
        edge = float(band.lowest - _ROUNDING_EDGE) / factor
        reached = max(above, unit.at_least((edge - scale.start) / scale.span))
        found[band.letter] = reached - above
        above = reached
    found[bands.bands[-1].letter] = 1 - above
    return found


def element_indices(basis: Basis) -> tuple[ElementIndex, ...]:
    """Give the index of every element, with its interval: answers of a day may be alike in one element and not in others.

    Raises:
        NothingAnswered: an element has no answer.
    """
    instrument, places = basis.instrument, basis.stages.nrr
    lowest, span = instrument.lowest, instrument.highest - instrument.lowest
    stages, bands, labels, users = basis.stages, instrument.bands, instrument.labels, basis.population
    scale, found = basis.scale, []
    weights, _ = instrument.weights_by_mode[basis.mode]
    sums = _element_moments(basis)
    effects = basis.element_days or (None,) * len(sums)
    for key, weight, (number, total, squares), days in zip(
        instrument.element_keys, weights, sums, effects, strict=True
    ):
        if places is None:
            value = hundredths(half_up(scale.slope * total + scale.shift * number, scale.per * number, 2))
        else:
            value = two_decimals(scale.value(half_up(total, number, places), 10**places))
        interval = None
        if number > 1:
            share = (total / number - lowest) / span
            spread = variance(number, total, squares) / (span * span)
            enough, freedom = precision(share, number, spread, users, days)
            low, high = bounds(share, enough, two_sided(freedom))
            interval = Interval(
                nearest(scale.start + scale.span * low), nearest(scale.start + scale.span * high)
            )
        category = classify(bands, value)
        found.append(
            ElementIndex(key, labels[key], number, total, weight, stages, value, category, interval, days)
        )
    return tuple(found)


def classify(bands: BandTable | None, value: Decimal) -> Band | None:
    """Give the row of a rounded value; just outside the table, the row at that end; None without a table.

    Rounded weights can push an index a little over either end: nine times 0.11 makes 24.75 of all ones.
    """
    if bands is None:
        return None
    low, high = bands.bands[-1].lowest, bands.bands[0].highest
    if low <= value <= high:
        return bands.classify(value)
    return bands.classify(low if value < low else high)


def _element_moments(basis: Basis) -> list[Moments]:
    instrument, tally = basis.instrument, basis.tally
    counts = tally.complete_counts()
    if basis.policy is Policy.ALL:
        counts = [a + b for a, b in zip(counts, tally.incomplete_counts(), strict=True)]
    values = len(instrument.values)
    found = [
        moments(counts[start : start + values], instrument.lowest) for start in range(0, len(counts), values)
    ]
    if not all(number for number, _, _ in found):
        raise NothingAnswered(f"no {basis.policy.value} answers to {instrument.name}")
    return found
