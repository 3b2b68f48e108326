"""IPKP and IPAK, the perception indices of an integrity zone (PermenPAN-RB 90/2021; SE MenPANRB 4/2023).

The index is the mean over respondents of their mean over questions, on a 4-point scale (`survey.instrument.scales`); `survey.index.indices.index`
makes it as it makes every other. The questionnaires ask on 1 to 6, and no source at hand says how 6 becomes 4: two candidates
exist and the choice is a setting that is printed with the number. No rule at hand has categories for it: it is compared with the thresholds that
practice quotes, and with nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.index.indices import Index
from survey.instrument.bands import table
from survey.instrument.instrument import Kind
from survey.instrument.scales import POINTS
from survey.instrument.weights import two_decimals

THRESHOLDS: Mapping[str, Mapping[str, Decimal]] = {
    "IPKP": {"WBK": Decimal("3.20"), "WBBM": Decimal("3.60")},
    "IPAK": {"WBK": Decimal("3.60"), "WBBM": Decimal("3.60")},
}
"""By index, what *Wilayah Bebas dari Korupsi* and *Wilayah Birokrasi Bersih dan Melayani* ask of it, as practice quotes it; no source at
hand is the rule itself. Each zone asks both indices."""
THRESHOLDS_SOURCE = "kutipan praktik; naskah aturannya belum terkonfirmasi"
MOST_POINTS = Fraction(35, 2)
"""Of the 40 points for results in the assessment of an integrity zone, those for one index (unverified)."""

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
class Threshold:
    """What a zone asks of an index, and whether the printed number reaches it."""

    zone: str
    at: Decimal
    reached: bool


def thresholds(found: Index) -> tuple[Threshold, ...]:
    """Compare a printed IPKP or IPAK with the thresholds of integrity zones (unverified); nothing for any other index."""
    if found.kind is not Kind.PERCEPTION:
        return ()
    asked = THRESHOLDS.get(found.name, {})
    return tuple(Threshold(zone, at, found.value >= at) for zone, at in asked.items())


def points(found: Index) -> Decimal | None:
    """Give the points in the assessment of an integrity zone, of 17.50: index / 4 times 17.5 (unverified); None for any other index."""
    if found.kind is not Kind.PERCEPTION or found.name not in THRESHOLDS:
        return None
    return two_decimals(found.exact / POINTS * MOST_POINTS)
