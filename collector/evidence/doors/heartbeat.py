"""What kiosks say of themselves on their state topic: birth, health, and the furthest record they have written.

The head in a heartbeat is signed by the kiosk like any link of its chain, so a tail that never arrives is proven to exist.
"""

import base64
import binascii
from datetime import datetime
from typing import Annotated

import msgspec
from django.db import transaction

from collector.evidence.intake import heads
from collector.fleet import present
from collector.fleet.models import Kiosk, KioskState
from collector.local import moment_of
from survey.record.chain import LINK_BYTES, SIGNATURE_BYTES
from survey.wire.messages import STREAM_ID

MAX_STATE_BYTES = 16_384


class _Head(msgspec.Struct, frozen=True):
    stream: str
    seq: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    link: str
    signature: str


class _State(msgspec.Struct, frozen=True):
    online: bool
    head: _Head | None = None
    health: dict[str, object] = {}


_decoder = msgspec.json.Decoder(_State)


def hear(kiosk_name: str, payload: bytes, *, now_ms: int) -> str | None:
    """Note a kiosk's state; gives a refusal's code where it cannot be taken, else None.

    A head whose signature does not hold is refused, the rest of such a message too: it is not this kiosk's.
    """
    if len(payload) > MAX_STATE_BYTES:
        return "state_size"
    try:
        state = _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return "state_json"
    if "\\u0000" in payload.decode("utf-8", "replace"):
        return "state_json"  # PostgreSQL stores no such character
    with transaction.atomic():
        kiosk = Kiosk.objects.filter(name=kiosk_name).first()
        if kiosk is None:
            return "kiosk_unknown"
        if state.head is not None and state.head.seq > 0 and not _hear_head(kiosk, state.head, now_ms=now_ms):
            return "state_head"
        _note(kiosk, state, now=moment_of(now_ms))
        if state.health:
            present.keep_alarms(kiosk.pk, state.health)
    return None


def _note(kiosk: Kiosk, state: _State, *, now: datetime) -> None:
    known = KioskState.objects.filter(kiosk=kiosk).first()
    if known is None:
        KioskState.objects.create(
            kiosk=kiosk, online=state.online, changed_at=now, heard_at=now, health=state.health
        )
        return
    if known.online != state.online:
        known.online, known.changed_at = state.online, now
    if state.health:  # a last will carries none, and must not wipe what is known
        known.health = state.health
    known.heard_at = now
    known.save(update_fields=["online", "changed_at", "heard_at", "health"])


def _hear_head(kiosk: Kiosk, head: _Head, *, now_ms: int) -> bool:
    """Verify a head and keep what it proves; tells whether its signature holds."""
    link, signature = _bytes(head.link, LINK_BYTES), _bytes(head.signature, SIGNATURE_BYTES)
    if link is None or signature is None or not STREAM_ID.fullmatch(head.stream):
        return False
    return heads.take(kiosk, heads.ToldHead(head.stream, head.seq, link, signature), now_ms=now_ms)


def _bytes(text: str, length: int) -> bytes | None:
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) == length else None
