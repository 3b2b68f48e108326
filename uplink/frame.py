"""The lines of a journal's file: what stands in them, and how damaged ones are told from whole ones.

    <crc32, 8 hex digits> SP <bytes of the payload> SP <payload> LF

The payload of an entry is `number TAB prev TAB signature TAB record line (TAB attachment line)*`; record and
attachments stand there verbatim, for canonical JSON holds neither tabs nor line ends. `prev` is the link before the
record, so that a damaged record costs itself and nothing behind it. The length lets a damaged line end cost nothing.
"""

import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from zlib import crc32

from survey.attachment import Attachment, decode_attachment
from survey.chain import LINK_BYTES, SIGNATURE_BYTES, next_link
from survey.errors import Malformed
from survey.record import canonical

MAX_FRAME_BYTES = 256 * 1024
_START = re.compile(rb"([0-9a-f]{8}) ([1-9][0-9]{0,5}) ")
_SEQ = re.compile(rb"[1-9][0-9]{0,15}")


class Frame(NamedTuple):
    """A whole line found in a file; a plain tuple, for opening a journal makes a hundred thousand of them."""

    payload: bytes
    offset: int
    end: int
    """Where the next line begins."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes between whole lines, or behind the last one."""

    offset: int
    content: bytes
    closed: bool
    """Whether a line end or a whole line follows: if not, it may be a line that is still being written."""


@dataclass(frozen=True)
class Entry(Mapping[str, object]):
    """One record as the journal holds it; as a mapping it shows the record's fields, read when first asked for."""

    seq: int
    line: bytes
    prev: bytes = b""
    signature: bytes = b""
    attachments: tuple[bytes, ...] = field(default=())
    """The attachments' lines."""

    @property
    def link(self) -> bytes:
        """The link after this record."""
        return next_link(self.prev, self.line)

    def opened_attachments(self) -> tuple[tuple[int, Attachment], ...]:
        """Give the attachments as the wire takes them.

        Raises:
            Malformed: a line is no attachment; the checksum makes that a fault of the writer.
        """
        return tuple(decode_attachment(line) for line in self.attachments)

    @cached_property
    def _fields(self) -> Mapping[str, object]:
        try:
            fields = json.loads(self.line)
        except (ValueError, RecursionError):  # a stand-in for a lost record is no JSON
            return {}
        return fields if isinstance(fields, dict) else {}

    def __getitem__(self, key: str) -> object:
        return self._fields[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    @classmethod
    def of(cls, seq: int, document: Mapping[str, object]) -> "Entry":
        """Make an unsigned entry of any document."""
        return cls(seq=seq, line=canonical(dict(document)))


def frame(payload: bytes) -> bytes:
    """Give the line that carries `payload`."""
    return b"%08x %d %b\n" % (crc32(payload), len(payload), payload)


def read_frame(content: bytes, offset: int) -> Frame | None:
    """Give the whole line that begins at `offset`, or None."""
    start = _START.match(content, offset)
    if start is None:
        return None
    checksum, size = start.groups()
    begin = start.end()
    end = begin + int(size)
    payload = content[begin:end]
    if end > len(content) or crc32(payload) != int(checksum, 16):
        return None
    # A line end that is not one is damage that costs nothing: the next line begins behind it all the same.
    return Frame(payload, offset, end + 1)


def frames(content: bytes, offset: int = 0) -> Iterator[Frame | Damage]:
    """Give all of `content` from `offset` on, as whole lines and the damage between them."""
    size = len(content)
    damaged_from = -1
    while offset < size:
        found = read_frame(content, offset)
        if found is not None:
            if damaged_from >= 0:
                yield Damage(offset=damaged_from, content=content[damaged_from:offset], closed=True)
                damaged_from = -1
            yield found
            offset = found.end
            continue
        if damaged_from < 0:
            damaged_from = offset
        line_end = content.find(b"\n", offset)
        offset = size if line_end < 0 else line_end + 1
    if damaged_from >= 0:
        rest = content[damaged_from:]
        yield Damage(offset=damaged_from, content=rest, closed=rest.endswith(b"\n"))


def pack_entry(entry: Entry) -> bytes:
    """Give the payload of an entry."""
    head = b"%d\t%b\t%b\t%b" % (entry.seq, _text(entry.prev), _text(entry.signature), entry.line)
    return b"\t".join((head, *entry.attachments)) if entry.attachments else head


def entry_seq(payload: bytes) -> int:
    """Give the number of an entry's payload, or 0 where it is none."""
    head = payload[: payload.find(b"\t", 0, 17)]
    return int(head) if head.isdigit() and head[:1] != b"0" else 0


def unpack_entry(payload: bytes) -> Entry:
    """Read an entry's payload.

    Raises:
        Malformed: it is none (`journal_entry`).
    """
    parts = payload.split(b"\t")
    if len(parts) < 4 or not _SEQ.fullmatch(parts[0]):
        raise Malformed("journal_entry", "a journal entry has a number, a link, a signature and a record")
    return Entry(
        seq=int(parts[0]),
        prev=_bytes(parts[1], LINK_BYTES),
        signature=_bytes(parts[2], SIGNATURE_BYTES),
        line=parts[3],
        attachments=tuple(parts[4:]),
    )


def _text(content: bytes) -> bytes:
    return binascii.b2a_base64(content, newline=False).rstrip(b"=")


def _bytes(text: bytes, length: int) -> bytes:
    try:
        content = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True) if text else b""
    except (binascii.Error, ValueError) as error:
        raise Malformed("journal_entry", f"not base64: {error}") from error
    if len(content) not in (0, length):
        raise Malformed("journal_entry", f"a link or signature has {len(content)} bytes")
    return content
