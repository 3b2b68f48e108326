"""The satisfaction index (IKM) of PermenPAN-RB 14/2017, exact to the end, rounded once, then classified.

For each element u with n_u answers: NRR_u = sum of values / n_u; the index of the unit is 25 times the sum of weight times NRR.
Everything is whole numbers and fractions; the result is rounded to two decimals, half up, and only then compared with the
category table, whose printed rows have gaps. Units, services and periods are pooled by adding their tallies: means of
means are wrong (300 respondents at 80 and 30 at 90 make 80.91, not 85).

The numbers of doubt (`survey.doubt`) are floats and stand beside the index; nothing exact is computed from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from survey.bands import Band, BandTable
from survey.doubt import (
    Difference,
    Estimate,
    Interval,
    bounds,
    difference,
    effective,
    estimate,
    moments,
    nearest,
    two_sided,
    variance,
)
from survey.instrument import Instrument, Kind
from survey.means import NothingAnswered
from survey.tally import Tally
from survey.weights import UNROUNDED, Stages, WeightMode, half_up, hundredths, rounded, two_decimals

CONVERSION = 25
"""From the 1 to 4 of an answer to the 25 to 100 of an index."""
_ROUNDING_EDGE = Decimal("0.005")  # a band's printed bound is reached from half a hundredth below


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
    nrr: Fraction
    """Mean answer (*nilai rata-rata*)."""
    weight: Fraction
    """The weight as its mode takes it."""
    rounding: Stages
    value: Decimal
    """NRR times 25, two decimals (*nilai interval konversi*)."""
    category: Band
    interval: Interval | None

    @property
    def weighted(self) -> Fraction:
        """Mean times weight (*NRR tertimbang*), rounded where the office's stages say so."""
        places = self.rounding.product
        return self.nrr * self.weight if places is None else rounded(self.nrr * self.weight, places)


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a unit with everything that must be printed beside it."""

    instrument: str
    """`id@version`."""
    elements: tuple[ElementIndex, ...]
    """In the order of the regulation's list."""
    n: int
    """Respondents that entered it: the complete ones, or under `Policy.ALL` those of the most answered element."""
    incomplete: int
    exact: Fraction
    """The index before its one rounding."""
    value: Decimal
    category: Band
    interval: Interval | None
    """None below two respondents."""
    likelihoods: Mapping[str, float]
    """By letter, the confidence that the true index lies in that row; empty below two respondents."""
    policy: Policy
    weight_mode: WeightMode
    weight: str
    """The weight as it is printed: `1/9`, `0.111`, `1/11`."""
    rounding: Stages
    rule: str
    bands: BandTable
    population: int | None

    @property
    def weighted_mean(self) -> Fraction:
        """The sum of the weighted means, the index on the scale of 1 to 4 (*jumlah NRR tertimbang*)."""
        return self.exact / CONVERSION

    @property
    def likelihood(self) -> float | None:
        """The confidence that the category is the one shown."""
        return self.likelihoods.get(self.category.letter)

    @property
    def neighbour(self) -> tuple[Band, float] | None:
        """The likelier of the neighbouring categories, and how likely."""
        around = [band for band in self.bands.neighbours(self.category) if band is not None]
        if not self.likelihoods or not around:
            return None
        return max(((band, self.likelihoods[band.letter]) for band in around), key=lambda pair: pair[1])

    def element(self, key: str) -> ElementIndex:
        """Give the index of an element.

        Raises:
            KeyError: the instrument has no such element.
        """
        for element in self.elements:
            if element.key == key:
                return element
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two periods of the same measure: the unit's difference, and each element's."""

    unit: Difference
    elements: Mapping[str, Difference]


def index(
    instrument: Instrument,
    tally: Tally,
    *,
    weight_mode: WeightMode | str | None = None,
    rounding: Stages | None = None,
    population: int | None = None,
    policy: Policy | str = Policy.COMPLETE,
) -> Index:
    """Give the IKM of a tally (PermenPAN-RB 14/2017, annex: processing of the data), 25.00 to 100.00.

    Args:
        instrument: an instrument of kind `skm`.
        tally: the responses; tallies of units, services and periods are added before, never indices after.
        weight_mode: how the weights are taken; the instrument's own mode where None.
        rounding: an office's intermediate rounding, to reproduce a published series; none where None.
        population: users of the service in the period, for the finite population correction; unknown where None.
        policy: whether incomplete responses count.

    Raises:
        NothingAnswered: no response enters, or under `Policy.ALL` an element has no answer.
        ValueError: the instrument is no SKM, the tally is another instrument's, or a mode or policy is unknown.
    """
    if instrument.kind is not Kind.SKM or instrument.bands is None:
        raise ValueError(f"{instrument.name} is no SKM: its number is never called IKM")
    if tally.instrument is not instrument and tally.instrument.name != instrument.name:
        raise ValueError(f"a tally of {tally.instrument.name} gives no index of {instrument.name}")
    mode = instrument.weight_mode if weight_mode is None else WeightMode(weight_mode)
    stages, policy = rounding or UNROUNDED, Policy(policy)
    sums = element_moments(instrument, tally, policy)
    elements = _elements(instrument, sums, mode=mode, stages=stages, population=population)
    exact = _exact(instrument, elements, sums, mode=mode, stages=stages)
    value = two_decimals(exact)
    unit = unit_estimate(instrument, tally, sums, policy=policy, population=population)
    interval, likelihoods = _unit_doubt(instrument, unit, value=exact)
    return Index(
        instrument=instrument.name,
        elements=elements,
        n=max(number for number, _, _ in sums),
        incomplete=tally.incomplete,
        exact=exact,
        value=value,
        category=_classify(instrument.bands, value),
        interval=interval,
        likelihoods=likelihoods,
        policy=policy,
        weight_mode=mode,
        weight=instrument.weights_by_mode[mode][1],
        rounding=stages,
        rule=instrument.rule,
        bands=instrument.bands,
        population=population,
    )


def compare(earlier: Index, later: Index) -> Comparison:
    """Say whether a unit became better or worse between two periods, or whether chance may have made the difference.

    The trend table of the SKM report (chapter IV) asks for the change; this adds its 95 % interval, see
    `survey.doubt.difference`.

    Raises:
        ValueError: the two were made by different weights, rounding, policy or category tables.
    """
    for what in ("policy", "weight_mode", "rounding", "bands"):
        if getattr(earlier, what) != getattr(later, what):
            raise ValueError(f"two indices of different {what} are not compared")
    shared = {element.key: element for element in earlier.elements}
    return Comparison(
        unit=difference((earlier.value, earlier.interval), (later.value, later.interval)),
        elements={
            element.key: difference(
                (shared[element.key].value, shared[element.key].interval), (element.value, element.interval)
            )
            for element in later.elements
            if element.key in shared
        },
    )


def element_moments(instrument: Instrument, tally: Tally, policy: Policy) -> tuple[tuple[int, int, int], ...]:
    """Give number, sum and sum of squares of the answers to each element under a policy.

    Raises:
        NothingAnswered: an element has no answer.
    """
    found = []
    for place in range(len(instrument.elements)):
        counts = tally.counts_at(place)
        if policy is Policy.ALL:
            partial = tally.counts_at(place, incomplete=True)
            counts = tuple(a + b for a, b in zip(counts, partial, strict=True))
        found.append(moments(counts, instrument.lowest))
    if not all(number for number, _, _ in found):
        raise NothingAnswered(f"no {policy.value} answers to {instrument.name}")
    return tuple(found)


def unit_estimate(
    instrument: Instrument,
    tally: Tally,
    sums: tuple[tuple[int, int, int], ...],
    *,
    policy: Policy,
    population: int | None,
) -> Estimate | None:
    """Estimate the unit's weighted mean as a share of the scale, from the variance between respondents.

    Nine answers of one person are no nine opinions, so the variance is that of the respondents' weighted scores, which
    the tally keeps. Incomplete responses have no such score: under `Policy.ALL` the elements' variances are combined with
    the agreement seen among complete responses, or with perfect agreement (the widest interval) where there is none.
    """
    units, denominator = instrument.weight_units, instrument.weight_denominator
    span = denominator * (instrument.highest - instrument.lowest)
    complete = tally.complete
    own = (
        sums
        if policy is Policy.COMPLETE
        else tuple(moments(tally.counts_at(place), instrument.lowest) for place in range(len(units)))
    )
    total = sum(weight * total_u for weight, (_, total_u, _) in zip(units, own, strict=True))
    between = variance(complete, total, tally.squares)
    if policy is Policy.COMPLETE:
        share = (total / complete - denominator * instrument.lowest) / span
        return estimate(share=share, n=complete, variance=between / span**2, population=population)
    n = max(number for number, _, _ in sums)
    mean = sum(weight * total_u / number for weight, (number, total_u, _) in zip(units, sums, strict=True))
    spread = sum(
        weight * (variance(number, total_u, squares) / number) ** 0.5
        for weight, (number, total_u, squares) in zip(units, sums, strict=True)
    )
    together = sum(weight * variance(*found) ** 0.5 for weight, found in zip(units, own, strict=True))
    agreement = min(1.0, between**0.5 / together) if complete > 1 and together else 1.0
    return estimate(
        share=(mean - denominator * instrument.lowest) / span,
        n=n,
        variance=(agreement * spread / span) ** 2 * n,
        population=population,
    )


def _exact(
    instrument: Instrument,
    elements: tuple[ElementIndex, ...],
    sums: tuple[tuple[int, int, int], ...],
    *,
    mode: WeightMode,
    stages: Stages,
) -> Fraction:
    """Give 25 times the sum of the weighted means; by whole numbers alone where every element has the same n."""
    n = sums[0][0]
    if mode is WeightMode.EXACT and stages == UNROUNDED and all(number == n for number, _, _ in sums):
        total = sum(
            weight * total_u for weight, (_, total_u, _) in zip(instrument.weight_units, sums, strict=True)
        )
        return Fraction(CONVERSION * total, instrument.weight_denominator * n)
    return CONVERSION * sum((element.weighted for element in elements), Fraction(0))


def _elements(
    instrument: Instrument,
    sums: tuple[tuple[int, int, int], ...],
    *,
    mode: WeightMode,
    stages: Stages,
    population: int | None,
) -> tuple[ElementIndex, ...]:
    bands = instrument.bands
    assert bands is not None  # noqa: S101 - the caller looked
    lowest, span = instrument.lowest, instrument.highest - instrument.lowest
    start, reach = CONVERSION * lowest, CONVERSION * span
    labels, places = instrument.labels, stages.nrr
    found = []
    weights, _ = instrument.weights_by_mode[mode]
    for key, weight, (number, total, squares) in zip(instrument.element_keys, weights, sums, strict=True):
        nrr = Fraction(total, number)
        if places is not None:
            nrr = rounded(nrr, places)
        value = hundredths(half_up(CONVERSION * nrr.numerator, nrr.denominator, 2))
        interval = None
        if number > 1:
            share = (total / number - lowest) / span
            spread = variance(number, total, squares) / (span * span)
            low, high = bounds(share, effective(share, number, spread, population), two_sided(number - 1))
            interval = Interval(nearest(start + reach * low), nearest(start + reach * high))
        category = _classify(bands, value)
        found.append(ElementIndex(key, labels[key], number, nrr, weight, stages, value, category, interval))
    return tuple(found)


def _unit_doubt(
    instrument: Instrument,
    unit: Estimate | None,
    *,
    value: Fraction,
) -> tuple[Interval | None, Mapping[str, float]]:
    """Give the unit's interval and how likely each category is, on the scale of its weight mode.

    A rounded weight scales the whole index, and stage rounding moves it a little; both apply to the doubt as well,
    so the interval always holds the number it stands beside.
    """
    if unit is None or instrument.bands is None:
        return None, {}
    lowest = CONVERSION * instrument.lowest
    plain = lowest + CONVERSION * (instrument.highest - instrument.lowest) * unit.share
    factor = float(value) / plain
    interval = _interval(unit, instrument, factor=factor)
    return interval, _likelihoods(instrument, unit, factor)


def _interval(doubt: Estimate, instrument: Instrument, *, factor: float) -> Interval:
    low, high = doubt.bounds()
    scale = factor * CONVERSION
    span = scale * (instrument.highest - instrument.lowest)
    start = scale * instrument.lowest
    return Interval(nearest(start + span * low), nearest(start + span * high))


def _likelihoods(instrument: Instrument, unit: Estimate, factor: float) -> Mapping[str, float]:
    bands = instrument.bands
    assert bands is not None  # noqa: S101 - the caller looked
    span = CONVERSION * (instrument.highest - instrument.lowest)
    above, found = 0.0, {}
    for band in bands.bands[:-1]:
        edge = float(band.lowest - _ROUNDING_EDGE) / factor
        reached = unit.at_least((edge - CONVERSION * instrument.lowest) / span)
        found[band.letter] = max(0.0, reached - above)
        above = max(above, reached)
    found[bands.bands[-1].letter] = 1 - above
    return found


def _classify(bands: BandTable, value: Decimal) -> Band:
    # rounded weights can push an index a little over either end: nine times 0.11 makes 24.75 of all ones
    low, high = bands.bands[-1].lowest, bands.bands[0].highest
    return bands.classify(low if value < low else min(value, high))
