"""What kiosks say of themselves on their state topic: birth, health, and the furthest record they have written.

The head in a heartbeat is signed by the kiosk like any link of its chain, so a tail that never arrives is proven to exist.
"""

import base64
import binascii
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from django.db import transaction

from collector.evidence.intake import heads, refusals
from collector.evidence.intake.arrivals import Arrival, RefusedMessage
from collector.evidence.models import Door
from collector.fleet import present
from collector.fleet.models import Kiosk, KioskState
from collector.local import moment_of
from survey.record.chain import LINK_BYTES, SIGNATURE_BYTES
from survey.wire.messages import STREAM_ID

log = logging.getLogger(__name__)

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


def hear_all(states: Mapping[str, bytes], now_ms: int) -> dict[str, str]:
    """Note what kiosks said of themselves, in one transaction; gives the codes of those that could not be taken.

    After a broker's restart all kiosks speak at once, and strangers may invent as many names as they like: names nobody enrolled cost no
    statement of their own. A head whose signature does not hold is refused, the rest of such a message too: it is not this kiosk's.
    What cannot be taken is counted among the refusals, and whatever one message does to us, the others are heard.
    """
    codes: dict[str, str] = {}
    read = {name: state for name, payload in states.items() if (state := _read(name, payload, codes))}
    with transaction.atomic():
        enrolled = {one.name: one for one in Kiosk.objects.filter(name__in=list(states))}
        known = {one.kiosk_id: one for one in KioskState.objects.filter(kiosk__in=list(enrolled.values()))}
        for name, state in read.items():
            kiosk = enrolled.get(name)
            code = (
                "kiosk_unknown" if kiosk is None else _hear(kiosk, state, known.get(kiosk.pk), now_ms=now_ms)
            )
            if code is not None:
                codes[name] = code
        refusals.count(
            (
                refusals.RefusedArrival(
                    Arrival(payload=states[name], door=Door.MQTT, received_ms=now_ms, vouched=name),
                    RefusedMessage(code, "a state message that could not be taken"),
                    name,
                )
                for name, code in codes.items()
            ),
            enrolled=set(enrolled),
        )
    return codes


def _read(name: str, payload: bytes, codes: dict[str, str]) -> _State | None:
    """Give what a message says; None, with its code noted, where it cannot be read."""
    if len(payload) > MAX_STATE_BYTES:
        codes[name] = "state_size"
        return None
    try:
        state = _decoder.decode(payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        codes[name] = "state_json"
        return None
    if "\\u0000" in payload.decode("utf-8", "replace"):
        codes[name] = "state_json"  # PostgreSQL stores no such character
        return None
    return state


def _hear(kiosk: Kiosk, state: _State, known: KioskState | None, *, now_ms: int) -> str | None:
    """Note one kiosk's state; gives a refusal's code where it cannot be taken, and has changed nothing then."""
    try:
        with transaction.atomic():
            if (
                state.head is not None
                and state.head.seq > 0
                and not _hear_head(kiosk, state.head, now_ms=now_ms)
            ):
                return "state_head"
            _note(kiosk, state, known, now=moment_of(now_ms))
            if state.health:
                present.keep_alarms(kiosk.pk, state.health)
    except (ValueError, TypeError, ArithmeticError):
        log.exception("a state message of kiosk %s could not be processed", kiosk.name)
        return "unexpected"
    return None


def _note(kiosk: Kiosk, state: _State, known: KioskState | None, *, now: datetime) -> None:
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
