"""Reading a journal while another process writes it.

The uplink follows the journal's files and remembers one place; nothing is held in memory. Before a record is handed
out its file is flushed: what has been sent must survive a power cut, or its number could come back with another
content.
"""

import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from survey.record.attachment import MARK, LostAttachment, encode_attachment
from survey.record.chain import next_link, stated_link
from uplink.errors import JournalBroken
from uplink.journal.losses import Losses, declared
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.frame import Entry
from uplink.journal.segments.headers import known_header, scan_header
from uplink.journal.segments.reading import CHUNK_BYTES, with_placeholders
from uplink.journal.segments.segment import Header, read_entries, segment_paths

_TAIL_BYTES = 512 * 1024


@dataclass(slots=True)
class _Place:
    """Where reading goes on."""

    path: Path
    offset: int
    seq: int
    start: bytes
    """The link before the first record that was read."""
    before: Entry | None = None
    """The record before `seq`, once one was read."""
    ahead: deque[tuple[Entry, int]] = field(default_factory=deque)
    """What was read and flushed beyond `seq`, with the ends in the file."""
    inode: int = 0
    """Which file lies at `path`: one of a stream that was begun anew may take its name."""

    @property
    def link(self) -> bytes:
        """The link before `seq`; worked out only where a record is missing."""
        return self.before.link if self.before is not None else self.start


class JournalReader:
    """Follows the journal in `folder` from any number on, while another process appends and lets go.

    One thread uses it.
    """

    def __init__(self, folder: Path, *, disk: Disk = REAL_DISK) -> None:
        self._folder = folder
        self._disk = disk
        self._place: _Place | None = None
        self.stream = ""
        """Where it is set, nothing of another stream is given: the journal may be begun anew while it is followed."""
        self.undeclared: int | None = None
        """The damaged record that reading stopped at; the kiosk declares it when it next reads its journal back."""
        self._head: tuple[str, int, Entry | None] = ("", 0, None)

    def header(self) -> Header | None:
        """Give the newest readable header: the stream and the key; None where there is no journal yet.

        Where damage has hit the only one, the second copy beside it says who the stream is.

        Raises:
            JournalBroken: a file cannot be read.
        """
        return known_header(self._folder)

    def head(self) -> Entry | None:
        """Give the newest record that is readable, or None.

        Raises:
            JournalBroken: a file cannot be read.
        """
        for _, path in reversed(segment_paths(self._folder)):
            size = _size(path)
            if (path.name, size) == self._head[:2]:
                return self._head[2]
            newest = None
            for newest in self._chunk(path, max(0, size - _TAIL_BYTES), _TAIL_BYTES):  # noqa: B007
                pass
            if newest is not None:
                self._head = (path.name, size, newest[0])
                return newest[0]
        return None

    def read(self, first: int, *, most: int, most_bytes: int) -> list[Entry]:
        """Give consecutive records from `first` on, at most `most` of them and roughly `most_bytes` of lines.

        Numbers that are damaged come as the placeholders that the kiosk has declared; it ends before one that is not
        declared yet, and `undeclared` names it. Where `first` was let go of already, it begins with the oldest that is
        left. All that is given is on the medium.

        Raises:
            JournalBroken: a file cannot be read or flushed.
        """
        if self._place is None or self._place.seq != first:
            self._place = self._find(first)
        entries: list[Entry] = []
        size = 0
        while self._place is not None and len(entries) < most and size < most_bytes:
            paths = segment_paths(self._folder)  # before reading: a newer segment means this one is complete
            fresh = self._follow(self._place, most=most - len(entries), most_bytes=most_bytes - size)
            entries += [entry for entry in fresh if entry.seq >= first]
            size += sum(len(entry.line) for entry in fresh)
            if not fresh and (self._place is None or not self._next_segment(self._place, paths)):
                break
        return self._as_declared(entries)

    def read_aside(self, seq: int) -> Entry | None:
        """Give one record without losing the place of `read`; None where it is not here.

        Raises:
            JournalBroken: a file cannot be read.
        """
        place, self._place = self._place, None
        try:
            found = self.read(seq, most=1, most_bytes=1)
        finally:
            self._place = place
        return found[0] if found and found[0].seq == seq else None

    def fits(self, seq: int, link: bytes) -> bool:
        """Tell whether the chain stood at `link` after record `seq`: what is here shows it, or nothing of it is here any more.

        Where damage has hit that very place nothing shows it, and records before it may be another history's than the collector's:
        a card that was set back and then damaged. So that does not fit.

        Raises:
            JournalBroken: a file cannot be read.
        """
        head = self.head()
        if head is None or seq > head.seq:
            return False
        after = self._undamaged(seq + 1)
        if after is not None:
            return after.prev == link
        entry = self.read_aside(seq)
        if entry is not None:
            return entry.link == link
        begin = min((first for first, _ in segment_paths(self._folder)), default=0)
        return seq < begin

    def _undamaged(self, seq: int) -> Entry | None:
        entry = self.read_aside(seq)
        return entry if entry is not None and stated_link(entry.line) is None else None

    def link_after(self, seq: int) -> bytes | None:
        """Give the link after record `seq`; None where it is not here.

        Raises:
            JournalBroken: a file cannot be read.
        """
        entry = self.read_aside(seq)
        return entry.link if entry is not None else None

    def _as_declared(self, entries: list[Entry]) -> list[Entry]:
        """Put the kiosk's declarations in the place of what is lost; end before a loss that it has not declared."""
        self.undeclared = None
        losses: Losses | None = None
        for place, entry in enumerate(entries):
            if entry.is_signed and MARK not in entry.line:  # nearly all
                continue
            lost = entry.damaged_attachments()
            if not lost and (entry.is_signed or stated_link(entry.line) is None):
                continue
            losses = declared(self._folder) if losses is None else losses
            instead = _without_attachments(entry, lost, losses) if lost else _placeholder(entry, losses)
            if instead is None:
                self.undeclared = entry.seq
                self._place = None  # what was read beyond it is read again
                return entries[:place]
            entries[place] = instead
        return entries

    def _find(self, first: int) -> _Place | None:
        paths = segment_paths(self._folder)
        if not paths:
            return None
        begin, path = max((one for one in paths if one[0] <= first), default=paths[0])
        header = scan_header(path, begin)
        if header is not None and self.stream and header.stream != self.stream:
            return None
        place = _Place(path=path, offset=0, seq=begin, start=header.link if header is not None else b"")
        if first < begin:
            lost = declared(self._folder).records
            while place.seq > first and place.seq - 1 in lost:  # the beginning is lost, and declared so
                place.seq, place.start = place.seq - 1, b""
        # Passing over what is not wanted keeps link and number right. It stops early where numbers are lost.
        while place.seq < first and self._follow(
            place, most=first - place.seq, most_bytes=CHUNK_BYTES, flush=False
        ):
            pass
        place.ahead.clear()  # it was read without a flush, so it must not be given
        return place

    def _follow(self, place: _Place, *, most: int, most_bytes: int, flush: bool = True) -> list[Entry]:
        found: list[Entry] = []
        size = 0
        offset = place.offset
        while not found:
            if not place.ahead:
                if offset >= _size(place.path):
                    break
                place.ahead.extend(self._chunk(place.path, offset, CHUNK_BYTES, flush=flush, place=place))
                # No whole line in a chunk means a stretch of damage; every line fits in half of one.
                offset += CHUNK_BYTES // 2
            while place.ahead:
                entry, end = place.ahead[0]
                if entry.seq < place.seq:
                    place.ahead.popleft()
                    place.offset = end
                    continue
                if entry.seq > place.seq:
                    place.ahead.popleft()
                    run = list(with_placeholders((entry,), first=place.seq, link=place.link))
                    # Reading may stop within a run of damage, so that it can also begin there.
                    place.ahead.extendleft(
                        (one, end if one is entry else place.offset) for one in reversed(run)
                    )
                    entry, end = place.ahead[0]
                size += len(entry.line)
                if found and (len(found) >= most or size > most_bytes):
                    break
                place.ahead.popleft()
                found.append(entry)
                place.offset, place.seq, place.before = end, entry.seq + 1, entry
            offset = max(place.offset, offset)
        return found

    def _next_segment(self, place: _Place, paths: list[tuple[int, Path]]) -> bool:
        later = [path for _, path in paths if path.name > place.path.name]
        if not later:
            return False
        place.path, place.offset, place.inode = later[0], 0, 0
        place.ahead.clear()
        return True

    def _chunk(
        self, path: Path, offset: int, limit: int, *, flush: bool = False, place: _Place | None = None
    ) -> list[tuple[Entry, int]]:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise JournalBroken(f"{path} cannot be read: {error}") from error
        try:
            if place is not None:
                inode = os.fstat(handle).st_ino
                place.inode = place.inode or inode
                if inode != place.inode:
                    self._place = None
                    return []
            whole = list(read_entries(handle, offset=offset, limit=limit))
            if whole and flush:
                self._disk.sync(handle)
        except OSError as error:
            raise JournalBroken(f"{path} cannot be read: {error}") from error
        finally:
            os.close(handle)
        return whole


def _placeholder(entry: Entry, losses: Losses) -> Entry | None:
    line = losses.records.get(entry.seq)
    # Within a run the kiosk may have derived its links from another record; only the last one's is known.
    derived = stated_link(entry.line) == next_link(entry.prev, b"lost")
    if line is None or not (derived or stated_link(line) == stated_link(entry.line)):
        return None
    return Entry(seq=entry.seq, line=line, prev=entry.prev)


def _without_attachments(entry: Entry, lost: Iterable[str], losses: Losses) -> Entry | None:
    """Give a whole record with what is left of its attachments, and the declarations in the place of the others."""
    signatures = {name: losses.attachments.get((entry.seq, name)) for name in lost}
    declarations = [
        encode_attachment(entry.seq, LostAttachment(name, signature))
        for name, signature in sorted(signatures.items())
        if signature
    ]
    if len(declarations) < len(signatures):
        return None
    left = [encode_attachment(seq, carried) for seq, carried in entry.opened_attachments()]
    return Entry(
        seq=entry.seq,
        line=entry.line,
        prev=entry.prev,
        signature=entry.signature,
        attachments=(*left, *declarations),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
