"""Reading the raw batches back: the lines of a stream, in order, as they were sent."""

from collections.abc import Iterator
from typing import NamedTuple

from collector.evidence.lines import HeldLine
from collector.evidence.models import RawBatch
from survey.wire import Batch, unpack_batch

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


def lines(stream_id: int, *, first: int = 1, last: int | None = None) -> Iterator[HeldLine]:
    """Give the lines of records `first` to `last`, in order.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    for held in batches(stream_id, first=first, last=last):
        offset = held.first - held.batch.first
        for seq, line in enumerate(held.batch.lines[offset : offset + held.number], start=held.first):
            if seq >= first and (last is None or seq <= last):
                yield HeldLine(seq, line, held.received_ms)
