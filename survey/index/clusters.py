"""Days as clusters: what answers of one unit and one local day have in common.

One clerk, one broken printer or one long queue makes the answers of a day alike, so that ten answers of one bad morning
tell less than ten of ten mornings. The variance of a mean of n people on unit-days with n_d people and total T_d each is then

    f * sum over days of (T_d - n_d * mean)² / n²        f = 1 / (1 - 2 * sum n_d³ / (n * sum n_d²) + sum n_d² / n²)

the linearised variance of a ratio. A survey program has f = D / (D - 1), which is right where the D days are equally full.
Where a few days hold most people they pull the mean to themselves and look better than they are; the f above is what
brings the sum back to its size where days move everybody (bias-reduced linearisation with days as the only difference), and is
D / (D - 1) on equally full days.

It needs whole numbers that add as long as every unit-day stands in one addend alone: D, the sums of n_d² and n_d³, and for
whatever has a mean the sums of n_d * T_d and T_d²: the whole, whose T is the weighted score of `survey.index.tally`, and each element.
"""

from collections.abc import Iterable, Sequence
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
class DayEffects:
    """The effect of days on a whole, and on each of its elements in the instrument's order."""

    whole: DayEffect
    elements: tuple[DayEffect, ...]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Sums over unit-days; whoever adds two of them vouches that no unit-day is in both."""

    days: int = 0
    people_squared: int = 0
    """Sum of n_d²."""
    people_cubed: int = 0
    """Sum of n_d³."""
    products: int = 0
    """Sum of n_d * T_d."""
    totals_squared: int = 0
    """Sum of T_d²."""
    elements: tuple[tuple[int, int], ...] = ()
    """The last two for each element, whose T is the sum of its answers."""

    @classmethod
    def of(cls, days: Iterable[Sequence[int]]) -> "Clusters":
        """Give the sums of days, each told by its complete responses, the sum of their weighted scores, and that of each element's answers."""
        rows = [row_of_day(*day) for day in days if day[0]]
        return cls.from_row([sum(column) for column in zip(*rows, strict=True)]) if rows else cls()

    @classmethod
    def from_row(cls, row: Sequence[int]) -> "Clusters":
        """Read the sums as `row_of_day` puts them side by side; rows add."""
        days, squared, cubed, products, totals_squared, *rest = row
        elements = tuple(zip(rest[::2], rest[1::2], strict=True))
        return cls(days, squared, cubed, products, totals_squared, elements)

    def element(self, place: int) -> "Clusters":
        """Give the sums of one element alone."""
        return Clusters(self.days, self.people_squared, self.people_cubed, *self.elements[place])

    def effect(self, *, people: int, total: int, squares: int) -> DayEffect:
        """Give the effect of days on the mean of `people` whose scores add up to `total`, their squares to `squares`."""
        spread = people * squares - total * total
        if self.days < 2 or people < 2:
            return DayEffect(self.days, None, 0)
        freedom = max(1, people * people // self.people_squared - 1)
        if not spread:  # all scores are equal, and so are all days
            return DayEffect(self.days, 1.0, freedom)
        alike = self.people_squared
        between = (
            people * people * self.totals_squared - 2 * people * total * self.products + total * total * alike
        )
        seen = alike * (people * people + alike) - 2 * people * self.people_cubed
        return DayEffect(self.days, (people - 1) * between * alike / (spread * seen), freedom)


_HEADS = 5
"""Numbers of a row before those of the elements."""


def row_length(elements: int) -> int:
    """Give how many numbers the sums over days of so many elements are."""
    return _HEADS + 2 * elements


def row_of_day(people: int, total: int, *elements: int) -> list[int]:
    """Give the sums of one day: its complete responses, the sum of their weighted scores, and that of each element's answers."""
    row = [1, people * people, people * people * people, people * total, total * total]
    for each in elements:
        row += (people * each, each * each)
    return row
