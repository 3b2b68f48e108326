"""When did it happen? The time of a record from a device without a clock chip, repaired without guessing.

Every record says how long its boot had lasted (`up_ms`), which never lies, and sometimes what the wall clock showed
and whether that was trusted. One trusted sighting dates a whole boot, before and after it. A boot without one is held
between its neighbours: it began after the last thing known of the boot before it, and ended before the first thing
known of the boot after it, or before the collector received it. Order is always that of boots and numbers, never that
of wall clocks.

The collector keeps one `Timeline` a stream (`to_rows` and `from_rows` store it) and calls `add` for every record it
accepts, in order. When `add` says that the past has moved, records of this stream whose quality is not `exact` are
dated anew.
"""

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from survey.record import Stamp

SAME_CLOCK_MS = 100
"""Two sightings whose clocks differ by less say the same."""
UNKNOWN_ERROR_MS = 100 * 366 * 86_400_000
"""The error of a moment nothing is known about: a century."""
_DRIFT_PER_MILLION = 100  # a quartz without discipline; what `up_ms` may lose or gain away from a sighting
_FIRST_KIOSK_MS = 1_735_689_600_000  # 2025: a clock that shows less has lost its time
_IMPOSSIBLE_MS = 300_000  # a clock further ahead of the collector's than this is no trusted clock


class Quality(StrEnum):
    """How a moment is known."""

    EXACT = "exact"
    """The clock was trusted when the record was written."""
    REPAIRED = "repaired"
    """The clock was trusted at another moment of the same boot."""
    BOUNDED = "bounded"
    """Only that it lies between two known moments."""
    UNKNOWN = "unknown"
    """One side is open: the error is not known."""


class Moment(NamedTuple):
    """The best estimate of a record's time, and how far it may be off."""

    at_ms: int
    """Milliseconds since 1970 UTC."""
    error_ms: int
    quality: Quality


class Sighting(NamedTuple):
    """What the wall clock showed at one moment of a boot."""

    up_ms: int
    at_ms: int
    sync: bool

    @property
    def start_ms(self) -> int:
        """When the boot began, by this clock."""
        return self.at_ms - self.up_ms


@dataclass(frozen=True, slots=True)
class BootClock:
    """All that a stream says of one boot's time."""

    number: int
    last_up_ms: int = 0
    sightings: tuple[Sighting, ...] = ()
    """By `up_ms`; those that say nothing new are left out."""
    began_before_ms: int | None = None
    """The collector's own clock: each record existed when it was received, so the boot had begun `up_ms` earlier."""

    def trusted(self) -> tuple[Sighting, ...]:
        """Give the sightings of a trusted clock that can be true."""
        latest = None if self.began_before_ms is None else self.began_before_ms + _IMPOSSIBLE_MS
        return tuple(
            sighting
            for sighting in self.sightings
            if sighting.sync and (latest is None or sighting.start_ms <= latest)
        )

    def shown(self, up_ms: int) -> Sighting | None:
        """Give the sighting that held at `up_ms`: the latest one until then."""
        place = bisect.bisect_right(self.sightings, up_ms, key=lambda sighting: sighting.up_ms)
        return self.sightings[place - 1] if place else None


class Timeline:
    """The boots of one stream and what is known of their time."""

    def __init__(self, boots: Iterable[BootClock] = ()) -> None:
        self._boots = {boot.number: boot for boot in boots}

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[object]]) -> "Timeline":
        """Read what `to_rows` gave, also after a way through JSON."""
        return cls(_boot(row) for row in rows)

    def to_rows(self) -> list[list[object]]:
        """Give the timeline as lists of numbers, one a boot, for storing."""
        return [
            [
                boot.number,
                boot.last_up_ms,
                boot.began_before_ms,
                [[sighting.up_ms, sighting.at_ms, int(sighting.sync)] for sighting in boot.sightings],
            ]
            for _, boot in sorted(self._boots.items())
        ]

    @property
    def boots(self) -> tuple[BootClock, ...]:
        """The boots, in order."""
        return tuple(boot for _, boot in sorted(self._boots.items()))

    def add(self, stamp: Stamp, *, received_ms: int | None = None) -> bool:
        """Take note of a record's stamp; tells whether moments given earlier may have changed.

        Call it in the order of the records. `received_ms` is the collector's clock when it first held the record.
        """
        known = self._boots.get(stamp.boot)
        boot = known or BootClock(number=stamp.boot)
        moved = False
        if stamp.up_ms > boot.last_up_ms:
            boot = replace(boot, last_up_ms=stamp.up_ms)
        if received_ms is not None:
            before = received_ms - stamp.up_ms
            if boot.began_before_ms is None or before < boot.began_before_ms:
                boot = replace(boot, began_before_ms=before)
        if stamp.at is not None:
            sighting = Sighting(up_ms=stamp.up_ms, at_ms=stamp.at, sync=stamp.sync)
            if _says_something_new(boot.shown(stamp.up_ms), sighting):
                # A first trusted sighting dates this boot's past and narrows its neighbours; later ones may too.
                moved = stamp.sync and (known is not None or len(self._boots) > 0)
                sightings = sorted((*boot.sightings, sighting), key=lambda one: one.up_ms)
                boot = replace(boot, sightings=tuple(sightings))
        self._boots[stamp.boot] = boot
        return moved

    def moment(self, stamp: Stamp) -> Moment:
        """Give the best estimate of when the record with this stamp was made."""
        boot = self._boots.get(stamp.boot, BootClock(number=stamp.boot, last_up_ms=stamp.up_ms))
        trusted = boot.trusted()
        if not trusted:
            return self._between_neighbours(boot, stamp)
        shown = boot.shown(stamp.up_ms)
        if shown is not None and shown in trusted:
            at_ms = stamp.at if stamp.at is not None and stamp.sync else shown.start_ms + stamp.up_ms
            return Moment(at_ms=at_ms, error_ms=_drift(stamp.up_ms - shown.up_ms), quality=Quality.EXACT)
        nearest = min(trusted, key=lambda sighting: abs(sighting.up_ms - stamp.up_ms))
        return Moment(
            at_ms=nearest.start_ms + stamp.up_ms,
            error_ms=_drift(stamp.up_ms - nearest.up_ms),
            quality=Quality.REPAIRED,
        )

    def _between_neighbours(self, boot: BootClock, stamp: Stamp) -> Moment:
        earliest, latest = self._began(boot)
        shown = boot.shown(stamp.up_ms)
        if earliest is not None and latest is not None and earliest <= latest:
            return Moment(
                at_ms=(earliest + latest) // 2 + stamp.up_ms,
                error_ms=(latest - earliest + 1) // 2 + _drift(boot.last_up_ms),
                quality=Quality.BOUNDED,
            )
        # One side is open. What the clock showed is the best there is, unless it is beyond the side that is known, or
        # from before there were kiosks: then the side that is known is nearer to the truth.
        known = latest if latest is not None else earliest
        credible = shown is not None and (known is None or shown.start_ms >= _FIRST_KIOSK_MS)
        began = shown.start_ms if shown is not None and credible else known or 0
        if earliest is not None:
            began = max(began, earliest)
        if latest is not None:
            began = min(began, latest)
        return Moment(at_ms=began + stamp.up_ms, error_ms=UNKNOWN_ERROR_MS, quality=Quality.UNKNOWN)

    def _began(self, boot: BootClock) -> tuple[int | None, int | None]:
        """Give the earliest and the latest time at which a boot without a trusted clock can have begun."""
        earliest: int | None = None
        latest = boot.began_before_ms
        lasted = 0  # the boots between this one and the neighbour that knows the time
        for other in reversed([one for one in self.boots if one.number < boot.number]):
            lasted += other.last_up_ms
            if trusted := other.trusted():
                earliest = trusted[-1].start_ms + lasted
                break
        lasted = boot.last_up_ms
        for other in (one for one in self.boots if one.number > boot.number):
            if other.began_before_ms is not None:
                latest = _least(latest, other.began_before_ms - lasted)
            if trusted := other.trusted():
                latest = _least(latest, trusted[0].start_ms - lasted)
                break
            lasted += other.last_up_ms
        return earliest, latest


def _says_something_new(shown: Sighting | None, sighting: Sighting) -> bool:
    return (
        shown is None
        or shown.sync != sighting.sync
        or abs(shown.start_ms - sighting.start_ms) > SAME_CLOCK_MS
    )


def _drift(distance_ms: int) -> int:
    return SAME_CLOCK_MS + abs(distance_ms) * _DRIFT_PER_MILLION // 1_000_000


def _least(known: int | None, other: int) -> int:
    return other if known is None else min(known, other)


def _boot(row: Sequence[object]) -> BootClock:
    number, last_up_ms, began_before_ms, sightings = row
    if not isinstance(sightings, list | tuple):
        raise TypeError("a boot's sightings are a list")
    return BootClock(
        number=_whole(number),
        last_up_ms=_whole(last_up_ms),
        began_before_ms=None if began_before_ms is None else _whole(began_before_ms),
        sightings=tuple(
            Sighting(up_ms=_whole(up_ms), at_ms=_whole(at_ms), sync=bool(sync))
            for up_ms, at_ms, sync in sightings
        ),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value
