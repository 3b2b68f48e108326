"""Attachments: what may have to be destroyed one day travels beside its record, not in it.

The record holds, under `attached`, only the digest of a random salt and the content. Destroying salt and content
later breaks no chain, and nothing can be guessed back from the digest.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.record.record import canonical, parse_object, whole

SALT_BYTES = 16
MAX_CONTENT_BYTES = 8_192
_MAX_LINE_BYTES = 2 * MAX_CONTENT_BYTES


class Attachment(NamedTuple):
    """A named piece of content beside the record `seq`."""

    name: str
    salt: bytes
    content: bytes

    @property
    def digest(self) -> str:
        """What the record says of this attachment: SHA-256 of salt and content, in base64 without padding."""
        return _text(hashlib.sha256(self.salt + self.content).digest())


def attach(name: str, content: bytes) -> Attachment:
    """Make an attachment with a fresh random salt.

    Raises:
        ValueError: the content is longer than `MAX_CONTENT_BYTES`.
    """
    if len(content) > MAX_CONTENT_BYTES:
        raise ValueError(f"an attachment has at most {MAX_CONTENT_BYTES} bytes, {name} has {len(content)}")
    return Attachment(name=name, salt=secrets.token_bytes(SALT_BYTES), content=content)


def belongs(attachment: Attachment, body: Mapping[str, object]) -> bool:
    """Tell whether a record's body names exactly this attachment."""
    attached = body.get("attached")
    digest = attached.get(attachment.name) if isinstance(attached, dict) else None
    return isinstance(digest, str) and hmac.compare_digest(digest.encode(), attachment.digest.encode())


def encode_attachment(seq: int, attachment: Attachment) -> bytes:
    """Give the line that carries `attachment` of record `seq` over the wire and in the journal."""
    return canonical(
        {
            "content": _text(attachment.content),
            "name": attachment.name,
            "salt": _text(attachment.salt),
            "seq": seq,
        }
    )


def decode_attachment(line: bytes) -> tuple[int, Attachment]:
    """Read an attachment's line; gives the number of its record and the attachment.

    Raises:
        Malformed: the line is no attachment (`attachment_size`, `attachment_json`, `attachment_field`).
    """
    fields = parse_object(line, what="attachment", limit=_MAX_LINE_BYTES)
    name = fields.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 32:
        raise Malformed("attachment_field", "an attachment's name is a word of 1 to 32 characters")
    seq = whole(fields, "seq", lowest=1, code="attachment_field")
    return seq, Attachment(name=name, salt=_bytes(fields, "salt"), content=_bytes(fields, "content"))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")


def _bytes(fields: Mapping[str, object], key: str) -> bytes:
    value = fields.get(key)
    if not isinstance(value, str):
        raise Malformed("attachment_field", f"an attachment's {key} is base64 text")
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("attachment_field", f"an attachment's {key} is base64 text: {error}") from error
