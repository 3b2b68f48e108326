"""Streams that begin in a group. Nearly all are the first of their key, and these are opened together, in a few statements.

A new day of a fleet, or a new fleet, brings hundreds of them in one group. A stream whose key has others is looked at by itself, when its turn
comes: where it fits depends on what is held then.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from collector import statements
from collector.evidence.intake import heads, joining
from collector.evidence.intake.senders import StreamRow
from collector.evidence.models import Stream
from collector.evidence.standing import COUNTING, StreamStanding, ToldChain

_LOCKED = "SELECT id FROM fleet_kioskkey WHERE id {among} ORDER BY id"
# Each key is asked whether it has one, not for all it has: whoever has a key can make many.
_WITH_STREAMS = """
SELECT y.id FROM fleet_kioskkey y
WHERE y.id {among} AND EXISTS (SELECT 1 FROM evidence_stream s WHERE s.key_id = y.id)
"""
_OPEN = """
INSERT INTO evidence_stream (kiosk_id, key_id, uid, opened_ms, received_ms, clock, standing, link, heard_link, heard_signature,
    through, has_losses, decided_by, decided_why, heard_seq, heard_ms)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0, FALSE, '', '', 0, 0)
"""
_OPENED = "SELECT key_id, id FROM evidence_stream WHERE key_id {among}"


class Beginning(NamedTuple):
    """A stream of which nothing is held yet, and the first batch is good."""

    kiosk_id: int
    key_id: int
    uid: str
    told: ToldChain
    """Whom it names before it."""
    now_ms: int
    clock: bytes
    """The state its time repair begins with."""


class Beginnings:
    """The streams that begin in one group; `open` is called for each, in the order in which they were given."""

    def __init__(self, beginnings: Sequence[Beginning]) -> None:
        """Lock their keys until the commit, inside the group's transaction: two processes must not give two streams one place."""
        self._together: dict[Beginning, list[Beginning]] = {}
        self._rows: dict[Beginning, StreamRow] = {}
        if not beginnings:
            return
        keys = statements.several({one.key_id for one in beginnings})
        statements.rows(statements.locking(_LOCKED), keys)
        known = {key for (key,) in statements.rows(_WITH_STREAMS, keys)}
        alone: set[Beginning] = set()
        for one in beginnings:
            if one.key_id not in known:
                alone.add(one)
                known.add(one.key_id)
        # As far as the next that is looked at by itself: so they get their numbers in the order in which they came.
        for together, run in groupby(beginnings, alone.__contains__):
            if together:
                first, *others = run
                self._together[first] = [first, *others]

    def open(self, one: Beginning) -> tuple[StreamRow, bool]:
        """Give the row of a stream, with its standing; tells also whether it is the first of its key."""
        if one in self._together:
            self._rows |= _open_first(self._together.pop(one))
        row = self._rows.pop(one, None)
        return (row, True) if row is not None else (_open_beside(one), False)


def _open_first(beginnings: Sequence[Beginning]) -> dict[Beginning, StreamRow]:
    """Open streams that are the first of their keys."""
    with connection.cursor() as cursor:
        cursor.executemany(_OPEN, [_values(one, StreamStanding.COUNTED) for one in beginnings])
    numbers = dict(statements.rows(_OPENED, statements.several([one.key_id for one in beginnings])))
    joining.note([(numbers[one.key_id], one.told) for one in beginnings])
    heads.adopt({(one.key_id, one.uid): numbers[one.key_id] for one in beginnings})
    return {one: _row(numbers[one.key_id], one, StreamStanding.COUNTED) for one in beginnings}


def _open_beside(one: Beginning) -> StreamRow:
    """Open a stream of a key that has others; it counts where it fits among them, or where none of them does."""
    joint = joining.joint_of(one.key_id, one.uid, one.told)
    counting = Stream.objects.filter(key_id=one.key_id, standing__in=COUNTING)
    fits = joint is not None or not counting.exists()
    standing = StreamStanding.COUNTED if fits else StreamStanding.FOREIGN
    statements.run(_OPEN, *_values(one, standing))
    stream = Stream.objects.get(key_id=one.key_id, uid=one.uid)
    joining.note([(stream.pk, one.told)])
    heads.adopt({(one.key_id, one.uid): stream.pk})
    if joint is not None:
        joining.join(stream, joint)
    return _row(stream.pk, one, standing, followed_seq=stream.followed_seq)


def _values(one: Beginning, standing: StreamStanding) -> tuple[int | str | bytes, ...]:
    return (
        one.kiosk_id,
        one.key_id,
        one.uid,
        one.now_ms,
        one.now_ms,
        one.clock,
        standing.value,
        b"",
        b"",
        b"",
    )


def _row(
    stream_id: int, one: Beginning, standing: StreamStanding, *, followed_seq: int | None = None
) -> StreamRow:
    return StreamRow(
        stream_id, one.key_id, 0, b"", one.clock, standing, followed_seq, has_losses=False, has_holes=False
    )
