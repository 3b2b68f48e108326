"""Where the marks of the charts lie; templates draw them as SVG, without a script and without a library."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from survey.index.doubt import Interval
from survey.instrument.bands import BandTable

LOWEST, HIGHEST = 25.0, 100.0
_WIDTH = 600.0
_TREND_HEIGHT = 150.0
_TREND_TOP = 0.0
_ROOM = 4 / 75
"""Of the scale, above and below what a trend shows."""


@dataclass(frozen=True, slots=True)
class ChartZone:
    """One category on the scale."""

    letter: str
    lowest: Decimal
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """An index on the scale of the categories, with its interval."""

    width: float
    zones: tuple[ChartZone, ...]
    x: float
    low: float
    high: float
    letter: str
    """Empty where there are no categories."""
    ends: tuple[Decimal, Decimal]
    """What stands under both ends."""
    before: float | None = None
    """Where the value of the period before lies; None where nothing is compared."""


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One period of a trend."""

    x: float
    y: float
    low: float
    high: float
    letter: str
    label: str
    """The period's identifier."""
    year: str
    part: str
    """What of the year it is: `TW3`, `S1`, `07`; nothing for a whole year."""
    value: Decimal
    n: int | None
    archived: int
    """How many of `n` are from the archive."""


class TrendValue(NamedTuple):
    """An index of one period, to be drawn."""

    period: str
    """The period's identifier."""
    value: Decimal
    interval: Interval | None
    letter: str
    n: int | None
    archived: int
    """How many of `n` are from the archive."""


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A grid line at a bound of a category."""

    y: float
    text: str
    letter: str
    height: float


@dataclass(frozen=True, slots=True)
class Trend:
    """An index over periods."""

    width: float
    height: float
    points: tuple[ChartPoint, ...]
    zones: tuple[ChartLine, ...]
    path: str

    @property
    def archived(self) -> bool:
        """Whether any of its points holds responses from the archive."""
        return any(point.archived for point in self.points)


def scale_at(
    value: Decimal,
    interval: Interval | None,
    letter: str,
    bands: BandTable | None,
    *,
    ends: tuple[float, float] = (LOWEST, HIGHEST),
    before: Decimal | None = None,
) -> Scale:
    """Give an index on its scale, with the categories its rule has, and the index of the period before."""

    def x(mark: Decimal | float) -> float:
        return _x(float(mark), ends)

    low, high = (Decimal(f"{Decimal(f'{end:.2f}').normalize():f}") for end in ends)
    if bands is None:
        zones: tuple[ChartZone, ...] = (ChartZone("", low, 0.0, _WIDTH),)
    else:
        zones = tuple(
            ChartZone(band.letter, band.lowest, x(band.lowest), x(band.highest) - x(band.lowest))
            for band in bands.bands
        )
    return Scale(
        width=_WIDTH,
        zones=zones,
        x=x(value),
        low=x(interval.low if interval else value),
        high=x(interval.high if interval else value),
        letter=letter,
        ends=(low, high),
        before=x(before) if before is not None else None,
    )


def bar(
    value: Decimal, interval: Interval | None, ends: tuple[float, float] = (LOWEST, HIGHEST)
) -> tuple[float, float, float]:
    """Give length, and both ends of the interval, of an element's bar of 200 units."""
    share = [
        _x(float(mark), ends) / 3 for mark in (value, *((interval.low, interval.high) if interval else ()))
    ]
    return share[0], share[1] if interval else share[0], share[2] if interval else share[0]


def trend_of(
    points: Sequence[TrendValue], bands: BandTable | None, ends: tuple[float, float] = (LOWEST, HIGHEST)
) -> Trend | None:
    """Give the trend of values in the order of their periods; None for fewer than two."""
    if len(points) < 2:
        return None
    marks = [
        float(mark)
        for point in points
        for mark in (point.value, *((point.interval.low, point.interval.high) if point.interval else ()))
    ]
    room = _ROOM * (ends[1] - ends[0])
    bottom, top = max(min(marks) - room, ends[0]), min(max(marks) + room, ends[1])

    def y(value: float) -> float:
        return round(_TREND_TOP + (top - value) / (top - bottom) * _TREND_HEIGHT, 1)

    step = (_WIDTH - 90) / (len(points) - 1)
    drawn = tuple(_point(point, round(45 + place * step, 1), y) for place, point in enumerate(points))
    zones = tuple(
        ChartLine(
            y=y(min(float(band.highest), top)),
            text=band.letter,
            letter=band.letter,
            height=round(y(max(float(band.lowest) - 0.01, bottom)) - y(min(float(band.highest), top)), 1),
        )
        for band in (bands.bands if bands is not None else ())
        if float(band.highest) > bottom and float(band.lowest) < top
    )
    path = " ".join(f"{'L' if place else 'M'}{point.x} {point.y}" for place, point in enumerate(drawn))
    return Trend(width=_WIDTH, height=_TREND_TOP + _TREND_HEIGHT + 74, points=drawn, zones=zones, path=path)


def _point(point: TrendValue, x: float, y: Callable[[float], float]) -> ChartPoint:
    interval = point.interval
    return ChartPoint(
        x=x,
        y=y(float(point.value)),
        low=y(float(interval.low if interval else point.value)),
        high=y(float(interval.high if interval else point.value)),
        letter=point.letter,
        label=point.period,
        year=point.period[:4],
        part=point.period[5:],
        value=point.value,
        n=point.n,
        archived=point.archived,
    )


def _x(value: float, ends: tuple[float, float]) -> float:
    return round((value - ends[0]) / (ends[1] - ends[0]) * _WIDTH, 1)
