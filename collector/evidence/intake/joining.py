"""Where a stream belongs in the one lineage of its key: behind which stream, and before which.

A stream names those before it, the nearest first. Most often the nearest is held and is the lineage's end. Where two were lost in a
row, the nearest is held nowhere, and the stream goes on from the next one that is; if the one between turns up later, it goes in there.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from collector.evidence.intake import ledger
from collector.evidence.models import NamedBefore, Stream
from collector.evidence.standing import COUNTING, ToldChain, ToldPredecessor
from survey.record.chain import first_link

_NAME = "INSERT INTO evidence_namedbefore (stream_id, place, uid, seq, link) VALUES (%s, %s, %s, %s, %s)"


class Follower(NamedTuple):
    """A stream of the lineage that names another one before it, of which nothing was held until now."""

    stream: Stream
    seq: int
    """How far the other one had come, by its word."""


class Joint(NamedTuple):
    """Where a stream fits; None at either side where nothing is there."""

    before: Stream | None
    """The stream it goes on from."""
    seq: int
    """The number in that stream after which it does; 0 without one."""
    after: Follower | None
    """The stream that goes on from it."""


def joint_of(key_id: int, uid: str, told: ToldChain) -> Joint | None:
    """Give where a stream that names `told` fits into the lineage of its key; None where it does not.

    Call it before the stream has a place in the lineage, and inside the transaction that gives it one.
    """
    after = follower_of(key_id, uid)
    found = _nearest(key_id, told)
    if found is None or found[0].standing not in COUNTING:
        # Nothing of the lineage is before it, so it can only begin a lineage that went on without it.
        begins = after is not None and after.stream.follows_id is None
        return Joint(None, 0, after) if begins else None
    before, named = found
    if after is not None and after.stream.follows_id is not None:
        fits = after.stream.follows_id == before.pk  # between the two, and nowhere else
    else:
        fits = before.followed_seq is None and not (after is not None and _leads_to(before, after.stream))
    return Joint(before, named.seq, after) if fits and _agrees(before, named) else None


def follower_of(key_id: int, uid: str) -> Follower | None:
    """Give the stream of the lineage that names this one nearer than the one it goes on from: it awaits it."""
    rows = NamedBefore.objects.filter(uid=uid, stream__key_id=key_id, stream__standing__in=COUNTING)
    for row in rows.select_related("stream__follows").order_by("place", "pk"):
        follows = row.stream.follows
        if follows is None or not row.stream.named.filter(uid=follows.uid, place__lt=row.place).exists():
            return Follower(row.stream, row.seq)
    return None


def join(stream: Stream, joint: Joint) -> None:
    """Give a stream its place; the streams at both sides are told."""
    stream.follows = joint.before
    if joint.before is not None:
        Stream.objects.filter(pk=joint.before.pk).update(followed_seq=joint.seq)
    if joint.after is not None:
        stream.followed_seq = joint.after.seq
        Stream.objects.filter(pk=joint.after.stream.pk).update(follows=stream)
    stream.save(update_fields=["follows", "followed_seq"])


def note(told: Iterable[tuple[int, ToldChain]]) -> None:
    """Keep whom streams, by their numbers, name before them."""
    rows = [
        (stream_id, place, one.uid, one.seq, one.link)
        for stream_id, chain in told
        for place, one in enumerate(chain)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_NAME, rows)


def noted(stream: Stream) -> ToldChain:
    """Give whom a stream names before it, as it was kept; why each was left is not."""
    rows = stream.named.order_by("place").values_list("uid", "seq", "link")
    return tuple(ToldPredecessor(uid, seq, bytes(link), "") for uid, seq, link in rows)


def _nearest(key_id: int, told: ToldChain) -> tuple[Stream, ToldPredecessor] | None:
    """Give the nearest of the streams that were named of which anything is held."""
    names = [one.uid for one in told]
    held = {
        one.uid: one
        for one in Stream.objects.filter(key_id=key_id, uid__in=names).select_related("key", "follows")
    }
    return next(((held[one.uid], one) for one in told if one.uid in held), None)


def _agrees(held: Stream, told: ToldPredecessor) -> bool:
    """Tell whether a stream stood where it is said to have stood, as far as what is held can tell."""
    if told.seq > held.through:
        return True  # what is missing between may still come; an audit names it until then
    start = first_link(stream=held.uid, public_key=bytes(held.key.public_key))
    return ledger.link_after(held.pk, told.seq, start=start) in (told.link, None)


def _leads_to(stream: Stream, goal: Stream) -> bool:
    """Tell whether a stream goes on from another one, at whatever distance, or is it."""
    seen: set[int] = set()
    at: Stream | None = stream
    while at is not None and at.pk not in seen:
        if at.pk == goal.pk:
            return True
        seen.add(at.pk)
        at = at.follows
    return False
