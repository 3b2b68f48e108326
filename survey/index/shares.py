"""Shares: how many gave each answer to each question of an instrument that leads to no index.

Such questions stand side by side and are not one thing: that somebody was asked for money and that somebody was put off are never averaged.
There is no mean over questions, no number of the whole and no category, and nothing of it enters an IKM.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from survey.index.clusters import Clusters, DayEffect
from survey.index.doubt import Interval, estimate, moments, nearest
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument, Kind
from survey.instrument.weights import two_decimals
from survey.record.errors import NothingAnswered


@dataclass(frozen=True, slots=True)
class AnswerShare:
    """How many gave one answer to a question."""

    value: int
    """The answer on the instrument's scale."""
    count: int
    percent: Decimal
    interval: Interval | None
    """In percent; None below two respondents."""


@dataclass(frozen=True, slots=True)
class QuestionShares:
    """What was answered to one question."""

    key: str
    n: int
    answers: tuple[AnswerShare, ...]
    """Each answer of the scale, lowest value first."""
    days: DayEffect | None
    """What days do to the doubt; None where they are not known."""


def shares(
    instrument: Instrument, tally: Tally, *, clusters: Clusters | None = None
) -> tuple[QuestionShares, ...]:
    """Give for each question the share of each answer in percent, two decimals, with its 95 % interval, of complete responses alone.

    An own measure of this project, of no rule. The interval is Wilson's at an effective number of respondents (`survey.index.doubt`). Where sums
    over unit-days are given, the effect of days on the mean answer to a question is taken for that on each of its shares.

    Raises:
        NothingAnswered: nobody answered every question.
        ValueError: the instrument leads to something else than shares, or the tally is another instrument's.
    """
    if instrument.kind is not Kind.SHARES:
        raise ValueError(f"{instrument.name} leads to no shares")
    if tally.instrument.name != instrument.name:
        raise ValueError(f"a tally of {tally.instrument.name} gives no shares of {instrument.name}")
    if not tally.complete:
        raise NothingAnswered(f"no complete answers to {instrument.name}")
    return tuple(
        _question(key, instrument, tally.counts_at(place), clusters.element(place) if clusters else None)
        for place, key in enumerate(instrument.element_keys)
    )


def _question(
    key: str, instrument: Instrument, counts: tuple[int, ...], clusters: Clusters | None
) -> QuestionShares:
    n, total, squares = moments(counts, instrument.lowest)
    days = clusters.effect(people=n, total=total, squares=squares) if clusters is not None else None
    answers = tuple(
        AnswerShare(value, count, two_decimals(Fraction(100 * count, n)), _interval(count, n, days))
        for value, count in zip(instrument.values, counts, strict=True)
    )
    return QuestionShares(key, n, answers, days)


def _interval(count: int, n: int, days: DayEffect | None) -> Interval | None:
    """Give the interval of a share in percent."""
    part = count / n
    spread = part * (1 - part) * n / (n - 1) if n > 1 else 0.0
    doubt = estimate(share=part, n=n, variance=spread, population=None, days=days)
    if doubt is None:
        return None
    low, high = doubt.bounds()
    return Interval(nearest(100 * low), nearest(100 * high))
