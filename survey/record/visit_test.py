"""A visit that was a test: an auditor answers, is shown the visit's code, and only then says, with a card, that it was one.

A card is a code of the kind that tickets have. What follows from it by a slow hash is its secret; whoever holds the card shows the secret by using it, so
a used card is worth nothing. What the log of facts holds of a card beforehand says neither the secret nor the kiosk that the card is for: no kiosk, and
nobody who writes its program, learns from it where an auditor will stand.

The declaration names the chain's link at each of the visit's responses. So it can be shown to anybody with those responses alone, and with no record that
stands between or behind them.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from survey.record.chain import LINK_BYTES
from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.record import TEST, canonical
from survey.record.ticket import secrets_of

SECRET_BYTES = 32
MOST_RESPONSES = 8
_SALT_PREFIX = b"ikm-test-card-1\x00"
_LEAF_PREFIX = b"ikm-test-leaf-1\x00"
_NOTE_PREFIX = b"ikm-test-note-1\x00"
NOTE_SALT_BYTES = 16
_MOST = 2**53
_MOST_ORIGIN = 200


def card_secret(code: str, collector_key: bytes) -> bytes:
    """Give what follows from a card's code; takes its time on purpose."""
    return secrets_of(code, hashlib.sha256(_SALT_PREFIX + collector_key).digest()).key


def card_leaf(secret: bytes, kiosk: str) -> str:
    """Give what the log of facts says of a card for a kiosk, in hexadecimal: nobody without the card can tell whose it is."""
    return hashlib.sha256(_LEAF_PREFIX + secret + kiosk.encode()).hexdigest()


def note_digest(salt: bytes, wrote: object) -> str:
    """Give what the log says of what an auditor wrote down, in hexadecimal; nobody without the salt can try answers out."""
    return hashlib.sha256(_NOTE_PREFIX + salt + canonical(wrote)).hexdigest()


class LogSize(NamedTuple):
    """How far the log of facts had come when the kiosk heard of it last."""

    origin: str
    size: int


class VisitTest(NamedTuple):
    """`test`: somebody with a card says that the visit just before was a test. Whether the card is good is the collector's to say."""

    visit: int
    number: int
    """Number of the visit's last response, as its code says it."""
    secret: bytes
    links: Mapping[int, bytes] = MappingProxyType({})
    """The link after each of the visit's responses, by its number."""
    log: LogSize | None = None
    """What the kiosk had seen of the log by then: a card that was not in it is none. None where it had seen nothing."""

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {
            "visit": self.visit,
            "number": self.number,
            "secret": _written(self.secret),
            "links": {f"{number}": _written(link) for number, link in sorted(self.links.items())},
        }
        if self.log is not None:
            body["log"] = {"origin": self.log.origin, "size": self.log.size}
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "VisitTest":
        """Read it.

        Raises:
            Malformed: a field is of another type (`test_field`).
        """
        fields = Fields(TEST, body)
        links = {
            _number(name): _read(text, LINK_BYTES)
            for name, text in fields.words("links", most=MOST_RESPONSES).items()
        }
        seen = fields.inner("log")
        return cls(
            fields.whole("visit"),
            fields.whole("number"),
            _read(fields.text("secret"), SECRET_BYTES),
            links,
            LogSize(seen.text("origin", limit=_MOST_ORIGIN), seen.whole("size"))
            if seen is not None
            else None,
        )


def _written(content: bytes) -> str:
    return base64.b64encode(content).rstrip(b"=").decode()


def _read(text: str, number: int) -> bytes:
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("test_field", "secrets and links are base64") from error
    if len(found) != number or _written(found) != text:
        raise Malformed("test_field", f"it has {number} bytes, and no padding")
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and text[0] != "0" and len(text) <= 16 and int(text) < _MOST):
        raise Malformed("test_field", "a link stands under the number of its record")
    return int(text)
