"""Heads that kiosks tell in heartbeats: how far a stream was written, under the kiosk's signature.

The furthest head of a stream is kept, also of a stream of which nothing has come in: so a missing tail, or a missing
stream, is seen. A head that tells another history than the one held is kept beside it: it proves that a card was copied.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from collector import statements
from collector.evidence.intake import ledger
from collector.evidence.models import HeardHead
from collector.trust import keys
from survey.record.chain import first_link, head_message

log = logging.getLogger(__name__)

_MAX_KEPT = 100  # a key; more of them say nothing new
# The index is asked for the kiosks alone: two lists would be looked up each with each.
_STREAMS = """
SELECT s.kiosk_id, s.uid, s.id, s.through, s.link, s.heard_seq, s.heard_link, s.key_id, y.public_key
FROM evidence_stream s JOIN fleet_kioskkey y ON y.id = s.key_id WHERE s.kiosk_id {among} AND (s.uid || '') {among}
"""
_KEYS = """
SELECT kiosk_id, id, public_key FROM fleet_kioskkey WHERE revoked_at IS NULL AND kiosk_id {among} ORDER BY id
"""
_KNOWN = (
    "SELECT id, key_id, uid, seq, link FROM evidence_heardhead WHERE key_id {among} ORDER BY seq DESC, id"
)
_FURTHER = """
UPDATE evidence_stream SET heard_seq = %s, heard_link = %s, heard_signature = %s, heard_ms = %s
WHERE id = %s AND heard_seq < %s
"""
_KEEP = """
INSERT INTO evidence_heardhead (key_id, uid, seq, link, signature, heard_ms) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (key_id, uid, seq, link) DO NOTHING
"""
_MOVE = "UPDATE evidence_heardhead SET seq = %s, link = %s, signature = %s, heard_ms = %s WHERE id = %s"


class Speaker(NamedTuple):
    """An enrolled kiosk that tells a head."""

    pk: int
    name: str


class ToldHead(NamedTuple):
    """A head as a kiosk told it; its signature is still to be checked."""

    uid: str
    seq: int
    link: bytes
    signature: bytes


class _Key(NamedTuple):
    id: int
    public_key: bytes


class _Held(NamedTuple):
    """What is held of a stream."""

    id: int
    through: int
    link: bytes
    heard_seq: int
    heard_link: bytes
    key: _Key


def take_all(told: Sequence[tuple[Speaker, ToldHead]], *, now_ms: int) -> set[int]:
    """Keep what heads prove, inside the caller's transaction; gives the numbers of the kiosks whose signature does not hold."""
    streams = {
        (kiosk, uid): _Held(pk, through, bytes(link), heard, bytes(heard_link), _Key(key, bytes(public_key)))
        for kiosk, uid, pk, through, link, heard, heard_link, key, public_key in statements.rows(
            _STREAMS,
            statements.several({kiosk.pk for kiosk, _ in told}),
            statements.several({head.uid for _, head in told}),
        )
    }
    lied: set[int] = set()
    signed: list[tuple[Speaker, _Held, ToldHead]] = []
    awaited: list[tuple[Speaker, ToldHead]] = []
    for kiosk, head in told:
        stream = streams.get((kiosk.pk, head.uid))
        if stream is None:
            awaited.append((kiosk, head))
        elif not keys.verifier(stream.key.public_key)(head.signature, _message(head)):
            lied.add(kiosk.pk)
        elif (stream.heard_seq, stream.heard_link) != (head.seq, head.link):  # else it says nothing new
            signed.append((kiosk, stream, head))
    links = _links_at([(stream, head) for _, stream, head in signed])
    further = [
        (stream, head)
        for kiosk, stream, head in signed
        if _of_held(kiosk, stream, head, links.get((stream.id, head.seq)), now_ms)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            _FURTHER,
            [(head.seq, head.link, head.signature, now_ms, stream.id, head.seq) for stream, head in further],
        )
    return lied | _of_awaited(awaited, now_ms)


# The index is asked for the keys alone, as above.
_HEARD = """
SELECT key_id, uid, id, seq, link, signature, heard_ms FROM evidence_heardhead
WHERE key_id {among} AND (uid || '') {among} ORDER BY seq DESC, id
"""
_FORGET = "DELETE FROM evidence_heardhead WHERE id {among}"


def adopt(streams: Mapping[tuple[int, str], int]) -> None:
    """Give streams that have come in at last, by key and uid, the furthest head that was heard of each."""
    heard: dict[tuple[int, str], tuple[int, int, bytes, bytes, int]] = {}
    for key_id, uid, *head in statements.rows(
        _HEARD,
        statements.several({key_id for key_id, _ in streams}),
        statements.several({uid for _, uid in streams}),
    ):
        if (key_id, uid) in streams:
            heard.setdefault((key_id, uid), tuple(head))
    if not heard:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _FURTHER,
            [
                (seq, link, signature, heard_ms, streams[place], seq)
                for place, (_, seq, link, signature, heard_ms) in heard.items()
            ],
        )
    statements.run(_FORGET, statements.several([pk for pk, *_ in heard.values()]))


def _message(head: ToldHead) -> bytes:
    return head_message(stream=head.uid, seq=head.seq, link=head.link)


def _of_held(kiosk: Speaker, stream: _Held, head: ToldHead, link: bytes | None, now_ms: int) -> bool:
    """Hold a head against the stream it is of, whose link there is `link`, if it is known; tells whether it is the furthest of it."""
    if head.seq > stream.through:
        link = stream.heard_link if head.seq == stream.heard_seq else None
    if link is not None and link != head.link:
        _contradicts(kiosk, stream.key, head, now_ms)
        return False
    return head.seq > stream.heard_seq


def _links_at(heads: Sequence[tuple[_Held, ToldHead]]) -> dict[tuple[int, int], bytes | None]:
    """Give the links of held records that heads are of, by stream and number; None where what is held is damaged: an audit says so."""
    behind = {
        (stream.id, head.seq): first_link(stream=head.uid, public_key=stream.key.public_key)
        for stream, head in heads
        if head.seq < stream.through
    }
    ends: dict[tuple[int, int], bytes | None] = {
        (stream.id, stream.through): stream.link for stream, _ in heads
    }
    return ends | (ledger.links_after(behind) if behind else {})


def _of_awaited(told: Sequence[tuple[Speaker, ToldHead]], now_ms: int) -> set[int]:
    """Keep the heads of streams of which nothing has come; gives the kiosks of whose good keys none has signed theirs."""
    if not told:
        return set()
    good: dict[int, list[_Key]] = {}
    for kiosk_id, pk, public_key in statements.rows(
        _KEYS, statements.several({kiosk.pk for kiosk, _ in told})
    ):
        good.setdefault(kiosk_id, []).append(_Key(pk, bytes(public_key)))
    signed: list[tuple[Speaker, _Key, ToldHead]] = []
    lied: set[int] = set()
    for kiosk, head in told:
        signers = (
            key
            for key in good.get(kiosk.pk, ())
            if keys.verifier(key.public_key)(head.signature, _message(head))
        )
        key = next(signers, None)
        if key is None:
            lied.add(kiosk.pk)
        else:
            signed.append((kiosk, key, head))
    _keep_awaited(signed, now_ms)
    return lied


def _keep_awaited(signed: Sequence[tuple[Speaker, _Key, ToldHead]], now_ms: int) -> None:
    """Keep the furthest head of each stream, and beside it one that tells another history; a key is of one kiosk, which says one thing at a time."""
    known: dict[tuple[int, str], list[tuple[int, int, bytes]]] = {}
    number: dict[int, int] = {}
    for pk, key_id, uid, seq, link in statements.rows(
        _KNOWN, statements.several({key.id for _, key, _ in signed})
    ):
        known.setdefault((key_id, uid), []).append((pk, seq, bytes(link)))
        number[key_id] = number.get(key_id, 0) + 1
    new: list[tuple[int, ToldHead]] = []
    moved: list[tuple[int, ToldHead]] = []
    for kiosk, key, head in signed:
        before = known.get((key.id, head.uid), [])
        if not before:
            if number.get(key.id, 0) < _MAX_KEPT:
                new.append((key.id, head))
        elif head.seq > before[0][1]:
            moved.append((before[0][0], head))
        elif head.seq == before[0][1] and all(
            link != head.link for _, seq, link in before if seq == head.seq
        ):
            _contradicts(kiosk, key, head, now_ms)
    with connection.cursor() as cursor:
        cursor.executemany(
            _KEEP, [(key, head.uid, head.seq, head.link, head.signature, now_ms) for key, head in new]
        )
        cursor.executemany(_MOVE, [(head.seq, head.link, head.signature, now_ms, pk) for pk, head in moved])


def _contradicts(kiosk: Speaker, key: _Key, head: ToldHead, now_ms: int) -> None:
    if _keep(key, head, now_ms):
        log.error(
            "kiosk %s: a signed head %d of stream %s tells another history than the one known; a card was copied",
            kiosk.name,
            head.seq,
            head.uid,
        )


def _keep(key: _Key, head: ToldHead, now_ms: int) -> bool:
    """Keep a head beside what is known; tells whether it is new."""
    if HeardHead.objects.filter(key_id=key.id).count() >= _MAX_KEPT:
        return False
    _, new = HeardHead.objects.get_or_create(
        key_id=key.id,
        uid=head.uid,
        seq=head.seq,
        link=head.link,
        defaults={"signature": head.signature, "heard_ms": now_ms},
    )
    return new
