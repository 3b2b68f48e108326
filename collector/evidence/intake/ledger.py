"""Reading the raw batches back: the lines of a stream, in order, as they were sent."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import connection

from collector import statements
from collector.evidence.intake.lines import HeldRun
from survey.record.chain import link_through
from survey.wire.messages import Batch, unpack_batch

_CHUNK = 200
_LAST = 2**62
# The batch that holds `first`, or the one after it, and those that follow. Asked for many times a second: see `collector.statements`.
_BATCHES = """
SELECT first, count, received_ms, before, payload FROM evidence_rawbatch
WHERE stream_id = %s AND first <= %s AND first >= coalesce(
    (SELECT max(first) FROM evidence_rawbatch WHERE stream_id = %s AND first <= %s), 0)
ORDER BY first
"""
_LINK_BEFORE = """
SELECT first, before FROM evidence_rawbatch WHERE stream_id = %s AND first <= %s AND length(before) > 0
ORDER BY first DESC LIMIT 1
"""


class HeldBatch(NamedTuple):
    """A kept batch, the number from which it is the authority, and for how many records."""

    batch: Batch
    first: int
    number: int
    received_ms: int
    before: bytes
    """The link before `first`, where it is kept."""


def batches(stream_id: int, *, first: int = 1, last: int | None = None) -> Iterator[HeldBatch]:
    """Give the batches that hold records `first` to `last`, in order.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    until = _LAST if last is None else last
    parameters = (stream_id, until, stream_id, first)
    with connection.chunked_cursor() as cursor:
        cursor.execute(_BATCHES, parameters)
        while found := cursor.fetchmany(_CHUNK):
            yield from _held(found, first)


def _held(found: Iterable[tuple[int, int, int, bytes, bytes]], first: int) -> Iterator[HeldBatch]:
    for begin, count, received_ms, before, payload in found:
        if begin + count > first:
            yield HeldBatch(unpack_batch(bytes(payload)), begin, count, received_ms, bytes(before))


def runs(stream_id: int, *, first: int = 1, last: int | None = None) -> Iterator[HeldRun]:
    """Give the lines of records `first` to `last`, in order, batch by batch.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    for held in batches(stream_id, first=first, last=last):
        offset = held.first - held.batch.first
        run = HeldRun(held.first, held.batch.lines[offset : offset + held.number], held.received_ms)
        if last is not None and run.last > last:
            run = run._replace(lines=run.lines[: last - run.first + 1])
        yield run.since(first)


def lines(stream_id: int, *, first: int = 1, last: int | None = None) -> list[bytes]:
    """Give the lines of records `first` to `last`, in order.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    return [line for run in runs(stream_id, first=first, last=last) for line in run.lines]


def numbered(stream_id: int, *, first: int, last: int) -> list[tuple[int, bytes]]:
    """Give what is held of records `first` to `last`: number and line, in order.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    return [
        one
        for run in runs(stream_id, first=first, last=last)
        for one in enumerate(run.lines, start=run.first)
    ]


def link_after(stream_id: int, seq: int, *, start: bytes) -> bytes | None:
    """Give the link after a record; None where it cannot be told from what is held. `start` is the link before the first.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    anchor = statements.rows(_LINK_BEFORE, stream_id, seq)
    reached, link = (anchor[0][0], bytes(anchor[0][1])) if anchor else (1, start)
    if seq < reached:
        return link
    for run in runs(stream_id, first=reached, last=seq):
        if run.first != reached:
            return None
        link = link_through(link, run.lines)
        reached = run.last + 1
    return link if reached == seq + 1 else None
