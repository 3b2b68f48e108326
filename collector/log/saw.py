"""What kiosks have shown that they saw of the log: in the records they sign, and on the sticks that come from them.

Each such checkpoint carries the log's own signature, so a kiosk cannot invent one, and a collector that was set back learns from them how far it had come.
"""

import base64
import binascii
from collections.abc import Iterable

from django.conf import settings

from collector.fleet.models import Kiosk
from collector.log.models import KioskSaw
from collector.log.witnesses import check
from collector.trust import public
from survey.log.checkpoint import MOST_LEAVES, Checkpoint, SignedCheckpoint
from survey.log.note import ED25519, Line, Note, VerifierKey, is_name, is_signed, key_id
from survey.log.tree import HASH_BYTES
from survey.record.errors import Malformed
from survey.record.seen_log import SeenLog
from survey.wire.log_news import unpack_log_news


def note(shown: Iterable[tuple[int, SeenLog]]) -> None:
    """Note what kiosks, by their ids, say in their records that they saw; what the log did not sign is left out."""
    for kiosk, seen in shown:
        signed = _signed(seen)
        if signed is not None:
            _keep(kiosk, signed)


def note_carried(payload: bytes) -> str | None:
    """Note what a stick brought of a kiosk's own memory; gives the kiosk's name, None where it is nothing of the kind."""
    own = public.read(settings.IKM_KEYS).signing
    try:
        news = unpack_log_news(payload, lambda signature, message: check(own, signature, message))
    except Malformed:
        return None
    kiosk = Kiosk.objects.filter(name=news.kiosk).first()
    if kiosk is None or not _is_ours(news.heard.offer.checkpoint):
        return None
    _keep(kiosk.pk, news.heard.offer.checkpoint)
    return news.kiosk


def newest(origin: str | None = None) -> Checkpoint | None:
    """Give the newest checkpoint that a kiosk saw: of a log, or of the newest log."""
    found = KioskSaw.objects.all() if origin is None else KioskSaw.objects.filter(origin=origin)
    points = [Checkpoint(one.origin, one.size, bytes(one.root)) for one in found.order_by("-size")[:100]]
    return max(points, key=order_of, default=None)


def order_of(point: Checkpoint) -> tuple[int, int]:
    """Give which of two checkpoints is the newer: a later log of this collector, and in one log the longer."""
    number = point.origin.rpartition("/")[2]
    return (int(number) if number.isdecimal() else 0, point.size)


def _keep(kiosk: int, signed: SignedCheckpoint) -> None:
    point = signed.point
    known = KioskSaw.objects.filter(kiosk=kiosk).first()
    if known is not None and order_of(Checkpoint(known.origin, known.size, bytes(known.root))) >= order_of(
        point
    ):
        return
    KioskSaw.objects.update_or_create(
        kiosk_id=kiosk, defaults={"origin": point.origin, "size": point.size, "root": point.root}
    )


def _signed(seen: SeenLog) -> SignedCheckpoint | None:
    try:
        root, signature = bytes.fromhex(seen.root), base64.b64decode(seen.signature, validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(root) != HASH_BYTES or not is_name(seen.origin) or not 0 < seen.size <= MOST_LEAVES:
        return None
    point = Checkpoint(seen.origin, seen.size, root)
    own = public.read(settings.IKM_KEYS).signing
    line = Line(seen.origin, key_id(seen.origin, kind=ED25519, public_key=own), signature)
    signed = SignedCheckpoint(point, Note(point.text(), (line,)))
    return signed if _is_ours(signed) else None


def _is_ours(signed: SignedCheckpoint) -> bool:
    own = VerifierKey(signed.point.origin, ED25519, public.read(settings.IKM_KEYS).signing)
    return is_signed(signed.note, [own], check)
