"""A visit that was a test: an auditor answers, is shown the visit's code, and only then says, with a card, that it was one.

A card is a code of the kind that tickets have. What follows from it by a slow hash is its secret; whoever holds the card shows the secret by using it, so
a used card is worth nothing.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.record import TEST
from survey.record.ticket import secrets_of

SECRET_BYTES = 32
_SALT_PREFIX = b"ikm-test-card-1\x00"


def card_secret(code: str, collector_key: bytes) -> bytes:
    """Give what follows from a card's code; takes its time on purpose."""
    return secrets_of(code, hashlib.sha256(_SALT_PREFIX + collector_key).digest()).key


class VisitTest(NamedTuple):
    """`test`: somebody with a card says that the visit just before was a test. Whether the card is good is the collector's to say."""

    visit: int
    number: int
    """Number of the visit's last response, as its code says it."""
    secret: bytes

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        secret = base64.b64encode(self.secret).rstrip(b"=").decode()
        return {"visit": self.visit, "number": self.number, "secret": secret}

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "VisitTest":
        """Read it.

        Raises:
            Malformed: a field is of another type (`test_field`).
        """
        fields = Fields(TEST, body)
        text = fields.text("secret")
        try:
            secret = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed("test_field", "secret is base64") from error
        if len(secret) != SECRET_BYTES:
            raise Malformed("test_field", f"secret has {SECRET_BYTES} bytes")
        return cls(fields.whole("visit"), fields.whole("number"), secret)
