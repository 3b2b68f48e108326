"""Heads that kiosks tell in heartbeats: how far a stream was written, under the kiosk's signature.

The furthest head of a stream is kept, also of a stream of which nothing has come in: so a missing tail, or a missing
stream, is seen. A head that tells another history than the one held is kept beside it: it proves that a card was copied.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from collector.evidence.intake import ledger
from collector.evidence.models import HeardHead, Stream
from collector.fleet.models import Kiosk, KioskKey
from collector.trust import keys
from survey.record.chain import first_link, head_message
from survey.record.errors import Malformed

log = logging.getLogger(__name__)

_MAX_KEPT = 100  # a key; more of them say nothing new
_FURTHER = """
UPDATE evidence_stream SET heard_seq = %s, heard_link = %s, heard_signature = %s, heard_ms = %s
WHERE id = %s AND heard_seq < %s
"""


class ToldHead(NamedTuple):
    """A head as a kiosk told it; its signature is still to be checked."""

    uid: str
    seq: int
    link: bytes
    signature: bytes


def take_all(told: Sequence[tuple[Kiosk, ToldHead]], *, now_ms: int) -> set[int]:
    """Keep what heads prove, inside the caller's transaction; gives the numbers of the kiosks whose signature does not hold."""
    streams = {
        (one.kiosk_id, one.uid): one
        for one in Stream.objects.filter(
            kiosk__in=[kiosk for kiosk, _ in told], uid__in=[head.uid for _, head in told]
        ).select_related("key")
    }
    lied: set[int] = set()
    further: list[tuple[Stream, ToldHead]] = []
    for kiosk, head in told:
        message = head_message(stream=head.uid, seq=head.seq, link=head.link)
        stream = streams.get((kiosk.pk, head.uid))
        if stream is None:
            if not _of_awaited(kiosk, head, message, now_ms):
                lied.add(kiosk.pk)
        elif not keys.verifier(bytes(stream.key.public_key))(head.signature, message):
            lied.add(kiosk.pk)
        elif _of_held(kiosk, stream, head, now_ms):
            further.append((stream, head))
    with connection.cursor() as cursor:
        cursor.executemany(
            _FURTHER,
            [(head.seq, head.link, head.signature, now_ms, stream.pk, head.seq) for stream, head in further],
        )
    return lied


def adopt(stream: Stream) -> None:
    """Give a stream that has come in at last the furthest head that was heard of it."""
    furthest = HeardHead.objects.filter(key_id=stream.key_id, uid=stream.uid).order_by("-seq", "pk").first()
    if furthest is not None:
        stream.heard_seq, stream.heard_ms = furthest.seq, furthest.heard_ms
        stream.heard_link, stream.heard_signature = bytes(furthest.link), bytes(furthest.signature)
        stream.save(update_fields=["heard_seq", "heard_link", "heard_signature", "heard_ms"])
        furthest.delete()


def _of_held(kiosk: Kiosk, stream: Stream, head: ToldHead, now_ms: int) -> bool:
    """Hold a head against the stream it is of; tells whether it is the furthest of it."""
    known = (stream.heard_seq, bytes(stream.heard_link))
    if known == (head.seq, head.link):
        return False
    held = known[1] if head.seq == known[0] else None
    if head.seq <= stream.through:
        held = _link_at(stream, head.seq)
    if held is not None and held != head.link:
        _contradicts(kiosk, stream.key, head, now_ms)
        return False
    return head.seq > stream.heard_seq


def _of_awaited(kiosk: Kiosk, head: ToldHead, message: bytes, now_ms: int) -> bool:
    """Keep the head of a stream of which nothing has come; tells whether one of the kiosk's keys has signed it."""
    for key in KioskKey.objects.filter(kiosk=kiosk, revoked_at=None):
        if keys.verifier(bytes(key.public_key))(head.signature, message):
            _keep_awaited(kiosk, key, head, now_ms)
            return True
    return False


def _keep_awaited(kiosk: Kiosk, key: KioskKey, head: ToldHead, now_ms: int) -> None:
    known = list(HeardHead.objects.filter(key=key, uid=head.uid).order_by("-seq", "pk"))
    if not known:
        _keep(key, head, now_ms)
    elif head.seq > known[0].seq:
        HeardHead.objects.filter(pk=known[0].pk).update(
            seq=head.seq, link=head.link, signature=head.signature, heard_ms=now_ms
        )
    elif head.seq == known[0].seq and all(
        bytes(one.link) != head.link for one in known if one.seq == head.seq
    ):
        _contradicts(kiosk, key, head, now_ms)


def _link_at(stream: Stream, seq: int) -> bytes | None:
    if seq == stream.through:
        return bytes(stream.link)
    start = first_link(stream=stream.uid, public_key=bytes(stream.key.public_key))
    try:
        return ledger.link_after(stream.pk, seq, start=start)
    except Malformed:
        return None  # damaged here: an audit says so


def _contradicts(kiosk: Kiosk, key: KioskKey, head: ToldHead, now_ms: int) -> None:
    if _keep(key, head, now_ms):
        log.error(
            "kiosk %s: a signed head %d of stream %s tells another history than the one known; a card was copied",
            kiosk.name,
            head.seq,
            head.uid,
        )


def _keep(key: KioskKey, head: ToldHead, now_ms: int) -> bool:
    """Keep a head beside what is known; tells whether it is new."""
    if HeardHead.objects.filter(key=key).count() >= _MAX_KEPT:
        return False
    _, new = HeardHead.objects.get_or_create(
        key=key,
        uid=head.uid,
        seq=head.seq,
        link=head.link,
        defaults={"signature": head.signature, "heard_ms": now_ms},
    )
    return new
