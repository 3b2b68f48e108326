"""The numbers of a subject over its earlier periods, with their doubt, as they stood when a release came out.

What is withdrawn or corrected later changes nothing in a report that is made again: only what was out by then counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from collector.releases.content import interval_of, two_decimals
from collector.releases.models import Release
from collector.releases.show.reading import Reading
from collector.releases.states import State
from collector.scores.show.formats import comma
from survey.index.periods import parse

MOST = 8
"""Periods that are shown, the release's own with them."""
_SAME = ("policy", "weight_mode", "mapping", "bands", "rule")


@dataclass(frozen=True, slots=True)
class Point:
    """One period's number."""

    period: str
    title: str
    value: Decimal
    low: Decimal
    high: Decimal
    category: str
    n: str
    is_own: bool
    is_alike: bool
    """Whether it was reckoned as the newest one was; others are not to be compared."""

    @property
    def interval(self) -> str:
        """Its interval in words."""
        return f"{comma(self.low)} – {comma(self.high)}" if self.low != self.high else "–"


def of(release: Release) -> tuple[Point, ...]:
    """Give the release's number after those of earlier periods of the same kind, the oldest first."""
    own = Reading(release).index or {}
    every = [*reversed(list(_before(release))), release]
    return tuple(_point(one, own, release) for one in every)


def _before(release: Release) -> Iterator[Release]:
    """Give what was out of each earlier period on the day, the newest period first."""
    kind, day = parse(release.period).kind, release.published_at
    found = (
        Release.objects.filter(
            subject=release.subject,
            code=release.code,
            instrument=release.instrument,
            last_day__lt=release.first_day,
            published_at__lte=day,
        )
        .exclude(n=None)
        .defer("basis", "breakdown")
        .prefetch_related("steps")
        .order_by("-last_day", "-number")
    )
    seen: set[str] = set()
    for one in found:
        if one.period in seen or parse(one.period).kind is not kind or _was_withdrawn(one, day):
            continue
        seen.add(one.period)
        yield one
        if len(seen) == MOST - 1:
            return


def _was_withdrawn(release: Release, day: datetime | None) -> bool:
    return any(
        step.state == State.WITHDRAWN and (day is None or step.at <= day) for step in release.steps.all()
    )


def _point(one: Release, own: object, newest: Release) -> Point:
    reading = Reading(one)
    index = reading.index or {}
    value = two_decimals(index["value"])
    interval = interval_of(index)
    mine = own if isinstance(own, dict) else {}
    return Point(
        period=one.period,
        title=reading.said["period"]["title"],
        value=value,
        low=interval.low if interval else value,
        high=interval.high if interval else value,
        category=index["category"] or "",
        n=comma(reading.said["n"]),
        is_own=one.pk == newest.pk,
        is_alike=all(index.get(what) == mine.get(what) for what in _SAME),
    )
