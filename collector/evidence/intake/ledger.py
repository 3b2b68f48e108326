"""Reading the raw batches back: the lines of a stream, in order, as they were sent."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import connection

from collector import statements
from collector.evidence.intake.lines import HeldRun
from survey.record.chain import link_through
from survey.record.errors import Malformed
from survey.wire.messages import Batch, unpack_batch

_CHUNK = 200
_AT_ONCE = 50
"""Links asked for in one statement: the database sorts what leads to them in memory, some 64 records for each."""
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
_SEQ_BITS = 32  # a held record's number, beside its stream's in one parameter: no disk holds more of them
_SEQ = (1 << _SEQ_BITS) - 1
# What `link_after` reads, for many records: from the last link that is kept before each. `coalesce` is for none: from the beginning.
_UP_TO = """
SELECT given.value, b.first, b.count, b.received_ms, b.before, b.payload
FROM {each} {then} evidence_rawbatch b ON b.stream_id = given.value >> %s AND b.first <= (given.value & %s)
    AND b.first >= coalesce((SELECT max(a.first) FROM evidence_rawbatch a WHERE a.stream_id = given.value >> %s
        AND a.first <= (given.value & %s) AND length(a.before) > 0), 0)
ORDER BY given.value, b.first
"""


_BatchRow = tuple[int, int, int, bytes, bytes]
"""`first, count, received_ms, before, payload`."""


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


def _held(found: Iterable[_BatchRow], first: int) -> Iterator[HeldBatch]:
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


def links_after(starts: Mapping[tuple[int, int], bytes]) -> dict[tuple[int, int], bytes | None]:
    """Give the links after many held records, by stream and number, with what `link_after` gives for each; None also where a batch is damaged.

    `starts` has the link before the first record of each one's stream.
    """
    links: dict[tuple[int, int], bytes | None] = {
        place: start if place[1] == 0 else None for place, start in starts.items()
    }
    asked = [stream << _SEQ_BITS | seq for stream, seq in starts if seq > 0]
    for begin in range(0, len(asked), _AT_ONCE):
        wanted = statements.several(asked[begin : begin + _AT_ONCE])
        rows = statements.some_at_a_time(_UP_TO, wanted, _SEQ_BITS, _SEQ, _SEQ_BITS, _SEQ, number=_AT_ONCE)
        for both, found in groupby(rows, itemgetter(0)):
            place = both >> _SEQ_BITS, both & _SEQ
            try:
                links[place] = _link_through((row[1:] for row in found), place[1], starts[place])
            except Malformed:
                continue  # the next one's rows are found behind what is left of these
    return links


def _link_through(rows: Iterable[_BatchRow], seq: int, start: bytes) -> bytes | None:
    """Give the link after a record from the batches that lead to it; the first has the link before it, where it is not the stream's first."""
    reached, link = 1, start
    for number, held in enumerate(_held(rows, 1)):
        if number == 0 and held.before:
            reached, link = held.first, held.before
        if held.first != reached:
            return None
        offset = held.first - held.batch.first
        lines = held.batch.lines[offset : offset + min(held.number, seq + 1 - held.first)]
        link = link_through(link, lines)
        reached = held.first + len(lines)
    return link if reached == seq + 1 else None
