"""IPKP and IPAK, the perception indices of an integrity zone (PermenPAN-RB 90/2021; SE MenPANRB 4/2023).

The index is the mean over respondents of their mean over questions, on a 4-point scale. The questionnaires ask on 1 to 6, and
no source at hand says how 6 becomes 4: two candidates exist and the choice is a setting that is printed with the number.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.index.doubt import Interval
from survey.index.means import ElementMean, scale_mean
from survey.index.tally import Tally
from survey.instrument.bands import table
from survey.instrument.instrument import Instrument, Kind, ScaleMapping
from survey.instrument.weights import two_decimals

POINTS = 4
WBK_IPKP, WBK_IPAK = Decimal("3.20"), Decimal("3.60")
WBBM_IPKP, WBBM_IPAK = Decimal("3.60"), Decimal("3.60")
"""Thresholds as practice quotes them; no source at hand is the rule itself."""
_ASSESSMENT_WEIGHT = Fraction(35, 2)  # 17.5 of the 40 points for results

OLD_PERCEPTION = table(
    "2004-perception",
    "the legacy table of perception surveys, in the manner of KEP/25/M.PAN/2/2004",
    ("A", "81.26", "100.00", "Bersih/bebas"),
    ("B", "62.51", "81.25", "Cukup bersih"),
    ("C", "43.76", "62.50", "Kurang bersih"),
    ("D", "25.00", "43.75", "Tidak bersih/bebas"),
    read_only=True,
)
"""Still printed by some offices beside an IPAK; not the table of the SKM, and judges nothing here."""


@dataclass(frozen=True, slots=True)
class PerceptionIndex:
    """An IPKP or IPAK with what must be printed beside it."""

    name: str
    instrument: str
    value: Decimal
    """On the 4-point scale, two decimals."""
    exact: Fraction
    n: int
    incomplete: int
    mapping: ScaleMapping
    elements: tuple[ElementMean, ...]
    """Means on the questionnaire's own scale."""
    interval: Interval | None

    @property
    def points(self) -> Decimal:
        """The points in the assessment of an integrity zone, of 17.50: index / 4 times 17.5 (unverified)."""
        return two_decimals(self.exact / POINTS * _ASSESSMENT_WEIGHT)


def perception_index(
    instrument: Instrument,
    tally: Tally,
    *,
    mapping: ScaleMapping | str | None = None,
    population: int | None = None,
) -> PerceptionIndex:
    """Give the IPKP or IPAK of a tally (PermenPAN-RB 90/2021), on the 4-point scale, rounded half up to two decimals.

    Args:
        instrument: an instrument of kind `perception`; it knows which of the two its number is.
        tally: only its complete responses enter.
        mapping: how the questionnaire's scale becomes 4 points; the instrument's own choice where None. A scale of
            1 to 4 stays as it is under either.
        population: users in the period, for the finite population correction of the interval.

    Raises:
        NothingAnswered: there is no complete response.
        ValueError: the instrument is of another kind, the tally another instrument's, or the mapping unknown.
    """
    if instrument.kind is not Kind.PERCEPTION:
        raise ValueError(f"{instrument.name} is no perception survey")
    chosen = ScaleMapping(mapping) if mapping is not None else instrument.mapping or ScaleMapping.PROPORTIONAL
    found = scale_mean(instrument, tally, population=population)
    exact = to_four_points(found.mean, instrument, chosen)
    start = to_four_points(Fraction(instrument.lowest), instrument, chosen)
    return PerceptionIndex(
        name=instrument.index_name,
        instrument=instrument.name,
        value=two_decimals(exact),
        exact=exact,
        n=found.n,
        incomplete=found.incomplete,
        mapping=chosen,
        elements=found.elements,
        interval=found.interval(start=float(start), reach=float(POINTS - start)),
    )


def to_four_points(mean: Fraction, instrument: Instrument, mapping: ScaleMapping) -> Fraction:
    """Put a mean of the instrument's scale on the 4-point scale: 5.4 of 6 becomes 3.60, or 3.64 when stretched."""
    if mapping is ScaleMapping.PROPORTIONAL:
        return mean * POINTS / instrument.highest
    return 1 + (mean - instrument.lowest) * (POINTS - 1) / (instrument.highest - instrument.lowest)


def meets_wbk(*, ipkp: PerceptionIndex, ipak: PerceptionIndex) -> bool:
    """Say whether both indices reach the thresholds of *Wilayah Bebas dari Korupsi* (unverified), as printed."""
    return ipkp.value >= WBK_IPKP and ipak.value >= WBK_IPAK


def meets_wbbm(*, ipkp: PerceptionIndex, ipak: PerceptionIndex) -> bool:
    """Say whether both indices reach those of *Wilayah Birokrasi Bersih dan Melayani* (unverified), as printed."""
    return ipkp.value >= WBBM_IPKP and ipak.value >= WBBM_IPAK
