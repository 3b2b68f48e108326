"""The true time of each record of a device without a clock chip, from the stamps of its stream alone.

Every record says how long its boot had lasted (`up_ms`), which never lies, and sometimes what the wall clock showed and
whether that was trusted. Order is always that of boots and numbers, never that of wall clocks. A record's time depends on
its boot:

* A boot with a trusted clock is *anchored*: a record stands by its boot time from the nearest anchor before it, or from the
  boot's first anchor where none is before it.
* A boot that never saw a trusted clock is *bounded*: not before the boot before it ended, not after the batch came in, and not
  after the next anchored boot began. Where the clock it showed lies in between it is believed, else the middle is taken.

So an anchor can change times that are projected already: those before it in its own boot, and those of the bounded boots
right before. These *open* records are always the tail of the stream; everything before them is final. What is stored with a
stream is therefore small: the state at the first open record and the state at the end. `times` is pure: the same records
from the same state, in whatever groups, come to the same times.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

ANCHOR_ERROR_MS = 1_000
"""What a trusted clock may be off."""
_DRIFT_SHARE = 10_000
"""A board's clock runs off by at most 1/10,000: 100 ppm."""
_IMPOSSIBLE_MS = 300_000
"""A clock this far ahead of the collector's is not to be trusted, whatever it says of itself."""


class Moment(NamedTuple):
    """A time and how far it may be off, both in milliseconds."""

    at_ms: int
    error_ms: int


class Stamp(Protocol):
    """What following an anchored boot needs of a record."""

    @property
    def boot(self) -> int: ...  # noqa: D102
    @property
    def up_ms(self) -> int: ...  # noqa: D102
    @property
    def at(self) -> int | None: ...  # noqa: D102
    @property
    def sync(self) -> bool: ...  # noqa: D102


class Stamped(NamedTuple):
    """What the time repair needs of a record."""

    seq: int
    boot: int
    up_ms: int
    at: int | None
    sync: bool
    received_ms: int


class Point(NamedTuple):
    """What is known between two records of a stream."""

    floor_ms: int
    """No record of this boot is before this plus its boot time."""
    boot: int = 0
    up_ms: int = 0
    """Boot time of the latest record."""
    anchor: tuple[int, int] | None = None
    """Latest trusted `(up_ms, at)` of this boot."""
    claim: tuple[int, int] | None = None
    """Latest untrusted `(up_ms, at)` of this boot."""

    @property
    def end_ms(self) -> int:
        """The earliest time at which the next boot can have begun."""
        if self.anchor is None:
            return self.floor_ms + self.up_ms
        up_ms, at = self.anchor
        return at + self.up_ms - up_ms


class ClockState(NamedTuple):
    """What is stored with a stream."""

    end: Point
    """After the last record."""
    open_from: int
    """The first record whose time may still change; one past the last where none may."""
    base: Point
    """Before that record."""


class Timed(NamedTuple):
    """The times of some records, and the state after them."""

    moments: list[Moment]
    state: ClockState


class _Boot(NamedTuple):
    begin: int
    end: int
    anchor: tuple[int, int] | None
    """Its first anchor."""


def unknown_clock(*, enrolled_ms: int) -> ClockState:
    """Give the state before a stream's first record."""
    point = Point(floor_ms=enrolled_ms)
    return ClockState(end=point, open_from=1, base=point)


def settles(records: Sequence[Stamped]) -> bool:
    """Tell whether these records anchor what was open before them."""
    return any(anchor_of(record) is not None for record in records)


def times(before: ClockState, records: Sequence[Stamped], *, from_base: bool = False) -> Timed:
    """Give the times of `records`, which follow the end of `before`, or its base where `from_base`.

    Records that were open before and that `records` settle are not in the answer: feed them again, from the base.
    """
    start = before.base if from_base else before.end
    if not records:
        return Timed([], before)
    boots = _boots(start, records)
    ceilings = _ceilings(boots)
    moments: list[Moment] = []
    point, base, open_from = start, start, records[0].seq
    if not from_base and before.open_from < records[0].seq:
        base, open_from = before.base, before.open_from
    for boot, ceiling in zip(boots, ceilings, strict=True):
        part = records[boot.begin : boot.end]
        if part[0].boot != point.boot:
            point = Point(floor_ms=point.end_ms, boot=part[0].boot)
        anchored = Point(point.floor_ms, part[0].boot, point.up_ms, boot.anchor)
        followed = follow(anchored, part, [record.received_ms for record in part])
        if followed is not None:
            moments += [Moment(*one) for one in followed[0]]
            point = base = followed[1]
            open_from = part[-1].seq + 1
        else:
            some, point = _bounded(point, part, ceiling)
            moments += some
    return Timed(moments, ClockState(end=point, open_from=open_from, base=base))


def anchor_of(record: Stamped) -> tuple[int, int] | None:
    """Give boot time and moment where a record anchors its boot: it shows a clock that is to be trusted."""
    if record.at is None or not record.sync or record.at > record.received_ms + _IMPOSSIBLE_MS:
        return None
    return record.up_ms, record.at


def _boots(start: Point, records: Sequence[Stamped]) -> list[_Boot]:
    begins = [0]
    begins += [at for at in range(1, len(records)) if records[at].boot != records[at - 1].boot]
    boots = []
    for begin, end in zip(begins, [*begins[1:], len(records)], strict=True):
        part = records[begin:end]
        anchor = start.anchor if begin == 0 and part[0].boot == start.boot else None
        if anchor is None:
            anchor = next((found for record in part if (found := anchor_of(record)) is not None), None)
        boots.append(_Boot(begin, end, anchor))
    return boots


def _ceilings(boots: Sequence[_Boot]) -> list[int | None]:
    """Give, for each boot, when the next anchored boot after it began."""
    ceilings: list[int | None] = []
    ceiling: int | None = None
    for boot in reversed(boots):
        ceilings.append(ceiling)
        if boot.anchor is not None:
            up_ms, at = boot.anchor
            ceiling = at - up_ms
    return ceilings[::-1]


def follow(
    point: Point, records: Sequence[Stamp], received: Sequence[int]
) -> tuple[list[tuple[int, int]], Point] | None:
    """Give the times of records of an anchored boot, and where that leads; None where another boot begins.

    Nearly every record of a fleet comes this way, so it is written for speed.
    """
    if point.anchor is None:
        return None
    base_up, base_at = point.anchor
    boot, latest = point.boot, point.up_ms
    moments = []
    for record, received_ms in zip(records, received, strict=True):
        if record.boot != boot:
            return None
        up_ms, at = record.up_ms, record.at
        if at is not None and record.sync and at <= received_ms + _IMPOSSIBLE_MS:
            base_up, base_at = up_ms, at
        latest = max(latest, up_ms)
        apart = up_ms - base_up
        moments.append((base_at + apart, ANCHOR_ERROR_MS + abs(apart) // _DRIFT_SHARE))
    return moments, Point(floor_ms=point.floor_ms, boot=boot, up_ms=latest, anchor=(base_up, base_at))


def _bounded(point: Point, records: Sequence[Stamped], ceiling: int | None) -> tuple[list[Moment], Point]:
    moments = []
    claim, latest = point.claim, point.up_ms
    for record in records:
        latest = max(latest, record.up_ms)
        if record.at is not None:
            claim = (record.up_ms, record.at)
        low = point.floor_ms + record.up_ms
        high = record.received_ms if ceiling is None else min(ceiling, record.received_ms)
        shown = claim[1] + record.up_ms - claim[0] if claim is not None else None
        at = shown if shown is not None and low <= shown <= high else (low + high) // 2
        moments.append(Moment(at, max(abs(at - low), abs(high - at))))
    return moments, Point(floor_ms=point.floor_ms, boot=records[-1].boot, up_ms=latest, claim=claim)
