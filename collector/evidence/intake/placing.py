"""From proven lines to records that know their time and their unit. Pure, apart from what it is given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.evidence.intake import borders
from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.intake.carried import opened
from collector.evidence.intake.lines import (
    BODY_UNREADABLE,
    LOST,
    UNREADABLE,
    WRONG_NUMBER,
    HeldRun,
    Read,
    read_body,
    read_line,
)
from collector.evidence.intake.repeated import IsHeld, Place, held_nowhere
from collector.fleet.standing import Standing
from collector.local import LAST_MS
from survey.record.bodies import BODIES
from survey.record.chain import stated_link
from survey.record.clock import ClockState, Stamped, follow, times
from survey.record.record import CARRIED

KIND_UNKNOWN = "kind_unknown"
KIOSK_UNASSIGNED = "kiosk_unassigned"
CARRIED_TWICE = "carried_twice"
"""It carries over what is held already, and counts there."""
TIME_IMPOSSIBLE = "time_impossible"
"""The best estimate of its time lies before 1970 or beyond the year 9999: no page could show its day."""


@dataclass(frozen=True, slots=True)
class Source:
    """The stream some lines are of, and where its kiosk stood."""

    stream_id: int
    kiosk_id: int
    standing: Standing | None
    is_held: IsHeld = held_nowhere
    """Whether what it carries over is held already."""
    archived: bool = False
    """Whether its key brings history in."""
    taken_out: frozenset[int] = frozenset()
    """Responses that count nowhere: their visit was a test."""


@dataclass(slots=True)
class Placed:
    """What some lines come to."""

    clock: ClockState
    records: list[AcceptedRecord]
    set_aside: list[NotUnderstood]


def place(source: Source, runs: Iterable[HeldRun], clock: ClockState, *, from_base: bool = False) -> Placed:
    """Read, time and place lines that follow the end of `clock`, or its base."""
    set_aside: list[NotUnderstood] = []
    parsed = parse(source, runs, set_aside)
    start = clock.base if from_base else clock.end
    followed = follow(start, parsed.lines, parsed.received)
    moments: Sequence[tuple[int, int]]
    if followed is not None and parsed.lines:
        moments, end = followed
        clock = ClockState(end=end, open_from=parsed.lines[-1].seq + 1, base=end)
    else:
        stamped = stamps(parsed)
        moments, clock = times(clock, stamped, from_base=from_base)
        if source.standing is not None:
            moments = borders.stayed(source.standing, start, parsed.lines, stamped, moments)
    return Placed(clock, _records(source, parsed, moments, set_aside), set_aside)


@dataclass(slots=True)
class Parsed:
    """Lines that could be read, and when each was received."""

    lines: list[Read]
    received: list[int]


def parse(source: Source, runs: Iterable[HeldRun], set_aside: list[NotUnderstood]) -> Parsed:
    """Give the lines that can be read; the others go to `set_aside`."""
    lines: list[Read] = []
    received: list[int] = []
    for run in runs:
        before = len(lines)
        for seq, text in enumerate(run.lines, start=run.first):
            line = read_line(text)
            if line is not None and line.seq == seq:
                lines.append(line)
            else:
                code = WRONG_NUMBER if line is not None else LOST if stated_link(text) else UNREADABLE
                set_aside.append(NotUnderstood(source.stream_id, seq, code))
        received += [run.received_ms] * (len(lines) - before)
    return Parsed(lines, received)


def stamps(parsed: Parsed) -> list[Stamped]:
    """Give what the time repair needs of each line."""
    return [
        Stamped(line.seq, line.boot, line.up_ms, line.at, line.sync, received_ms)
        for line, received_ms in zip(parsed.lines, parsed.received, strict=True)
    ]


def _records(
    source: Source,
    parsed: Parsed,
    moments: Sequence[tuple[int, int]],
    set_aside: list[NotUnderstood],
) -> list[AcceptedRecord]:
    stream_id, kiosk_id, standing = source.stream_id, source.kiosk_id, source.standing
    records = []
    carried: dict[Place, bytes] = {}
    taken_out = source.taken_out
    for line, received_ms, (at_ms, error_ms) in zip(parsed.lines, parsed.received, moments, strict=True):
        seq = line.seq
        if taken_out and seq in taken_out:
            continue
        # Asked here and not in there: it spares nearly all records a call.
        inner = opened(line, at_ms=at_ms, error_ms=error_ms) if line.kind == CARRIED else None
        if inner is not None:
            if inner.text == carried.get(inner.place) or source.is_held(inner.place, inner.text, seq):
                set_aside.append(NotUnderstood(stream_id, seq, CARRIED_TWICE))
                continue
            carried[inner.place] = inner.text
            line, at_ms, error_ms = inner.line, inner.at_ms, inner.error_ms  # noqa: PLW2901 - from here on it is what was carried
        read = read_body(line) if line.kind in BODIES else None
        if read is None or standing is None:
            code = KIND_UNKNOWN if line.kind not in BODIES else BODY_UNREADABLE
            set_aside.append(NotUnderstood(stream_id, seq, code if standing else KIOSK_UNASSIGNED))
            continue
        if not 0 <= at_ms <= LAST_MS:
            set_aside.append(NotUnderstood(stream_id, seq, TIME_IMPOSSIBLE))
            continue
        response, body = read
        unit, place_id = standing.at(at_ms)
        service_id = None
        named = response.service if response is not None else body.get("service")
        if isinstance(named, str):
            of_unit = response.unit if response is not None else ""
            found = standing.service(unit=unit, place=place_id, code=named, of_unit=of_unit)
            if found is not None:
                service_id, unit = found
        if response is not None and response.place:
            # Where staff has moved it between its unit's places; whose services these are does not change with that.
            place_id = standing.places.get(response.place, place_id)
        records.append(
            AcceptedRecord(
                stream_id, seq, line.kind, line.boot, line.up_ms, at_ms, error_ms, received_ms,
                kiosk_id, unit, place_id, service_id, response, body, line.sync, inner is not None, source.archived,
            )
        )  # fmt: skip
    return records
