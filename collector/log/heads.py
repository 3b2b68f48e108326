"""Each kiosk's head a night: a leaf that holds the collector to how far it had the kiosk's records, and tells nobody how far that was.

A salt of its own hides each: two nights of a kiosk nobody visited look as different as any other two. Kept is what opens them.
"""

import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Collection, Iterator
from typing import NamedTuple

from collector.evidence.models import Stream
from collector.evidence.standing import COUNTING
from collector.fleet.models import Kiosk
from collector.log.models import NightHeads
from survey.log.facts import NO_STREAM, SALT_BYTES, OpenHead

_SALT = b"ikm-log-salt-1\x00"
_CHUNK = 5_000


class Night(NamedTuple):
    """A night's heads, and what is kept of them."""

    heads: tuple[OpenHead, ...]
    secret: bytes
    content: bytes


def of_night(day: str) -> Night:
    """Give the heads of all kiosks that stand somewhere, as they are now, in the order of their names."""
    secret = secrets.token_bytes(32)
    held: dict[int, tuple[str, int, bytes]] = {}
    # The newest stream that counts is the one that the kiosk writes now: what is behind it was logged while it was.
    counting = Stream.objects.filter(standing__in=COUNTING).order_by("pk")
    for kiosk, uid, through, link in counting.values_list("kiosk_id", "uid", "through", "link").iterator(
        _CHUNK
    ):
        held[kiosk] = (uid, through, bytes(link))
    heads, rows = [], []
    kiosks = Kiosk.objects.filter(in_use=True).order_by("name").values_list("pk", "name")
    for kiosk, name in kiosks.iterator(_CHUNK):
        uid, seq, link = held.get(kiosk, (NO_STREAM, 0, bytes(32)))
        heads.append(OpenHead(day, name, uid, seq, link, _salt(secret, name)))
        rows.append([name, uid, seq, link.hex()])
    return Night(tuple(heads), secret, zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1))


def opened(kiosk: str) -> Iterator[tuple[OpenHead, int]]:
    """Give a kiosk's heads, the newest night first, with the number of each one's leaf."""
    for night in NightHeads.objects.order_by("-day").iterator(1):
        rows = json.loads(zlib.decompress(bytes(night.content)))
        for place, (name, uid, seq, link) in enumerate(rows):
            if name == kiosk:
                salt = _salt(bytes(night.secret), name)
                yield OpenHead(night.day, name, uid, seq, bytes.fromhex(link), salt), night.first + place


def of_days(kiosks: Collection[str], days: Collection[str]) -> Iterator[tuple[OpenHead, int]]:
    """Give some kiosks' heads of some nights, with the number of each one's leaf."""
    for night in NightHeads.objects.filter(day__in=days).order_by("day"):
        for place, (name, uid, seq, link) in enumerate(json.loads(zlib.decompress(bytes(night.content)))):
            if name in kiosks:
                salt = _salt(bytes(night.secret), name)
                yield OpenHead(night.day, name, uid, seq, bytes.fromhex(link), salt), night.first + place


def _salt(secret: bytes, kiosk: str) -> bytes:
    return hmac.digest(secret, _SALT + kiosk.encode(), hashlib.sha256)[:SALT_BYTES]
