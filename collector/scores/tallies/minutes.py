"""Service minutes: what a kiosk's alive records prove of the hours it should have been in service.

An alive record comes every 15 minutes and proves the minutes since the one before, but never more than since the kiosk
was started. The marks of a day are kept packed in `KioskDay`; everything here is arithmetic on minutes of a local day.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from survey.record.bodies import ALIVE_EVERY_SECONDS, DARK, IN_TRAINING

_SLACK_MINUTES = 1  # a busy frame loop may write its record a little late; that is no hole
_OUT_OF_SERVICE = {
    "failed",
    DARK,
    IN_TRAINING,
}  # the screen that says so, none at all, and one that counts nothing


class Span(NamedTuple):
    """Minutes of a day, the second not included."""

    start: int
    end: int


class Mark(NamedTuple):
    """One alive record: at which minute it was written, how many minutes before it are proven, and in service or not."""

    minute: int
    proven: int
    serving: bool


def mark(minute: int, *, up_ms: int, screen: str) -> Mark:
    """Give the mark of an alive record."""
    proven = min(ALIVE_EVERY_SECONDS // 60 + _SLACK_MINUTES, up_ms // 60_000 + 1)
    return Mark(minute, proven, screen not in _OUT_OF_SERVICE)


def pack_marks(marks: Iterable[Mark]) -> bytes:
    """Give the stored form of a day's marks."""
    ordered = sorted(marks)
    steps = [
        late.minute - early.minute
        for early, late in zip([Mark(0, 0, serving=False), *ordered], ordered, strict=False)
    ]
    proofs = bytes(entry.proven << 1 | entry.serving for entry in ordered)
    return zlib.compress(struct.pack(f"<{len(steps)}H", *steps) + proofs, 9)


def with_marks(stored: bytes, added: Sequence[Mark], *, without: Sequence[Mark] = ()) -> bytes:
    """Give the stored form of a day with some marks more, and some less; nothing where none is left. One that is not there is passed over."""
    if stored and not without and (longer := _continued(stored, sorted(added))) is not None:
        return longer
    marks = unpack_marks(stored) if stored else []
    marks.extend(added)
    for mark in without:
        if mark in marks:
            marks.remove(mark)
    return pack_marks(marks) if marks else b""


def _continued(stored: bytes, added: Sequence[Mark]) -> bytes | None:
    """Give the stored form of a day that goes on, without reading its marks one by one; None where the new ones are not all later.

    Nearly every mark that ever comes is the latest of its day.
    """
    raw = zlib.decompress(stored)
    count = len(raw) // 3
    last = sum(struct.unpack_from(f"<{count}H", raw))
    if not added or added[0].minute <= last:
        return None
    minutes = [last, *[entry.minute for entry in added]]
    steps = [late - early for early, late in pairwise(minutes)]
    proofs = bytes([entry.proven << 1 | entry.serving for entry in added])
    whole = raw[: 2 * count] + struct.pack(f"<{len(steps)}H", *steps) + raw[2 * count :] + proofs
    return zlib.compress(whole, 9)


def unpack_marks(stored: bytes) -> list[Mark]:
    """Give the marks of a day in their order."""
    raw = zlib.decompress(stored)
    count = len(raw) // 3
    minute = 0
    marks = []
    for step, proof in zip(struct.unpack_from(f"<{count}H", raw), raw[2 * count :], strict=True):
        minute += step
        marks.append(Mark(minute, proof >> 1, bool(proof & 1)))
    return marks


def proven_spans(marks: Sequence[Mark]) -> list[Span]:
    """Give when the kiosk is proven to have been in service, as spans that neither touch nor overlap."""
    before = [0, *(entry.minute for entry in marks)]
    return _merged(
        Span(max(entry.minute - entry.proven, last), entry.minute)
        for last, entry in zip(before, marks, strict=False)
        if entry.serving and entry.proven
    )


def overlap(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """Give the minutes that are in both."""
    right = list(other)
    return [
        Span(max(a.start, b.start), min(a.end, b.end))
        for a in one
        for b in right
        if max(a.start, b.start) < min(a.end, b.end)
    ]


def missing(wanted: Iterable[Span], proven: Iterable[Span]) -> list[Span]:
    """Give the wanted minutes that are not proven: the holes."""
    held = _merged(proven)
    holes = []
    for span in _merged(wanted):
        start = span.start
        for proof in held:
            if proof.end <= start or proof.start >= span.end:
                continue
            if proof.start > start:
                holes.append(Span(start, proof.start))
            start = max(start, proof.end)
        if start < span.end:
            holes.append(Span(start, span.end))
    return holes


def length(spans: Iterable[Span]) -> int:
    """Give how many minutes spans hold together."""
    return sum(span.end - span.start for span in _merged(spans))


def clock(minute: int) -> str:
    """Give a minute of the day as people write it here: 13.05."""
    return f"{minute // 60:02d}.{minute % 60:02d}"


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.end):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
