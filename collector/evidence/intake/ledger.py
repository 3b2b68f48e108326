"""Reading the raw batches back: the lines of a stream, in order, as they were sent."""

from collections.abc import Iterator
from typing import NamedTuple

from collector.evidence.intake.lines import HeldRun
from collector.evidence.models import RawBatch
from survey.record.chain import link_through
from survey.wire.messages import Batch, unpack_batch

_CHUNK = 200


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
    rows = RawBatch.objects.filter(stream_id=stream_id)
    begin = rows.filter(first__lte=first).order_by("-first").values_list("first", flat=True).first()
    if begin is not None:
        rows = rows.filter(first__gte=begin)
    if last is not None:
        rows = rows.filter(first__lte=last)
    chosen = rows.order_by("first").values_list("first", "count", "received_ms", "before", "payload")
    for begin, count, received_ms, before, payload in chosen.iterator(chunk_size=_CHUNK):
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
    kept = RawBatch.objects.filter(stream_id=stream_id, first__lte=seq).exclude(before=b"")
    anchor = kept.order_by("-first").values_list("first", "before").first()
    reached, link = (anchor[0], bytes(anchor[1])) if anchor is not None else (1, start)
    if seq < reached:
        return link
    for run in runs(stream_id, first=reached, last=seq):
        if run.first != reached:
            return None
        link = link_through(link, run.lines)
        reached = run.last + 1
    return link if reached == seq + 1 else None
