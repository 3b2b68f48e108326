"""Checking a held stream from its raw batches; damage in the database is named, and ends nothing."""

from collections.abc import Iterable, Iterator

from collector.evidence.intake import ledger
from collector.evidence.models import Conflict, RawBatch, Stream
from collector.evidence.proof.lineage import Life
from collector.evidence.proof.verdicts import Part, SignedHead, StreamVerdict, check
from collector.evidence.standing import StreamStanding
from collector.trust.keys import verifier
from survey.record.errors import Malformed
from survey.record.verdict import Claim
from survey.wire.messages import unpack_batch


def check_stream(stream: Stream, claims: Iterable[Claim] = ()) -> StreamVerdict:
    """Follow a stream's chain from its first link to what was receipted, heard, and told by streams that follow it."""
    public_key = bytes(stream.key.public_key)
    return check(
        uid=stream.uid,
        public_key=public_key,
        verify=verifier(public_key),
        parts=_parts(stream),
        receipted=Claim(stream.through, bytes(stream.link)),
        heads=heads(stream),
        claims=claims,
        twice=conflicts(stream),
    )


def heads(stream: Stream) -> tuple[SignedHead, ...]:
    """Give the furthest record the kiosk proved to have written, if it ever did."""
    if stream.heard_seq == 0:
        return ()
    return (SignedHead(stream.heard_seq, bytes(stream.heard_link), bytes(stream.heard_signature)),)


def life(stream: Stream) -> Life:
    """Give what the lineage of a stream's key is judged by."""
    rows = RawBatch.objects.filter(stream=stream).order_by("first")
    try:
        first_line = next(iter(ledger.lines(stream.pk, last=1)), None)
    except Malformed:
        first_line = None
    return Life(
        uid=stream.uid,
        key=bytes(stream.key.public_key),
        standing=StreamStanding(stream.standing),
        decided_by=stream.decided_by,
        decided_why=stream.decided_why,
        first_line=first_line,
        through=stream.through,
        arrivals=tuple(rows.values_list("first", "count", "received_ms")),
    )


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
