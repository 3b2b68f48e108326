"""Attachments: what may have to be destroyed one day travels beside its record, not in it.

The record holds, under `attached`, only the digest of a random salt and the content. Destroying salt and content
later breaks no chain, and nothing can be guessed back from the digest.

What lies beside the chain has no completeness of its own: whoever carries a record could leave its attachment out. So a record is
taken only with all that it names, or with the kiosk's signed word that its medium has lost it.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.record.record import canonical, parse_object, whole

SALT_BYTES = 16
MAX_CONTENT_BYTES = 8_192
_MAX_LINE_BYTES = 2 * MAX_CONTENT_BYTES
_NAME = r"[a-z][a-z0-9_-]{0,31}"
_DIGEST = r"[A-Za-z0-9+/]{43}"
_LOST_PREFIX = b"ikm-attachment-lost-1\x00"
MARK = b'"attached":'
"""What stands in every record's line that names attachments: looking for it is cheaper than reading the line."""


class Attachment(NamedTuple):
    """A named piece of content beside the record `seq`."""

    name: str
    salt: bytes
    content: bytes

    @property
    def digest(self) -> str:
        """What the record says of this attachment: SHA-256 of salt and content, in base64 without padding."""
        return _text(hashlib.sha256(self.salt + self.content).digest())


class LostAttachment(NamedTuple):
    """In an attachment's place: the kiosk declares that its medium has lost it."""

    name: str
    signature: bytes
    """The kiosk's, over `lost_message`."""


Carried = Attachment | LostAttachment
"""What travels beside a record."""


def lost_message(*, stream: str, seq: int, name: str, digest: str) -> bytes:
    """Give the bytes that the kiosk signs to declare an attachment of record `seq` lost; `digest` is what the record says of it."""
    return b"".join(
        (_LOST_PREFIX, bytes.fromhex(stream), seq.to_bytes(8, "big"), name.encode(), b"\x00", digest.encode())
    )


def named(body: Mapping[str, object]) -> dict[str, str]:
    """Give the digest of each attachment that a record's body names; what can be no name or no digest names nothing."""
    attached = body.get("attached")
    return {
        name: digest
        for name, digest in (attached.items() if isinstance(attached, dict) else ())
        if re.fullmatch(_NAME, name) and isinstance(digest, str) and re.fullmatch(_DIGEST, digest)
    }


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
    digest = named(body).get(attachment.name)
    return digest is not None and hmac.compare_digest(digest.encode(), attachment.digest.encode())


def encode_attachment(seq: int, attachment: Carried) -> bytes:
    """Give the line that carries `attachment` of record `seq` over the wire and in the journal."""
    if isinstance(attachment, LostAttachment):
        return canonical(
            {"lost": True, "name": attachment.name, "seq": seq, "signature": _text(attachment.signature)}
        )
    return canonical(
        {
            "content": _text(attachment.content),
            "name": attachment.name,
            "salt": _text(attachment.salt),
            "seq": seq,
        }
    )


def decode_attachment(line: bytes) -> tuple[int, Carried]:
    """Read an attachment's line; gives the number of its record and the attachment, or the declaration that it is lost.

    Raises:
        Malformed: the line is no attachment (`attachment_size`, `attachment_json`, `attachment_field`).
    """
    fields = parse_object(line, what="attachment", limit=_MAX_LINE_BYTES)
    name = fields.get("name")
    if not isinstance(name, str) or not re.fullmatch(_NAME, name):
        raise Malformed("attachment_field", "an attachment's name is a word of 1 to 32 small letters")
    seq = whole(fields, "seq", lowest=1, code="attachment_field")
    if fields.get("lost") is True:
        return seq, LostAttachment(name=name, signature=_bytes(fields, "signature"))
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
