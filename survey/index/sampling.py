"""How many respondents a unit needs: Krejcie and Morgan, as the annex of PermenPAN-RB 14/2017 prescribes.

    S = λ² N P Q / (d² (N - 1) + λ² P Q)      with λ² = 3.841 (95 %), P = Q = 0.5, d = 0.05

rounded half up, which reproduces all ninety rows of the table that reports print; rounding up, as most programs do, gives
one respondent too many in half of them. The table assumes a random sample; a kiosk has none (`docs/method.md`).
"""

from dataclasses import dataclass
from fractions import Fraction

from survey.instrument.weights import half_up

_CHI_SQUARE = Fraction(3841, 1000)
_VARIANCE = Fraction(1, 4)
_MARGIN = Fraction(5, 100)
METHOD = "mandiri-kiosk"
"""What the way of choosing respondents is called: visitors choose themselves. It is no random sample."""
SMALLEST_GROUP = 5
"""Numbers about fewer people are shown to nobody: in a village they name a visitor."""
TAKE_ALL_BELOW = 10
"""The table starts at ten users; of fewer, everyone is asked."""


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Respondents against the number the rule asks for."""

    population: int
    """Users of the service in the period, as the unit states them."""
    required: int
    collected: int

    @property
    def is_sufficient(self) -> bool:
        """Whether there are as many respondents as the rule asks for, by a statement that can be true."""
        return self.collected >= self.required and not self.exceeds_population

    @property
    def exceeds_population(self) -> bool:
        """Whether more people answered than the unit is said to have had users: then the statement is wrong."""
        return self.collected > self.population

    @property
    def missing(self) -> int:
        """How many respondents are missing, 0 where none is."""
        return max(0, self.required - self.collected)


def required_sample(population: int) -> int:
    """Give the number of respondents for `population` users in the period (Krejcie and Morgan, 95 %, ±5 %).

    Raises:
        ValueError: the population is negative.
    """
    if population < 0:
        raise ValueError(f"a population of {population}")
    if population < TAKE_ALL_BELOW:
        return population
    spread = _CHI_SQUARE * _VARIANCE
    size = spread * population / (_MARGIN**2 * (population - 1) + spread)
    return half_up(size.numerator, size.denominator, 0)


def sufficiency(*, collected: int, population: int) -> Sufficiency:
    """Compare the respondents collected with the number required for the stated population.

    Raises:
        ValueError: a number is negative.
    """
    if collected < 0:
        raise ValueError(f"{collected} respondents")
    return Sufficiency(population=population, required=required_sample(population), collected=collected)
