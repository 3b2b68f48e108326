"""Days as clusters: what answers of one unit and one local day have in common.

One clerk, one broken printer or one long queue makes the answers of a day alike, so that ten answers of one bad morning
tell less than ten of ten mornings. The variance of a mean of n people on D unit-days with n_d people and total T_d each is then

    D / (D - 1) * sum over days of (T_d - n_d * mean)² / n²

the linearised variance of a ratio, as a survey program gives it for a design whose clusters are days. It needs four whole
numbers, which add as long as every unit-day stands in one addend alone: D, and the sums of n_d², n_d * T_d and T_d². T is
the weighted score of `survey.index.tally`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FEWEST_DAYS = 8
"""Of fewer days nobody can say how alike their answers are: the estimate itself is mostly chance."""


@dataclass(frozen=True, slots=True)
class DayEffect:
    """How much less certain a mean is because its answers came in days."""

    days: int
    """Unit-days with complete responses."""
    ratio: float | None
    """Variance of the mean by days over that by people; None below two days. Below 1 where days happen to be very alike."""
    freedom: int
    """Degrees of freedom of the variance by days; 0 where there is none."""

    @property
    def design_effect(self) -> float | None:
        """How many times the variance between people counts: the larger of the two variances, so never below 1."""
        return None if self.ratio is None else max(1.0, self.ratio)

    @property
    def is_judged(self) -> bool:
        """Whether there are days enough to judge by."""
        return self.days >= FEWEST_DAYS


@dataclass(frozen=True, slots=True)
class Clusters:
    """The four sums over unit-days; whoever adds two of them vouches that no unit-day is in both."""

    days: int = 0
    people_squared: int = 0
    """Sum of n_d²."""
    products: int = 0
    """Sum of n_d * T_d."""
    totals_squared: int = 0
    """Sum of T_d²."""

    @classmethod
    def of(cls, days: Iterable[tuple[int, int]]) -> "Clusters":
        """Give the sums of days, each told by its complete responses and the sum of their weighted scores."""
        sums = [(1, n * n, n * total, total * total) for n, total in days if n]
        return cls(*map(sum, zip(*sums, strict=True))) if sums else cls()

    def effect(self, *, people: int, total: int, squares: int) -> DayEffect:
        """Give the effect of days on the mean of `people` whose scores add up to `total`, their squares to `squares`."""
        spread = people * squares - total * total
        if self.days < 2 or people < 2:
            return DayEffect(self.days, None, 0)
        if not spread:  # all scores are equal, and so are all days
            return DayEffect(self.days, 1.0, self.days - 1)
        between = (
            people * people * self.totals_squared
            - 2 * people * total * self.products
            + total * total * self.people_squared
        )
        ratio = self.days * (people - 1) * between / ((self.days - 1) * people * people * spread)
        return DayEffect(self.days, ratio, max(1, people * people // self.people_squared - 1))
