"""PEKPPP: the users' form F-03, the evaluator's form F-02 and the index IPP (PermenPAN-RB 29/2022 jo. 4/2023).

    IPP = 0.75 F02 + 0.25 F03, all three from 0 to 5

F-03 has fourteen items on 0 to 5; it is no SKM and neither is converted into the other. Categories have gaps as the SKM's do:
round to two decimals, half up, then classify. Aspect weights come from two sources that agree, indicator weights from
one, the categories from three that agree where they overlap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.index.indices import Index
from survey.instrument.bands import Band, table
from survey.instrument.instrument import Kind
from survey.instrument.weights import two_decimals

RULE = "PermenPAN-RB 29/2022 jo. 4/2023"
HIGHEST = 5
F02_WEIGHT, F03_WEIGHT = Fraction(3, 4), Fraction(1, 4)
CATEGORIES = table(
    "2022",
    RULE,
    ("A", "4.51", "5.00", "Pelayanan Prima"),
    ("A-", "4.01", "4.50", "Sangat Baik"),
    ("B", "3.51", "4.00", "Baik"),
    ("B-", "3.01", "3.50", "Baik (Dengan Catatan)"),
    ("C", "2.51", "3.00", "Cukup"),
    ("C-", "2.01", "2.50", "Cukup (Dengan Catatan)"),
    ("D", "1.51", "2.00", "Buruk"),
    ("E", "1.01", "1.50", "Sangat Buruk"),
    ("F", "0.00", "1.00", "Gagal"),
)

ASPECTS: Mapping[str, tuple[int, Mapping[int, int]]] = {
    "I": (24, {1: 17, 2: 14, 3: 7, 4: 14, 5: 10, 6: 17, 7: 7, 8: 7, 9: 7}),
    "II": (25, {10: 10, 11: 20, 12: 20, 13: 20, 14: 30}),
    "III": (18, {15: 15, 16: 23, 17: 20, 18: 20, 19: 11, 20: 11}),
    "IV": (11, {21: 30, 22: 20, 23: 20, 24: 30}),
    "V": (10, {25: 20, 26: 25, 27: 25, 28: 30}),
    "VI": (12, {29: 50, 30: 50}),
}
"""F-02: by aspect its weight in percent, and each indicator's weight within it in percent."""
ASPECT_NAMES: Mapping[str, str] = {
    "I": "Kebijakan Pelayanan",
    "II": "Profesionalisme SDM",
    "III": "Sarana Prasarana",
    "IV": "Sistem Informasi Pelayanan Publik",
    "V": "Konsultasi dan Pengaduan",
    "VI": "Inovasi Pelayanan Publik",
}
INDICATORS = tuple(number for _, indicators in ASPECTS.values() for number in indicators)
NOT_SCORED = 31
"""Further information on the queue: it stands on the form and has no weight."""


@dataclass(frozen=True, slots=True)
class Ipp:
    """*Indeks Pelayanan Publik* of an assessed unit, with its two parts."""

    value: Decimal
    exact: Fraction
    category: Band
    f02: Fraction
    f03: Fraction
    """What entered: the users' mean, or 0 where it was counted so."""
    users: Index
    """The users' part as it came out."""
    quota: int | None
    zeroed: bool
    """Whether F-03 entered as 0 because its quota was not met, as one agency's system does; always printed."""

    @property
    def quota_is_met(self) -> bool:
        """Whether there are as many respondents as the quota asks for; true where there is none."""
        return meets(self.quota, self.users.n)


def meets(quota: int | None, n: int) -> bool:
    """Tell whether n respondents meet a quota; true where there is none."""
    return quota is None or n >= quota


def f02(scores: Mapping[int, int]) -> Fraction:
    """Give the F-02 of the evaluator's scores 0 to 5 by indicator number 1 to 30, on 0 to 5, exact.

    Raises:
        ValueError: an indicator is missing or unknown, or a score is not 0 to 5.
    """
    known = set(INDICATORS)
    if set(scores) != known:
        raise ValueError(f"F-02 has scores for indicators 1 to 30; differs in {sorted(set(scores) ^ known)}")
    if not all(0 <= score <= HIGHEST for score in scores.values()):
        raise ValueError(f"a score is 0 to {HIGHEST}")
    values = aspect_values(scores)
    return sum((Fraction(weight, 100) * values[code] for code, (weight, _) in ASPECTS.items()), Fraction(0))


def aspect_values(scores: Mapping[int, int]) -> dict[str, Fraction]:
    """Give the value of each aspect, 0 to 5, from scores by indicator number."""
    return {
        code: sum(
            (Fraction(share * scores[number], 100) for number, share in indicators.items()), Fraction(0)
        )
        for code, (_, indicators) in ASPECTS.items()
    }


def ipp(
    *, f02: Fraction | Decimal, users: Index, quota: int | None = None, zero_below_quota: bool = False
) -> Ipp:
    """Give the IPP: 0.75 F-02 + 0.25 F-03, rounded half up to two decimals, then one of nine categories.

    Args:
        f02: the evaluator's part, 0 to 5.
        users: the users' part, an index of F-03; its exact mean enters.
        quota: respondents that are asked for; None where nobody asks for any.
        zero_below_quota: count F-03 as 0 where its quota is not met, as one agency does. The result says so.

    Raises:
        ValueError: F-02 is not 0 to 5, or the users' part is no F-03.
    """
    if users.kind is not Kind.F03:
        raise ValueError(f"{users.instrument} is no F-03")
    evaluator = Fraction(f02)
    if not 0 <= evaluator <= HIGHEST:
        raise ValueError(f"F-02 is {f02}, not 0 to {HIGHEST}")
    zeroed = zero_below_quota and not meets(quota, users.n)
    counted = Fraction(0) if zeroed else users.exact
    exact = F02_WEIGHT * evaluator + F03_WEIGHT * counted
    value = two_decimals(exact)
    return Ipp(
        value=value,
        exact=exact,
        category=CATEGORIES.classify(value),
        f02=evaluator,
        f03=counted,
        users=users,
        quota=quota,
        zeroed=zeroed,
    )
