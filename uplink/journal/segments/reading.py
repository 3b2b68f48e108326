"""Reading records out of segments that were scanned, with a placeholder for each that cannot be read."""

import os
from collections.abc import Iterable, Iterator, Sequence

from survey.record.chain import lost_line, next_link
from uplink.errors import JournalBroken
from uplink.journal.segments.frame import MAX_FRAME_BYTES, Entry
from uplink.journal.segments.segment import Segment, read_entries

CHUNK_BYTES = 2 * MAX_FRAME_BYTES
"""How much of a file is read at once; every line fits in half of it."""


def with_placeholders(entries: Iterable[Entry], *, first: int, link: bytes) -> Iterator[Entry]:
    """Give the entries from number `first` on, each missing number as a placeholder.

    `link` is the link before `first`. What is missing behind the last entry is not known here.
    """
    expected = first
    for entry in entries:
        while expected < entry.seq:
            # Only the last of several lost records has a known link; the others get one that anybody can derive.
            after = entry.prev if expected == entry.seq - 1 else next_link(link, b"lost")
            yield Entry(seq=expected, line=lost_line(after), prev=link)
            link = after
            expected += 1
        yield entry
        link = entry.link
        expected = entry.seq + 1


def read_between(segments: Sequence[Segment], first: int, last: int) -> Iterator[Entry]:
    """Give the entries `first` to `last` of segments that were scanned, placeholders included.

    Raises:
        JournalBroken: a file cannot be read.
    """
    begin = max((place for place, one in enumerate(segments) if one.first <= first), default=0)
    # A placeholder needs the link before it, so reading begins at a number that is readable.
    known = first
    while begin < len(segments) and known > segments[begin].first and not segments[begin].offset_of(known):
        known -= 1
    for entry in _filled(segments[begin:], known):
        if entry.seq > last:
            return
        if entry.seq >= first:
            yield entry


def _filled(segments: Sequence[Segment], first: int) -> Iterator[Entry]:
    if not segments:
        return
    header = segments[0].header
    link = header.link if header is not None else b""
    yield from with_placeholders(_readable(segments, first), first=first, link=link)


def _readable(segments: Sequence[Segment], first: int) -> Iterator[Entry]:
    for segment in segments:
        offset = segment.offset_of(max(first, segment.first)) or 0
        try:
            handle = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # let go of meanwhile
            continue
        except OSError as error:
            raise JournalBroken(f"{segment.path} cannot be read: {error}") from error
        try:
            while offset < segment.size:
                end = offset
                # A single record is read in one small piece; a long run in large ones.
                for entry, end in read_entries(handle, offset=offset, limit=CHUNK_BYTES):  # noqa: B007
                    if entry.seq >= first:
                        yield entry
                # No whole line in a chunk means a stretch of damage; every line fits in half of one.
                offset = end if end > offset else offset + CHUNK_BYTES // 2
        except OSError as error:
            raise JournalBroken(f"{segment.path} cannot be read: {error}") from error
        finally:
            os.close(handle)
