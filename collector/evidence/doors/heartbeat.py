"""What kiosks say of themselves on their state topic: birth, health, and the furthest record they have written.

The head in a heartbeat is signed by the kiosk like any link of its chain, so a tail that never arrives is proven to exist.
"""

import base64
import binascii
import logging
from collections.abc import Mapping
from typing import Annotated, NamedTuple

import msgspec
from django.db import DataError, transaction

from collector import statements
from collector.evidence.intake import heads, refusals
from collector.evidence.intake.arrivals import Arrival, RefusedMessage
from collector.evidence.models import Door
from collector.fleet import endings, said
from collector.local import moment_of
from survey.record.chain import LINK_BYTES, SIGNATURE_BYTES
from survey.wire.messages import STREAM_ID

log = logging.getLogger(__name__)

MAX_STATE_BYTES = 16_384
_ENROLLED = "SELECT id, name, in_use FROM fleet_kiosk WHERE name {among}"


class _Head(msgspec.Struct, frozen=True):
    stream: str
    seq: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    link: str
    signature: str


class _State(msgspec.Struct, frozen=True):
    online: bool
    head: _Head | None = None
    health: dict[str, object] = {}


class _Word(NamedTuple):
    """What one enrolled kiosk said."""

    kiosk: heads.Speaker
    state: _State


_POISON = (ValueError, TypeError, ArithmeticError, DataError)
"""What a message may do to us that nobody thought of; a database that is gone is none of it."""

_decoder = msgspec.json.Decoder(_State)


class Heard(NamedTuple):
    """What became of a group of messages."""

    refused: dict[str, str]
    """Codes, by the names of the kiosks that were not heard."""
    reports: dict[int, Mapping[str, object]]
    """Reports of health, by the numbers of the kiosks that were."""


def hear_all(states: Mapping[str, bytes], now_ms: int) -> Heard:
    """Note what kiosks said of themselves, in one transaction.

    After a broker's restart all kiosks speak at once, and strangers may invent as many names as they like: names nobody enrolled cost no
    statement of their own. A head whose signature does not hold is refused, the rest of such a message too: it is not this kiosk's.
    What cannot be taken is counted among the refusals, and whatever one message does to us, the others are heard.
    """
    codes: dict[str, str] = {}
    read = {name: state for name, payload in states.items() if (state := _read(name, payload, codes))}
    with transaction.atomic():
        enrolled, unused = {}, []
        for pk, name, in_use in statements.rows(_ENROLLED, statements.several(states)):
            enrolled[name] = heads.Speaker(pk, name)
            if not in_use:
                unused.append(pk)
        if unused:
            endings.say_again(unused)
        codes |= dict.fromkeys(read.keys() - enrolled.keys(), "kiosk_unknown")
        codes |= _hear_group([_Word(enrolled[name], read[name]) for name in read if name in enrolled], now_ms)
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
    heard = ((enrolled[name].pk, state.health) for name, state in read.items() if name not in codes)
    return Heard(codes, {kiosk: health for kiosk, health in heard if health})


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


def _hear_group(words: list[_Word], now_ms: int) -> dict[str, str]:
    """Note what kiosks said, all together; where that fails, one by one, so that only the one that does it is not heard."""
    try:
        with transaction.atomic():
            return _note(words, now_ms)
    except _POISON:
        if len(words) == 1:
            log.exception("a state message of kiosk %s could not be processed", words[0].kiosk.name)
            return {words[0].kiosk.name: "unexpected"}
    return {name: code for word in words for name, code in _hear_group([word], now_ms).items()}


def _note(words: list[_Word], now_ms: int) -> dict[str, str]:
    """Note what kiosks said; gives the codes of those whose heads are not theirs, and of these nothing is noted."""
    told = [
        (word.kiosk, _told(word.state.head))
        for word in words
        if word.state.head is not None and word.state.head.seq > 0
    ]
    lied = {kiosk.pk for kiosk, head in told if head is None}
    lied |= heads.take_all([(kiosk, head) for kiosk, head in told if head is not None], now_ms=now_ms)
    true = [word for word in words if word.kiosk.pk not in lied]
    said.keep([(word.kiosk.pk, word.state.online, word.state.health) for word in true], moment_of(now_ms))
    return {word.kiosk.name: "state_head" for word in words if word.kiosk.pk in lied}


def _told(head: _Head) -> heads.ToldHead | None:
    link, signature = _bytes(head.link, LINK_BYTES), _bytes(head.signature, SIGNATURE_BYTES)
    if link is None or signature is None or not STREAM_ID.fullmatch(head.stream):
        return None
    return heads.ToldHead(head.stream, head.seq, link, signature)


def _bytes(text: str, length: int) -> bytes | None:
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) == length else None
