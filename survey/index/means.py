"""Means of a tally and their doubt, for every index that is not the IKM: exact fractions, one interval a mean."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.index.doubt import Estimate, Interval, estimate, moments, nearest, variance
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument
from survey.instrument.weights import two_decimals
from survey.record.errors import NothingAnswered


@dataclass(frozen=True, slots=True)
class ElementMean:
    """The mean answer to one question, on the instrument's own scale."""

    key: str
    code: str
    """As the form prints it."""
    mean: Fraction


@dataclass(frozen=True, slots=True)
class ScaleMean:
    """The mean over respondents of their mean over questions, on the instrument's own scale."""

    mean: Fraction
    n: int
    incomplete: int
    elements: tuple[ElementMean, ...]
    estimate: Estimate | None
    lowest: int
    highest: int

    def interval(self, *, start: float, reach: float) -> Interval | None:
        """Give the 95 % interval on a scale that begins at `start` and is `reach` long."""
        if self.estimate is None:
            return None
        low, high = self.estimate.bounds()
        return Interval(nearest(start + reach * low), nearest(start + reach * high))


def scale_mean(instrument: Instrument, tally: Tally, *, population: int | None = None) -> ScaleMean:
    """Give the mean of complete responses; with equal weights it is also the mean of the questions' means.

    Raises:
        NothingAnswered: there is no complete response.
        ValueError: the tally is another instrument's.
    """
    if tally.instrument.name != instrument.name:
        raise ValueError(f"a tally of {tally.instrument.name} gives no mean of {instrument.name}")
    n = tally.complete
    if not n:
        raise NothingAnswered(f"no complete answers to {instrument.name}")
    sums = [
        moments(tally.counts_at(place), instrument.lowest)[1] for place in range(len(instrument.elements))
    ]
    total = sum(weight * sum_u for weight, sum_u in zip(instrument.weight_units, sums, strict=True))
    mean = Fraction(total, n * instrument.weight_denominator)
    reach = instrument.highest - instrument.lowest
    return ScaleMean(
        mean=mean,
        n=n,
        incomplete=tally.incomplete,
        elements=tuple(
            ElementMean(key, instrument.question(key).code, Fraction(sum_u, n))
            for key, sum_u in zip(instrument.element_keys, sums, strict=True)
        ),
        estimate=estimate(
            share=float((mean - instrument.lowest) / reach),
            n=n,
            variance=variance(n, total, tally.squares) / (instrument.weight_denominator * reach) ** 2,
            population=population,
        ),
        lowest=instrument.lowest,
        highest=instrument.highest,
    )


def percent(share: Fraction) -> Decimal:
    """Give a share as a percentage with two decimals, rounded half up."""
    return two_decimals(100 * share)
