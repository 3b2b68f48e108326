"""An index with its interval on the scale of the categories, as fractions of the scale's width: every design draws from these."""

from dataclasses import dataclass
from decimal import Decimal

from collector.scores.show.formats import comma
from survey.index.doubt import Interval
from survey.instrument.bands import BandTable

_USUAL_START = Decimal(60)
"""Where the drawn scale begins: what lies below says little, and the scale says with its letters that it is cut."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One category on the scale."""

    letter: str
    x: float
    width: float
    lowest: str
    """Its lower bound; empty at the scale's beginning."""
    is_own: bool
    """Whether the index lies in it."""

    @property
    def middle(self) -> float:
        """Where its letter stands."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Scale:
    """Where everything lies, 0 at the left end and 1 at the right one."""

    zones: tuple[Zone, ...]
    value: float
    low: float
    high: float
    ends: tuple[str, str] = ("", "")
    """What stands at its ends where there are no categories."""


def plain_scale(value: Decimal, interval: Interval | None, ends: tuple[Decimal, Decimal]) -> Scale:
    """Give an index without categories on its whole scale."""
    low, high = (interval.low, interval.high) if interval else (value, value)
    start, end = ends

    def at(point: Decimal) -> float:
        return round(float((min(max(point, start), end) - start) / (end - start)), 5)

    return Scale((), at(value), at(low), at(high), (_short(start), _short(end)))


def _short(end: Decimal) -> str:
    """Write an end of a scale: `0,67`, `4`."""
    return comma(end.quantize(Decimal("0.01"))).removesuffix(",00")


def scale_of(value: Decimal, interval: Interval | None, bands: BandTable) -> Scale:
    """Give an index on its scale; one that reaches below 60 gets the whole scale."""
    low, high = (interval.low, interval.high) if interval else (value, value)
    start, end = bands.bands[-1].lowest, bands.bands[0].highest
    if low >= _USUAL_START and bands.bands[-1].highest > _USUAL_START:
        start = _USUAL_START

    def at(point: Decimal) -> float:
        return round(float((min(max(point, start), end) - start) / (end - start)), 5)

    rows = bands.bands[::-1]
    bounds = [start, *(row.lowest for row in rows[1:]), end]
    own = bands.classify(value)
    zones = tuple(
        Zone(row.letter, at(left), round(at(right) - at(left), 5), comma(left) if place else "", row is own)
        for place, (row, left, right) in enumerate(zip(rows, bounds[:-1], bounds[1:], strict=True))
    )
    return Scale(zones, value=at(value), low=at(low), high=at(high))
