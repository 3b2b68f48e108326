"""The collector's last word to a kiosk: which of its keys have ended.

It is signed like receipts and settings, and names keys: whoever holds none of these is not meant, so an old word says nothing to a kiosk
that was enrolled anew, and nobody on the network can make a kiosk believe that it was revoked.
"""

from collections.abc import Sequence
from typing import NamedTuple

from survey.named import distinct
from survey.record.chain import Sign, Verify
from survey.record.errors import Malformed
from survey.record.record import canonical, parse_object, whole
from survey.wire.envelope import open_text, seal_text
from survey.wire.messages import kiosk_name

MAGIC = b"IKE1"
ENDED_PREFIX = b"ikm-ended-1\x00"
"""Before such a word, where it is signed."""
MAX_ENDED_BYTES = 32 * 1024
MOST_KEYS = 200
"""The newest of a kiosk: so often no machine is enrolled."""
_KEY_LETTERS = 64


@distinct
class Ended(NamedTuple):
    """What has ended of one kiosk."""

    kiosk: str
    keys: tuple[bytes, ...]
    """Public keys under which nothing is taken any more."""
    at: int
    """The collector's clock in milliseconds since 1970 UTC."""


def pack_ended(ended: Ended, sign: Sign) -> bytes:
    """Give the message, signed with the collector's key."""
    keys = [key.hex() for key in ended.keys[:MOST_KEYS]]
    text = canonical({"kiosk": ended.kiosk, "keys": keys, "at": ended.at})
    return seal_text(MAGIC, text, sign(ENDED_PREFIX + text))


def unpack_ended(payload: bytes, verify: Verify) -> Ended:
    """Read such a message and check the collector's signature.

    Raises:
        Malformed: the envelope's codes, or `ended_json`, `ended_size`, `ended_field`, `ended_signature`.
    """
    text, signature = open_text(MAGIC, payload, limit=MAX_ENDED_BYTES)
    if not verify(signature, ENDED_PREFIX + text):
        raise Malformed("ended_signature", "it is not signed by this kiosk's collector")
    fields = parse_object(text, what="ended", limit=MAX_ENDED_BYTES)
    return Ended(
        kiosk=kiosk_name(fields, code="ended_field"),
        keys=_keys(fields.get("keys")),
        at=whole(fields, "at", lowest=0, code="ended_field"),
    )


def _keys(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not 0 < len(value) <= MOST_KEYS:
        raise Malformed("ended_field", f"keys: 1 to {MOST_KEYS} were expected")
    if any(not isinstance(one, str) or len(one) != _KEY_LETTERS for one in value):
        raise Malformed("ended_field", "keys: 32 bytes in hexadecimal were expected")
    try:
        return tuple(bytes.fromhex(one) for one in value)
    except ValueError as error:
        raise Malformed("ended_field", "keys: 32 bytes in hexadecimal were expected") from error
