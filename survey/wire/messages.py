"""The bytes both ends speak: batches up, receipts and settings down (`docs/wire-format.md` is the authority).

Signing and verifying come in as functions, so this package needs no crypto library. Nothing here trusts its input:
whatever cannot be read raises `Malformed` with a stable code, and no message unpacks to more than a stated size.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from survey.named import distinct
from survey.record.attachment import Carried, decode_attachment, encode_attachment
from survey.record.chain import LINK_BYTES, Sign, Verify
from survey.record.errors import Malformed
from survey.record.record import MAX_LINE_BYTES, canonical, parse_object, whole
from survey.wire.envelope import open_text, seal_text

WIRE_VERSION = 1
MAX_BATCH_RECORDS = 10_000
KIOSK_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
"""Names go into topics, certificates and file names, so their alphabet is small."""
STREAM_ID = re.compile(r"[0-9a-f]{32}")

SignAll = Callable[[Sequence[bytes]], Sequence[bytes]]
"""Give the 64-byte Ed25519 signatures of messages, in their order."""

_BATCH, _RECEIPT, _SETTINGS = b"IKM1", b"IKR1", b"IKS1"
RECEIPT_PREFIX, SETTINGS_PREFIX = b"ikm-receipt-1\x00", b"ikm-settings-1\x00"
"""What a signature of the collector covers begins with one of these."""
_MAX_RECEIPT_BYTES = 1_024
_MAX_HEADER_BYTES = 3 * _MAX_RECEIPT_BYTES
_MAX_SETTINGS_BYTES = 1024 * 1024


@distinct
class Batch(NamedTuple):
    """Consecutive records of one stream, verbatim, with the signature of the last one's link.

    The signature is checked by whoever holds the link before `first`: see `survey.record.chain`.
    """

    kiosk: str
    stream: str
    first: int
    lines: tuple[bytes, ...]
    signature: bytes
    prev: bytes | None = None
    """The link before `first`, where the receiver may not hold it."""
    attachments: tuple[tuple[int, Carried], ...] = ()
    """`(seq, attachment)` in the order of the records; in a lost one's place the declaration of its loss."""
    receipt: bytes | None = None
    """The receiver's own receipt, where it seems to have lost what it had confirmed: see section 6 of the wire format."""

    @property
    def last(self) -> int:
        """The number of the last record."""
        return self.first + len(self.lines) - 1


@distinct
class Receipt(NamedTuple):
    """The collector's word that it has committed a stream through a record, and the link it computed there."""

    kiosk: str
    stream: str
    through: int
    link: bytes
    at: int
    """The collector's clock in milliseconds since 1970 UTC: an authenticated hint for a kiosk without one."""


@distinct
class Settings(NamedTuple):
    """Settings the collector has signed for one kiosk; a higher version replaces a lower one."""

    kiosk: str
    version: int
    content: Mapping[str, object]


def pack_batch(batch: Batch) -> bytes:
    """Give the message of a batch."""
    header: dict[str, object] = {
        "v": WIRE_VERSION,
        "kiosk": batch.kiosk,
        "stream": batch.stream,
        "first": batch.first,
        "count": len(batch.lines),
    }
    if batch.prev is not None:
        header["prev"] = link_text(batch.prev)
    if batch.attachments:
        header["attachments"] = len(batch.attachments)
    if batch.receipt is not None:
        header["receipt"] = link_text(batch.receipt)
    lines = [canonical(header), *batch.lines]
    lines += [encode_attachment(seq, attachment) for seq, attachment in batch.attachments]
    return seal_text(_BATCH, b"\n".join(lines), batch.signature)


def unpack_batch(payload: bytes) -> Batch:
    """Read a batch; the records' lines are given verbatim and are not parsed.

    Raises:
        Malformed: the envelope's codes, or `batch_json`, `batch_size`, `batch_field`, `batch_version`, `batch_count`,
            `record_size`, and those of `decode_attachment`.
    """
    text, signature = open_text(_BATCH, payload)
    head, *lines = text.split(b"\n")
    header = parse_object(head, what="batch", limit=_MAX_HEADER_BYTES)
    _check_version(header, what="batch")
    count = whole(header, "count", lowest=1, code="batch_field")
    if count > MAX_BATCH_RECORDS:
        raise Malformed("batch_count", f"a batch has at most {MAX_BATCH_RECORDS} records")
    attached = whole(header, "attachments", lowest=1, code="batch_field") if "attachments" in header else 0
    if len(lines) != count + attached:
        raise Malformed(
            "batch_count", f"{count} records and {attached} attachments announced, {len(lines)} lines there"
        )
    records = tuple(lines[:count])
    if len(max(records, key=len)) > MAX_LINE_BYTES:
        raise Malformed("record_size", f"a record has at most {MAX_LINE_BYTES} bytes")
    first = whole(header, "first", lowest=1, code="batch_field")
    attachments = tuple(decode_attachment(line) for line in lines[count:])
    if any(not first <= seq < first + count for seq, _ in attachments):
        raise Malformed("batch_field", "an attachment belongs to no record of its batch")
    return Batch(
        kiosk=kiosk_name(header, code="batch_field"),
        stream=_stream_id(header, code="batch_field"),
        first=first,
        lines=records,
        signature=signature,
        prev=_link(header, "prev", code="batch_field") if "prev" in header else None,
        attachments=attachments,
        receipt=_shown_receipt(header) if "receipt" in header else None,
    )


def pack_receipt(receipt: Receipt, sign: Sign) -> bytes:
    """Give the message of a receipt, signed with the collector's key."""
    (message,) = pack_receipts([receipt], lambda messages: [sign(one) for one in messages])
    return message


def pack_receipts(receipts: Sequence[Receipt], sign_all: SignAll) -> list[bytes]:
    """Give the messages of receipts, in their order; whoever holds the key is asked once for all of them."""
    texts = [
        canonical(
            {
                "kiosk": receipt.kiosk,
                "stream": receipt.stream,
                "through": receipt.through,
                "link": link_text(receipt.link),
                "at": receipt.at,
            }
        )
        for receipt in receipts
    ]
    signatures = sign_all([RECEIPT_PREFIX + text for text in texts])
    return [seal_text(_RECEIPT, text, signature) for text, signature in zip(texts, signatures, strict=True)]


def unpack_receipt(payload: bytes, verify: Verify) -> Receipt:
    """Read a receipt and check the collector's signature.

    Raises:
        Malformed: the envelope's codes, or `receipt_json`, `receipt_size`, `receipt_field`, `receipt_signature`.
    """
    text, signature = open_text(_RECEIPT, payload, limit=_MAX_RECEIPT_BYTES)
    if not verify(signature, RECEIPT_PREFIX + text):
        raise Malformed("receipt_signature", "the receipt is not signed by this kiosk's collector")
    fields = parse_object(text, what="receipt", limit=_MAX_RECEIPT_BYTES)
    return Receipt(
        kiosk=kiosk_name(fields, code="receipt_field"),
        stream=_stream_id(fields, code="receipt_field"),
        through=whole(fields, "through", lowest=0, code="receipt_field"),
        link=_link(fields, "link", code="receipt_field"),
        at=whole(fields, "at", lowest=0, code="receipt_field"),
    )


def pack_settings(settings: Settings, sign: Sign) -> bytes:
    """Give the message of a kiosk's settings, signed with the collector's key."""
    text = canonical({"kiosk": settings.kiosk, "version": settings.version, "content": settings.content})
    return seal_text(_SETTINGS, text, sign(SETTINGS_PREFIX + text))


def unpack_settings(payload: bytes, verify: Verify) -> Settings:
    """Read settings and check the collector's signature; their content is checked by whoever applies them.

    Raises:
        Malformed: the envelope's codes, or `settings_json`, `settings_size`, `settings_field`, `settings_signature`.
    """
    text, signature = open_text(_SETTINGS, payload, limit=_MAX_SETTINGS_BYTES)
    if not verify(signature, SETTINGS_PREFIX + text):
        raise Malformed("settings_signature", "the settings are not signed by this kiosk's collector")
    fields = parse_object(text, what="settings", limit=_MAX_SETTINGS_BYTES)
    content = fields.get("content")
    if not isinstance(content, dict):
        raise Malformed("settings_field", "settings carry their content as an object")
    return Settings(
        kiosk=kiosk_name(fields, code="settings_field"),
        version=whole(fields, "version", lowest=1, code="settings_field"),
        content=content,
    )


def link_text(link: bytes) -> str:
    """Give a link (or another digest) as it stands in JSON: base64 without padding."""
    return base64.b64encode(link).decode().rstrip("=")


def kiosk_name(fields: Mapping[str, object], *, code: str) -> str:
    """Give the kiosk's name from `fields`.

    Raises:
        Malformed: it is missing or no kiosk name, under `code`.
    """
    name = fields.get("kiosk")
    if not isinstance(name, str) or not KIOSK_NAME.fullmatch(name):
        raise Malformed(code, "a kiosk's name has 1 to 32 characters of a-z, 0-9 and -")
    return name


def _stream_id(fields: Mapping[str, object], *, code: str) -> str:
    stream = fields.get("stream")
    if not isinstance(stream, str) or not STREAM_ID.fullmatch(stream):
        raise Malformed(code, "a stream's id has 32 hexadecimal digits")
    return stream


def _link(fields: Mapping[str, object], key: str, *, code: str) -> bytes:
    text = fields.get(key)
    try:
        link = base64.b64decode(text + "=", validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        link = b""
    if len(link) != LINK_BYTES:
        raise Malformed(code, f"{key} is a link of {LINK_BYTES} bytes in base64")
    return link


def _shown_receipt(fields: Mapping[str, object]) -> bytes:
    text = fields.get("receipt")
    try:
        receipt = (
            base64.b64decode(text + "=" * (-len(text) % 4), validate=True) if isinstance(text, str) else b""
        )
    except (binascii.Error, ValueError):
        receipt = b""
    if not 0 < len(receipt) <= _MAX_RECEIPT_BYTES:
        raise Malformed(
            "batch_field", f"receipt is a receipt of at most {_MAX_RECEIPT_BYTES} bytes in base64"
        )
    return receipt


def _check_version(fields: Mapping[str, object], *, what: str) -> None:
    version = whole(fields, "v", lowest=1, code=f"{what}_field")
    if version != WIRE_VERSION:
        raise Malformed(f"{what}_version", f"version {version} of the wire is unknown here; update this side")
