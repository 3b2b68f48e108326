"""The index of a tally, exact to the end, rounded once, then classified where its rule has categories.

The satisfaction index (IKM) of PermenPAN-RB 14/2017: for each element u with n_u answers: NRR_u = sum of values / n_u; the index of the unit is 25 times the sum of weight times NRR.
Everything is whole numbers and fractions; the result is rounded to two decimals, half up, and only then compared with the
category table, whose printed rows have gaps. Units, services and periods are pooled by adding their tallies: means of
means are wrong (300 respondents at 80 and 30 at 90 make 80.91, not 85).

IPKP, IPAK (PermenPAN-RB 90/2021) and F-03 (PermenPAN-RB 29/2022) are means over respondents of their mean over questions, on scales of
their own (`survey.instrument.scales`). With equal weights that is the same sum, so the same working makes them; they have no weights of
an office's choice, no intermediate rounding and no table.

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
from survey.instrument.instrument import Instrument, Kind, ScaleMapping
from survey.instrument.kinds import NO_INDEX
from survey.instrument.scales import CONVERSION, Scale
from survey.instrument.weights import UNROUNDED, Stages, WeightMode, two_decimals
from survey.instrument.wording import own_words, rule_line
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
    kind: Kind
    name: str
    """What the number is called: IKM, IPKP, IPAK, F-03."""
    n: int
    """Respondents that entered it: the complete ones, or under `Policy.ALL` those of the most answered element."""
    incomplete: int
    exact: Fraction
    """The index before its one rounding."""
    value: Decimal
    category: Band | None
    """None where the rule has no categories."""
    interval: Interval | None
    """None below two respondents."""
    policy: Policy
    weight_mode: WeightMode
    weight: str
    """The weight as it is printed: `1/9`, `0.111`, `1/11`."""
    rounding: Stages
    scale: Scale
    """The scale of the value, and how the questionnaire's own became it."""
    bands: BandTable | None
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
        """By letter, the confidence that the true index lies in that row; empty below two respondents or without a table."""
        return category_likelihoods(self._unit, self.bands, self._factor, self.scale)

    @property
    def own_words(self) -> bool:
        """Whether the questionnaire asks in other words, or offers answers in another order, than the form of its rule."""
        return own_words(self._basis.instrument)

    @property
    def rule(self) -> str:
        """The rule the number may be called by: the questionnaire's own line, or that its words are its own."""
        return rule_line(self._basis.instrument)

    @property
    def weighted_mean(self) -> Fraction:
        """The sum of the weighted means, the index on the questionnaire's scale (*jumlah NRR tertimbang*)."""
        return self.scale.mean(self.exact)

    @property
    def likelihood(self) -> float | None:
        """The confidence that the category is the one shown."""
        return self.likelihoods.get(self.category.letter) if self.category is not None else None

    @property
    def letter(self) -> str | None:
        """The category's letter; None where there is none."""
        return self.category.letter if self.category is not None else None

    @property
    def mapping(self) -> ScaleMapping | None:
        """How the questionnaire's scale became four points; None for anything but a perception survey."""
        return self.scale.mapping

    @property
    def performance(self) -> str | None:
        """What the rule calls the category; None where there is none."""
        return self.category.name if self.category is not None else None

    @property
    def table(self) -> str | None:
        """The version of the category table; None where there is none."""
        return self.bands.version if self.bands is not None else None

    @property
    def neighbour(self) -> tuple[Band, float] | None:
        """The likelier of the neighbouring categories, and how likely."""
        if self.bands is None or self.category is None or not self.likelihoods:
            return None
        around = [band for band in self.bands.neighbours(self.category) if band is not None]
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
    mapping: ScaleMapping | str | None = None,
    rounding: Stages | None = None,
    population: int | None = None,
    policy: Policy | str = Policy.COMPLETE,
    clusters: Clusters | None = None,
    like: DayEffects | None = None,
) -> Index:
    """Give the index of a tally: the IKM (PermenPAN-RB 14/2017, annex: processing of the data), IPKP, IPAK or F-03.

    Args:
        instrument: an instrument of any kind that leads to an index; it knows what its number is called.
        tally: the responses; tallies of units, services and periods are added before, never indices after.
        weight_mode: how the weights are taken; the instrument's own mode where None. Of an SKM alone.
        mapping: how a perception survey's scale becomes four points; the instrument's own choice where None.
        rounding: an office's intermediate rounding, to reproduce a published series; none where None. Of an SKM alone.
        population: users of the service in the period, for the finite population correction; unknown where None.
        policy: whether incomplete responses count.
        clusters: the complete responses' sums over unit-days; without them the doubt knows people alone.
        like: where there are none, the effects of days on the whole these responses are a part of.

    Raises:
        NothingAnswered: no response enters, or under `Policy.ALL` an element has no answer.
        ValueError: the instrument leads to no index, the tally is another instrument's, a mode, mapping or policy is unknown, or is none
            of this kind of instrument.
    """
    scale = _scale(instrument, mapping)
    if tally.instrument is not instrument and tally.instrument.name != instrument.name:
        raise ValueError(f"a tally of {tally.instrument.name} gives no index of {instrument.name}")
    mode = instrument.weight_mode if weight_mode is None else WeightMode(weight_mode)
    if instrument.kind is not Kind.SKM and (
        mode is not WeightMode.EXACT or rounding not in (None, UNROUNDED)
    ):
        raise ValueError(
            f"{instrument.name} is no SKM: it has no weights and no rounding of an office's choice"
        )
    basis = Basis(
        instrument,
        tally.copy(),
        mode,
        rounding or UNROUNDED,
        Policy(policy),
        population,
        scale,
        clusters,
        like,
    )
    n, unit = unit_estimate(basis)
    exact = exact_index(basis)
    value = two_decimals(exact)
    factor = scale_factor(basis, unit, exact)
    return Index(
        instrument=instrument.name,
        kind=instrument.kind,
        name=instrument.index_name,
        n=n,
        incomplete=tally.incomplete,
        exact=exact,
        value=value,
        category=classify(instrument.bands, value),
        interval=unit_interval(unit, factor, scale),
        policy=basis.policy,
        weight_mode=mode,
        weight=instrument.weights_by_mode[mode][1],
        rounding=basis.stages,
        scale=scale,
        bands=instrument.bands,
        population=population,
        days=basis.days,
        _unit=unit,
        _factor=factor,
        _basis=basis,
    )


def _scale(instrument: Instrument, mapping: ScaleMapping | str | None) -> Scale:
    if instrument.kind in NO_INDEX:
        raise ValueError(f"{instrument.name} leads to shares, not to a mean of answers")
    if mapping is not None and instrument.kind is not Kind.PERCEPTION:
        raise ValueError(f"{instrument.name} is no perception survey: its scale is mapped to no other")
    return instrument.scales[None if mapping is None else ScaleMapping(mapping)]


def compare(earlier: Index, later: Index) -> Comparison:
    """Say whether a unit became better or worse between two periods, or whether chance may have made the difference.

    The trend table of the SKM report (chapter IV) asks for the change; this adds its 95 % interval, see
    `survey.index.doubt.difference`.

    Raises:
        ValueError: the two are different indices, or made by different weights, mapping, rounding, policy or category tables.
    """
    for what in ("name", "policy", "weight_mode", "mapping", "rounding", "bands"):
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
