"""Segments: the files of a journal, each beginning with a header that says all it must go on from.

A segment is named after the number of its first record. Its header holds the stream, the kiosk's key, the link before
the first record and the highest boot number so far, so that a journal whose records have all been let go of still
knows who it is and which number comes next.
"""

import os
import sys
from array import array
from collections.abc import Iterable
from itertools import accumulate, repeat
from operator import add
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from survey.record.attachment import MARK
from survey.record.chain import LINK_BYTES
from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.predecessors import Chain, chain_from_fields, chain_to_list
from survey.record.record import canonical, parse_object, whole
from survey.wire.messages import STREAM_ID
from uplink.journal.segments.frame import (
    Damage,
    Entry,
    Frame,
    entry_seq,
    frame,
    frames,
    read_frame,
    unpack_entry,
)

SUFFIX = ".journal"
MAX_GAP = 100_000
"""No damage in one segment swallows more numbers; whoever claims so has written here by hand."""
_HEADER = b"ikm-journal-1\t"
_MAX_HEADER_BYTES = 4_096
HEADER_LINE_BYTES = _MAX_HEADER_BYTES + 64
"""No header's line is longer, with checksum, length and mark."""
_KEY_BYTES = 32


class Header(NamedTuple):
    """What a segment begins with."""

    stream: str
    public_key: bytes
    first: int
    """The number of the segment's first record."""
    link: bytes
    """The link before it."""
    boot: int
    """The highest boot number so far."""
    predecessors: Chain = ()
    """The streams before this one, the nearest first."""


class Segment:
    """What is known of one file: where its records stand, not what they say."""

    def __init__(self, path: Path, *, first: int, header: Header | None, size: int = 0) -> None:
        self.path = path
        self.first = first
        self.header = header
        self.offsets: array[int] = array("I")
        """Where record `first + n` begins; 0 for a number that cannot be read."""
        self.size = size
        """Up to here the file is understood; appending goes on here."""
        self.damages: tuple[Damage, ...] = ()
        self.bare: list[int] = []
        """Whole records that name an attachment which is not here as they name it."""

    @property
    def last(self) -> int:
        """The number of the last record, or `first - 1`."""
        return self.first + len(self.offsets) - 1

    def offset_of(self, seq: int) -> int:
        """Give where the record begins, or 0 if it is not readable here."""
        place = seq - self.first
        return self.offsets[place] if 0 <= place < len(self.offsets) else 0

    def note(self, seq: int, *, offset: int, end: int) -> None:
        """Remember where record `seq` stands; numbers left out before it are lost."""
        while self.last + 1 < seq:
            self.offsets.append(0)
        self.offsets.append(offset)
        self.size = end


def segment_path(folder: Path, first: int) -> Path:
    """Give the path of the segment that begins with record `first`."""
    return folder / f"{first:016d}{SUFFIX}"


def segment_paths(folder: Path) -> list[tuple[int, Path]]:
    """Give `(first, path)` of all segments, oldest first; other files are none of our business."""
    found = [
        (int(path.stem), path)
        for path in folder.glob(f"*{SUFFIX}")
        if path.stem.isascii() and path.stem.isdigit()
    ]
    return sorted(found)


def pack_header(header: Header) -> bytes:
    """Give the first line of a segment."""
    fields = {
        "boot": header.boot,
        "first": header.first,
        "key": header.public_key.hex(),
        "link": header.link.hex(),
        "predecessors": chain_to_list(header.predecessors),
        "stream": header.stream,
    }
    return frame(_HEADER + canonical(fields))


def unpack_header(payload: bytes) -> Header:
    """Read a header's payload.

    Raises:
        Malformed: it is none (`header_size`, `header_json`, `header_field`).
    """
    if not payload.startswith(_HEADER):
        raise Malformed("header_field", "not a journal's header")
    fields = parse_object(payload[len(_HEADER) :], what="header", limit=_MAX_HEADER_BYTES)
    stream = fields.get("stream")
    if not isinstance(stream, str) or not STREAM_ID.fullmatch(stream):
        raise Malformed("header_field", "a stream's id has 32 hexadecimal digits")
    return Header(
        stream=stream,
        public_key=_digits(fields.get("key"), _KEY_BYTES),
        first=whole(fields, "first", lowest=1, code="header_field"),
        link=_digits(fields.get("link"), LINK_BYTES),
        boot=whole(fields, "boot", lowest=0, code="header_field"),
        predecessors=chain_from_fields(Fields("header", fields), "predecessors"),
    )


def scan(path: Path, first: int) -> Segment:
    """Read a segment's file once and say where everything stands.

    Raises:
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    if (sound := _scan_sound(path, first, content)) is not None:
        return sound
    segment = Segment(path=path, first=first, header=None)
    damages = []
    for found in frames(content):
        if isinstance(found, Damage):
            damages.append(found)
            if found.closed:
                segment.size = found.offset + len(found.content)
        elif found.offset == 0 and (header := _header(found.payload, first)):
            segment.header = header
            segment.size = found.end
        elif segment.last < (seq := entry_seq(found.payload)) <= segment.last + MAX_GAP:
            segment.note(seq, offset=found.offset, end=found.end)
            segment.bare += [seq] if _is_bare(found.payload) else []
        else:  # whole, yet out of place: somebody wrote here by hand
            damages.append(
                Damage(offset=found.offset, content=content[found.offset : found.end], closed=True)
            )
            segment.size = found.end
    # Where only the last line end is missing, `size` is one more than the file has: see `recovery`.
    segment.damages = tuple(damages)
    return segment


def _scan_sound(path: Path, first: int, content: bytes) -> Segment | None:
    """Scan a file without damage, which nearly all are, several times faster; None where anything is odd.

    All lines are taken at once: what is done once a file costs nothing beside what is done once a line.
    """
    start = read_frame(content, 0)
    header = _header(start.payload, first) if start is not None else None
    if start is None or header is None or not content.endswith(b"\n"):
        return None
    if start.end == len(content):
        return Segment(path=path, first=first, header=header, size=start.end)
    lines = content[start.end : -1].split(b"\n")
    try:
        checksums, sizes, payloads = zip(*[line.split(b" ", 2) for line in lines], strict=True)
    except ValueError:  # a line has other parts
        return None
    is_whole = set(map(len, checksums)) == {8} and b"".join(checksums) == _checksums(payloads)
    if not is_whole or sizes != tuple(map(_SIZES.__getitem__, map(len, payloads))):
        return None
    if entry_seq(payloads[-1]) != first + len(lines) - 1:
        return None
    offsets = array("I", accumulate(map(add, map(len, lines), repeat(1)), initial=start.end))
    size = offsets.pop()
    bare = []
    if MARK in content:  # asked of the file at once: few have a record that names an attachment
        bare = [seq for seq, payload in enumerate(payloads, start=first) if _is_bare(payload)]
    segment = Segment(path=path, first=first, header=header, size=size)
    segment.offsets, segment.bare = offsets, bare
    return segment


def _checksums(payloads: Iterable[bytes]) -> bytes:
    """Give the checksums of payloads as lines state them, one behind the other."""
    sums = array("I", map(crc32, payloads))
    if sys.byteorder == "little":
        sums.byteswap()
    return sums.tobytes().hex().encode()


class _Sizes(dict[int, bytes]):
    """Sizes as lines state them; few differ, and each is made once."""

    def __missing__(self, size: int) -> bytes:
        self[size] = stated = b"%d" % size
        return stated


_SIZES = _Sizes()


def read_entries(handle: int, *, offset: int, limit: int) -> list[tuple[Entry, int]]:
    """Give `(entry, end)` of the whole records in `limit` bytes from `offset`; damage is passed over.

    Raises:
        OSError: the file cannot be read.
    """
    content = os.pread(handle, limit, offset)
    sound = _sound_entries(content, offset)
    if sound is not None:
        return sound
    return [
        (entry, offset + found.end)
        for found in frames(content)
        if isinstance(found, Frame) and (entry := _entry(found.payload)) is not None
    ]


def _sound_entries(content: bytes, offset: int) -> list[tuple[Entry, int]] | None:
    """Read whole lines without damage, several times faster; None where anything is odd."""
    complete = content.rfind(b"\n")
    if complete < 0:
        return None
    entries = []
    for line in content[:complete].split(b"\n"):
        begin = line.find(b" ", 9) + 1
        payload = line[begin:]
        if line[:begin] != b"%08x %d " % (crc32(payload), len(payload)):
            return None
        offset += len(line) + 1
        if (entry := _entry(payload)) is not None:
            entries.append((entry, offset))
    return entries


def _is_bare(payload: bytes) -> bool:
    if MARK not in payload:
        return False
    entry = _entry(payload)
    return entry is not None and bool(entry.damaged_attachments())


def _entry(payload: bytes) -> Entry | None:
    try:
        return unpack_entry(payload)
    except Malformed:  # a header, or whole and yet nothing of ours; `scan` reports it
        return None


def header_of(content: bytes, first: int) -> Header | None:
    """Give the header at the beginning of a segment's content, or None where it is damaged."""
    found = read_frame(content, 0)
    return _header(found.payload, first) if found is not None else None


def _header(payload: bytes, first: int) -> Header | None:
    try:
        header = unpack_header(payload)
    except Malformed:
        return None
    return header if header.first == first else None


def _digits(value: object, length: int) -> bytes:
    try:
        content = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        content = b""
    if len(content) != length:
        raise Malformed("header_field", f"a link or key has {length} bytes in hexadecimal")
    return content
