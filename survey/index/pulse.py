"""The pulse: one smiley a visit, and the share of the satisfied. It is no element of the SKM and is never called IKM."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import mul

from survey.index.clusters import Clusters
from survey.index.doubt import Interval, estimate, nearest
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument, Kind
from survey.instrument.weights import two_decimals
from survey.record.errors import NothingAnswered

SATISFIED_FROM = 3
"""Puas and sangat puas."""


@dataclass(frozen=True, slots=True)
class PulseShare:
    """How many visitors pressed one of the two better smileys."""

    name: str
    """What an output calls it."""
    satisfied: int
    n: int
    counts: tuple[int, ...]
    """How often each smiley was pressed, worst first."""
    percent: Decimal
    interval: Interval | None
    """In percent; None below two presses."""


def share(instrument: Instrument, tally: Tally, *, clusters: Clusters | None = None) -> PulseShare:
    """Give the share of satisfied and very satisfied presses in percent, two decimals, with its 95 % interval.

    An own measure of this project, of no rule; it stands beside the IKM and never in it. Where sums over unit-days are
    given, the effect of days on the mean smiley is taken for that on the share.

    Raises:
        NothingAnswered: nobody pressed.
        ValueError: the instrument is no pulse, or the tally is another instrument's.
    """
    if instrument.kind is not Kind.PULSE:
        raise ValueError(f"{instrument.name} is no pulse")
    if tally.instrument.name != instrument.name:
        raise ValueError(f"a tally of {tally.instrument.name} gives no pulse")
    counts, n = tally.counts_at(0), tally.complete
    if not n:
        raise NothingAnswered("nobody pressed a smiley")
    satisfied = sum(counts[SATISFIED_FROM - instrument.lowest :])
    part = Fraction(satisfied, n)
    spread = float(part * (1 - part)) * n / (n - 1) if n > 1 else 0.0
    total = sum(map(mul, instrument.slot_scores, counts))
    days = clusters.effect(people=n, total=total, squares=tally.squares) if clusters is not None else None
    doubt = estimate(share=float(part), n=n, variance=spread, population=None, days=days)
    low, high = doubt.bounds() if doubt else (0.0, 1.0)
    return PulseShare(
        name=instrument.index_name,
        satisfied=satisfied,
        n=n,
        counts=counts,
        percent=two_decimals(100 * part),
        interval=Interval(nearest(100 * low), nearest(100 * high)) if doubt else None,
    )
