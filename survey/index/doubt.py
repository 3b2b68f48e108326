"""How far a number may be trusted: intervals, probabilities of categories, differences. Floats, apart from the index.

The mean of n respondents is put on a share p between 0 (lowest possible) and 1 (highest possible). Its interval is Wilson's
score interval for that share at an *effective* number of respondents

    effective = p (1 - p) / (s² / n)

where s² is the variance between respondents, with Student's quantile in place of the normal one. A score interval bends
away from the ends of the scale, where Indonesian indices live: near 4.0 the plain mean ± t·s/√n of thirty people holds the
truth of an element in 50 to 80 % of samples while it promises 95 %. Half a respondent whose answers lie anywhere on the
scale is added to the variance (not to the mean), so that ten equal answers give a wide interval and not a point.
`docs/method.md` has the measured coverage.

Answers of one day may be alike. Where the days are known (`survey.index.clusters`), the larger of two variances counts: the
one between people, and the one between days with Student's quantile for D - 1 degrees of freedom.

Where a number of users in the period is stated, the variance between people is multiplied by the finite population
correction 1 - n/N, of which n/N counts as one half at most: a statement is no census, and presses are not people. It says
nothing about days.

None of this knows whether the respondents are like the users. People choose whether to answer a kiosk, so the interval
covers chance alone: it is the least doubt there is, never the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import floor, sqrt
from operator import mul

from survey.index.clusters import DayEffect
from survey.index.student import t_cdf, t_quantile
from survey.instrument.weights import hundredths

LEVEL = 0.95
UNLIKE_RESPONDENTS = 0.5
"""How many respondents of unknown mind are added to the variance; chosen by simulation, see `docs/method.md`."""
MOST_CORRECTED = 0.5
"""The largest part of the users that a stated number of them makes certain."""
_UNIFORM_VARIANCE = 1 / 12


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies with the stated probability, as far as chance is concerned; two decimals."""

    low: Decimal
    high: Decimal
    level: float = LEVEL


class Change(StrEnum):
    """What two periods say about the change between them."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Difference:
    """The later value minus the earlier one, and whether chance alone could have made it."""

    value: Decimal
    interval: Interval | None
    change: Change


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean as a share of its scale, with what is needed to doubt it."""

    share: float
    effective: float
    """Respondents that a yes-or-no question would need for the same precision."""
    freedom: int
    """Degrees of freedom: people less one, or days less one where the days are the larger doubt."""

    def bounds(self, level: float = LEVEL) -> tuple[float, float]:
        """Give the interval of the share."""
        return bounds(self.share, self.effective, two_sided(self.freedom, level))

    def at_least(self, share: float) -> float:
        """Give the confidence that the true share is `share` or more, by the same score statistic as the interval."""
        if share <= 0:
            return 1.0
        if share >= 1:
            return 0.0
        return t_cdf((self.share - share) * sqrt(self.effective / (share * (1 - share))), self.freedom)


def estimate(
    *, share: float, n: int, variance: float, population: int | None, days: DayEffect | None = None
) -> Estimate | None:
    """Make an estimate of a mean share from `n` respondents whose shares vary by `variance` (divisor n - 1).

    Gives None for fewer than two respondents: one opinion has no visible doubt. A population of fewer than `n` is a wrong
    statement and corrects nothing.
    """
    return Estimate(share, *precision(share, n, variance, population, days)) if n > 1 else None


def precision(
    share: float, n: int, variance: float, population: int | None, days: DayEffect | None
) -> tuple[float, int]:
    """Give the effective number of respondents (see this module's page) and the degrees of freedom."""
    factor = remaining = (
        1.0 if population is None or population < n else 1 - min(n / population, MOST_CORRECTED)
    )
    freedom = n - 1
    if days is not None and days.ratio is not None and days.ratio > remaining:
        factor, freedom = days.ratio, days.freedom
    added = n + UNLIKE_RESPONDENTS
    centre = (n * share + UNLIKE_RESPONDENTS * 0.5) / added
    off, far = share - centre, 0.5 - centre
    unlike = n * off * off + UNLIKE_RESPONDENTS * (far * far + _UNIFORM_VARIANCE)
    squares = (n - 1) * variance * factor + unlike * remaining
    return n * centre * (1 - centre) * (added - 1) / squares, freedom


def bounds(share: float, effective: float, quantile: float) -> tuple[float, float]:
    """Give Wilson's score interval of a share at an effective number of respondents."""
    penalty = quantile * quantile / effective
    middle = share + penalty / 2
    half = sqrt(penalty * (share * (1 - share) + penalty / 4))
    low, high = (middle - half) / (1 + penalty), (middle + half) / (1 + penalty)
    # the last digits of floats must not push the estimate out of its own interval
    return (min(share, low)), (max(share, high))


def difference(
    earlier: tuple[Decimal, Interval | None], later: tuple[Decimal, Interval | None]
) -> Difference:
    """Compare two independent values by their printed intervals (method of variance estimates recovery).

    With intervals (l₁, u₁) and (l₂, u₂) the difference d = x₂ - x₁ reaches from d - √((x₂-l₂)² + (u₁-x₁)²) to
    d + √((u₂-x₂)² + (x₁-l₁)²), so that anybody can check it from the two printed lines. The same people asked twice would make
    it too wide, never too narrow, as long as their opinions persist.
    """
    (first, doubt_first), (second, doubt_second) = earlier, later
    change = second - first
    if doubt_first is None or doubt_second is None:
        return Difference(change, None, Change.CANNOT_TELL)
    down = float((second - doubt_second.low) ** 2 + (doubt_first.high - first) ** 2)
    up = float((doubt_second.high - second) ** 2 + (first - doubt_first.low) ** 2)
    interval = Interval(nearest(float(change) - sqrt(down)), nearest(float(change) + sqrt(up)))
    if interval.low > 0:
        return Difference(change, interval, Change.BETTER)
    return Difference(change, interval, Change.WORSE if interval.high < 0 else Change.CANNOT_TELL)


def moments(counts: Sequence[int], lowest: int) -> tuple[int, int, int]:
    """Give number, sum and sum of squares of the answers counted from `lowest` up; exact."""
    values = range(lowest, lowest + len(counts))
    weighted = list(map(mul, values, counts))
    return sum(counts), sum(weighted), sum(map(mul, values, weighted))


def variance(number: int, total: int, squares: int) -> float:
    """Give the variance with divisor n - 1 from exact sums; nothing is lost to cancellation. Zero for one."""
    return (number * squares - total * total) / (number * (number - 1)) if number > 1 else 0.0


def nearest(value: float) -> Decimal:
    """Round a float to two decimals, half up, for a printed doubt."""
    return hundredths(floor(value * 100 + 0.5))


@lru_cache(maxsize=16384)
def two_sided(freedom: int, level: float = LEVEL) -> float:
    """Give Student's quantile that leaves half of what `level` misses on either side."""
    return t_quantile((1 + level) / 2, freedom)
