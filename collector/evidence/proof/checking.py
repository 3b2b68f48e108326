"""Checking a held stream from its raw batches; damage in the database is named, and ends nothing."""

from collections.abc import Iterable, Iterator, Sequence

from collector.evidence.intake import ledger
from collector.evidence.models import Conflict, HeardHead, LostHere, RawBatch, Stream
from collector.evidence.proof.lineage import Life
from collector.evidence.proof.tallied import TallyCheck, check_tallies
from collector.evidence.proof.verdicts import Part, SignedHead, StreamVerdict, check
from collector.evidence.standing import StreamStanding, naming_line
from collector.fleet.models import KioskKey
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
        lost_here=lost_here(stream),
    )


def heads(stream: Stream) -> tuple[SignedHead, ...]:
    """Give what heartbeats proved of a stream: the furthest record written, and heads that tell another history."""
    furthest = SignedHead(stream.heard_seq, bytes(stream.heard_link), bytes(stream.heard_signature))
    others = HeardHead.objects.filter(key_id=stream.key_id, uid=stream.uid).order_by("pk")
    return ((furthest,) if stream.heard_seq else ()) + signed_heads(others)


def signed_heads(heads: Iterable[HeardHead]) -> tuple[SignedHead, ...]:
    """Give kept heads as they are checked."""
    return tuple(SignedHead(one.seq, bytes(one.link), bytes(one.signature)) for one in heads)


def check_awaited(
    key: KioskKey, uid: str, heads: Iterable[HeardHead], claims: Iterable[Claim] = ()
) -> StreamVerdict:
    """Give the verdict on a stream of which heads were heard and nothing came."""
    public_key = bytes(key.public_key)
    return check(
        uid=uid,
        public_key=public_key,
        verify=verifier(public_key),
        parts=(),
        receipted=Claim(0),
        heads=signed_heads(heads),
        claims=claims,
    )


def awaited_life(key: KioskKey, uid: str, heads: Sequence[HeardHead]) -> Life:
    """Give what the lineage has to say of a stream of which nothing came."""
    return Life(
        kiosk=key.kiosk.name,
        uid=uid,
        key=bytes(key.public_key),
        standing=StreamStanding.AWAITED,
        decided_by="",
        decided_why="",
        first_line=None,
        through=0,
        heard=max(head.seq for head in heads),
        arrivals=(),
    )


def life(stream: Stream) -> Life:
    """Give what the lineage of a stream's key is judged by."""
    rows = RawBatch.objects.filter(stream=stream).order_by("first")
    try:
        first_line = naming_line(
            one for run in ledger.runs(stream.pk) for one in enumerate(run.lines, start=run.first)
        )
    except Malformed:
        first_line = None
    return Life(
        kiosk=stream.kiosk.name,
        uid=stream.uid,
        key=bytes(stream.key.public_key),
        standing=StreamStanding(stream.standing),
        decided_by=stream.decided_by,
        decided_why=stream.decided_why,
        first_line=first_line,
        through=stream.through,
        heard=stream.heard_seq,
        arrivals=tuple(rows.values_list("first", "count", "received_ms")),
    )


def lost_here(stream: Stream) -> tuple[tuple[int, int], ...]:
    """Give what this collector had of a stream and has no more: first and last numbers."""
    return tuple(LostHere.objects.filter(stream=stream).order_by("first").values_list("first", "last"))


def conflicts(stream: Stream) -> tuple[int, ...]:
    """Give the numbers under which the kiosk signed two different records."""
    kept = Conflict.objects.filter(stream=stream).order_by("seq")
    return tuple(kept.values_list("seq", flat=True).distinct())


def tallies_of(stream: Stream) -> TallyCheck:
    """Check the tallies in a held stream against its records."""
    return check_tallies(stream.uid, _numbered(stream), lost=lost_here(stream))


def _numbered(stream: Stream) -> Iterator[Iterable[tuple[int, bytes]]]:
    try:
        for run in ledger.runs(stream.pk):
            yield enumerate(run.lines, start=run.first)
    except Malformed:
        return  # what is behind the damage is missing, and the verdict says so


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
        whole = first + count - 1 == batch.last  # what filled a hole may be the middle of a message
        yield Part(list(enumerate(lines, start=first)), known, batch.signature if whole else b"")
