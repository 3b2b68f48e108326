"""The satisfaction index (IKM) of PermenPAN-RB 14/2017, exact to the end, rounded once, then classified.

For each element u with n_u answers: NRR_u = sum of values / n_u; the index of the unit is 25 times the sum of weight times NRR.
Everything is whole numbers and fractions; the result is rounded to two decimals, half up, and only then compared with the
category table, whose printed rows have gaps. Units, services and periods are pooled by adding their tallies: means of
means are wrong (300 respondents at 80 and 30 at 90 make 80.91, not 85).

The numbers of doubt (`survey.index.doubt`) are floats and stand beside the index; nothing exact is computed from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from survey.index.clusters import Clusters, DayEffect, DayEffects
from survey.index.doubt import Difference, Estimate, Interval, difference
from survey.index.reckoning import (
    CONVERSION,
    Basis,
    ElementIndex,
    Policy,
    category_likelihoods,
    classify,
    element_indices,
    exact_index,
    scale_factor,
    unit_estimate,
    unit_interval,
)
from survey.index.tally import Tally
from survey.instrument.bands import Band, BandTable
from survey.instrument.instrument import Instrument, Kind
from survey.instrument.weights import UNROUNDED, Stages, WeightMode, two_decimals
from survey.record.errors import NothingAnswered

__all__ = [
    "CONVERSION",
    "Comparison",
    "ElementIndex",
    "Index",
    "NothingAnswered",
    "Policy",
    "compare",
    "index",
]


@dataclass(frozen=True)  # no slots: what few readers ask for is worked out when it is asked for
class Index:
    """The index of a unit with everything that must be printed beside it."""

    instrument: str
    """`id@version`."""
    n: int
    """Respondents that entered it: the complete ones, or under `Policy.ALL` those of the most answered element."""
    incomplete: int
    exact: Fraction
    """The index before its one rounding."""
    value: Decimal
    category: Band
    interval: Interval | None
    """None below two respondents."""
    policy: Policy
    weight_mode: WeightMode
    weight: str
    """The weight as it is printed: `1/9`, `0.111`, `1/11`."""
    rounding: Stages
    rule: str
    bands: BandTable
    population: int | None
    days: DayEffect | None
    """What the days do to the doubt; None where they are not known."""
    _unit: Estimate | None = field(repr=False, compare=False)
    _basis: Basis = field(repr=False, hash=False)
    _factor: float = field(repr=False, compare=False)

    @cached_property
    def elements(self) -> tuple[ElementIndex, ...]:
        """The index of each element, in the order of the regulation's list."""
        return element_indices(self._basis)

    @property
    def day_effects(self) -> DayEffects | None:
        """What the days do to the doubt of the index and of each element; None where they are not known."""
        elements = self._basis.element_days
        return DayEffects(self.days, elements) if self.days is not None and elements is not None else None

    @cached_property
    def likelihoods(self) -> Mapping[str, float]:
        """By letter, the confidence that the true index lies in that row; empty below two respondents."""
        return category_likelihoods(self._unit, self.bands, self._factor)

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
    clusters: Clusters | None = None,
    like: DayEffects | None = None,
) -> Index:
    """Give the IKM of a tally (PermenPAN-RB 14/2017, annex: processing of the data), 25.00 to 100.00.

    Args:
        instrument: an instrument of kind `skm`.
        tally: the responses; tallies of units, services and periods are added before, never indices after.
        weight_mode: how the weights are taken; the instrument's own mode where None.
        rounding: an office's intermediate rounding, to reproduce a published series; none where None.
        population: users of the service in the period, for the finite population correction; unknown where None.
        policy: whether incomplete responses count.
        clusters: the complete responses' sums over unit-days; without them the doubt knows people alone.
        like: where there are none, the effects of days on the whole these responses are a part of.

    Raises:
        NothingAnswered: no response enters, or under `Policy.ALL` an element has no answer.
        ValueError: the instrument is no SKM, the tally is another instrument's, or a mode or policy is unknown.
    """
    if instrument.kind is not Kind.SKM or instrument.bands is None:
        raise ValueError(f"{instrument.name} is no SKM: its number is never called IKM")
    if tally.instrument is not instrument and tally.instrument.name != instrument.name:
        raise ValueError(f"a tally of {tally.instrument.name} gives no index of {instrument.name}")
    mode = instrument.weight_mode if weight_mode is None else WeightMode(weight_mode)
    basis = Basis(
        instrument, tally.copy(), mode, rounding or UNROUNDED, Policy(policy), population, clusters, like
    )
    n, unit = unit_estimate(basis)
    exact = exact_index(basis)
    value = two_decimals(exact)
    factor = scale_factor(basis, unit, exact)
    return Index(
        instrument=instrument.name,
        n=n,
        incomplete=tally.incomplete,
        exact=exact,
        value=value,
        category=classify(instrument.bands, value),
        interval=unit_interval(unit, factor),
        policy=basis.policy,
        weight_mode=mode,
        weight=instrument.weights_by_mode[mode][1],
        rounding=basis.stages,
        rule=instrument.rule,
        bands=instrument.bands,
        population=population,
        days=basis.days,
        _unit=unit,
        _factor=factor,
        _basis=basis,
    )


def compare(earlier: Index, later: Index) -> Comparison:
    """Say whether a unit became better or worse between two periods, or whether chance may have made the difference.

    The trend table of the SKM report (chapter IV) asks for the change; this adds its 95 % interval, see
    `survey.index.doubt.difference`.

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
