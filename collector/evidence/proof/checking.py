"""Checking a held stream from its raw batches; damage in the database is named, and ends nothing."""

from collections.abc import Iterator

from collector.evidence.models import Conflict, RawBatch, Stream
from collector.evidence.proof.verdicts import Part, SignedHead, StreamVerdict, check
from collector.trust.keys import verifier
from survey.record.errors import Malformed
from survey.record.verdict import Claim
from survey.wire.messages import unpack_batch


def check_stream(stream: Stream) -> StreamVerdict:
    """Follow a stream's chain from its first link to what was receipted and heard."""
    public_key = bytes(stream.key.public_key)
    return check(
        uid=stream.uid,
        public_key=public_key,
        verify=verifier(public_key),
        parts=_parts(stream),
        receipted=Claim(stream.through, bytes(stream.link)),
        heard=heard_head(stream),
        twice=conflicts(stream),
    )


def heard_head(stream: Stream) -> SignedHead | None:
    """Give the furthest record the kiosk proved to have written, if it ever did."""
    if stream.heard_seq == 0:
        return None
    return SignedHead(stream.heard_seq, bytes(stream.heard_link), bytes(stream.heard_signature))


def conflicts(stream: Stream) -> tuple[int, ...]:
    """Give the numbers under which the kiosk signed two different records."""
    kept = Conflict.objects.filter(stream=stream).order_by("seq")
    return tuple(kept.values_list("seq", flat=True).distinct())


def _parts(stream: Stream) -> Iterator[Part]:
    rows = RawBatch.objects.filter(stream=stream).order_by("first")
    columns = rows.values_list("first", "count", "before", "payload")
    for first, count, before, payload in columns.iterator(chunk_size=200):
        try:
            batch = unpack_batch(bytes(payload))
        except Malformed:
            continue  # its records are missing, and are named so
        offset = first - batch.first
        lines = batch.lines[offset : offset + count]
        known: list[bytes | None] = [bytes(before) or None, *([None] * (len(lines) - 1))]
        yield Part(list(enumerate(lines, start=first)), known, batch.signature)
