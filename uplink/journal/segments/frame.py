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
from typing import NamedTuple
from zlib import crc32

from survey.record.attachment import MARK, Attachment, Carried, belongs, decode_attachment, named
from survey.record.chain import LINK_BYTES, SIGNATURE_BYTES, next_link
from survey.record.errors import Malformed
from survey.record.record import canonical

MAX_FRAME_BYTES = 128 * 1024
"""More than any line takes: a record, three attachments and what stands around them."""
_START = re.compile(rb"([0-9a-f]{8}) ([1-9][0-9]{0,5}) ")
_PREV_LENGTHS = {0, 43}
_SIGNATURE_LENGTHS = {0, 86}


class Frame(NamedTuple):
    """A whole line found in a file; a plain tuple, for opening a journal makes a hundred thousand of them."""

    payload: bytes
    offset: int
    end: int
    """Where the next line begins."""


class Damage(NamedTuple):
    """Bytes between whole lines, or behind the last one."""

    offset: int
    content: bytes
    closed: bool
    """Whether a line end or a whole line follows: if not, it may be a line that is still being written."""


class Entry(Mapping[str, object]):
    """One record as the journal holds it; as a mapping it shows the record's fields, read when first asked for.

    A plain class with slots: draining a backlog makes tens of thousands of them a second, and most are never asked
    for more than their line.
    """

    __slots__ = ("_fields", "_prev", "_signature", "attachments", "line", "seq")

    def __init__(
        self,
        *,
        seq: int,
        line: bytes,
        prev: bytes = b"",
        signature: bytes = b"",
        attachments: tuple[bytes, ...] = (),
    ) -> None:
        self.seq = seq
        self.line = line
        self._prev = _text(prev)
        self._signature = _text(signature)
        self.attachments = attachments
        """The attachments' lines."""
        self._fields: Mapping[str, object] | None = None

    @classmethod
    def stored(
        cls, seq: int, line: bytes, prev: bytes, signature: bytes, attachments: tuple[bytes, ...]
    ) -> "Entry":
        """Make an entry of what stands in a file: link and signature are decoded when they are asked for."""
        entry = cls.__new__(cls)
        entry.seq, entry.line, entry.attachments = seq, line, attachments
        entry._prev, entry._signature = prev, signature  # noqa: SLF001 - this is a constructor
        entry._fields = None
        return entry

    @property
    def prev(self) -> bytes:
        """The link before this record."""
        return _bytes(self._prev, LINK_BYTES)

    @property
    def signature(self) -> bytes:
        """The kiosk's signature of the link after this record; empty for a placeholder."""
        return _bytes(self._signature, SIGNATURE_BYTES)

    @property
    def link(self) -> bytes:
        """The link after this record."""
        return next_link(self.prev, self.line)

    @property
    def is_signed(self) -> bool:
        """Whether there is a signature."""
        return len(self._signature) > 0

    def opened_attachments(self) -> tuple[tuple[int, Carried], ...]:
        """Give the attachments as the wire takes them; one that is not what the record names is left out."""
        opened: list[tuple[int, Carried]] = []
        for line in self.attachments:
            try:
                seq, carried = decode_attachment(line)
            except Malformed:
                continue
            if seq == self.seq and (not isinstance(carried, Attachment) or belongs(carried, self._body())):
                opened.append((seq, carried))
        return tuple(opened)

    def damaged_attachments(self) -> dict[str, str]:
        """Give the digests of the attachments that the record names and that are not here as it names them."""
        if MARK not in self.line:
            return {}
        there = {carried.name for _, carried in self.opened_attachments()}
        return {name: digest for name, digest in named(self._body()).items() if name not in there}

    def _body(self) -> Mapping[str, object]:
        body = self._parsed().get("body")
        return body if isinstance(body, dict) else {}

    def __getitem__(self, key: str) -> object:
        return self._parsed()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed())

    def __len__(self) -> int:
        return len(self._parsed())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and pack_entry(self) == pack_entry(other)

    def __hash__(self) -> int:
        return hash((self.seq, self.line))

    def __repr__(self) -> str:
        return f"Entry(seq={self.seq}, line={self.line!r})"

    @classmethod
    def of(cls, seq: int, document: Mapping[str, object]) -> "Entry":
        """Make an unsigned entry of any document."""
        return cls(seq=seq, line=canonical(dict(document)))

    def _parsed(self) -> Mapping[str, object]:
        if self._fields is None:
            try:
                fields = json.loads(self.line)
            except (ValueError, RecursionError):  # a placeholder for a lost record is no JSON
                fields = None
            self._fields = fields if isinstance(fields, dict) else {}
        return self._fields


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
    """Give all of `content` from `offset` on, as whole lines and the damage between them.

    A whole line is found wherever it begins: behind a page that was lost no line end says where.
    """
    size = len(content)
    damaged_from = start = -1
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
        if start <= offset:
            begun = _START.search(content, offset + 1)
            start = begun.start() if begun is not None else size
        offset = min(start, size if line_end < 0 else line_end + 1)
    if damaged_from >= 0:
        rest = content[damaged_from:]
        yield Damage(offset=damaged_from, content=rest, closed=rest.endswith(b"\n"))


def pack_entry(entry: Entry) -> bytes:
    """Give the payload of an entry."""
    head = b"%d\t%b\t%b\t%b" % (entry.seq, entry._prev, entry._signature, entry.line)  # noqa: SLF001 - its own module
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
    head, *rest = payload.split(b"\t")
    if len(rest) < 3 or not head.isdigit() or len(head) > 16 or head[:1] == b"0":
        raise Malformed("journal_entry", "a journal entry has a number, a link, a signature and a record")
    prev, signature, line, *attachments = rest
    if len(prev) not in _PREV_LENGTHS or len(signature) not in _SIGNATURE_LENGTHS:
        raise Malformed("journal_entry", "a link or a signature has another length")
    return Entry.stored(int(head), line, prev, signature, tuple(attachments))


def _text(content: bytes) -> bytes:
    return binascii.b2a_base64(content, newline=False).rstrip(b"=") if content else b""


def _bytes(text: bytes, length: int) -> bytes:
    """Decode; what is no base64 of that length is nothing, as if it were missing."""
    try:
        content = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True) if text else b""
    except binascii.Error:
        return b""
    return content if len(content) == length else b""
