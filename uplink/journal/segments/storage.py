"""TinyDB's storage over append-only segments: one line a record, one flush a record, bounded cost at any depth.

TinyDB's own storage rewrites one file in place at every insert. This one appends a checksummed line and keeps in
memory only where each record stands (four bytes a record). Records are let go of from the oldest, a whole file at a
time, so a full disk can always be emptied: it needs no new space.

One thread writes; any thread may read.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from tinydb.storages import Storage

from uplink.errors import AppendOnly, JournalBroken, JournalForeign, JournalFull
from uplink.journal.segments.ballast import Ballast
from uplink.journal.segments.claim import claim_folder, probe
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.frame import Entry, frame, pack_entry
from uplink.journal.segments.open_file import begin_file, is_still, open_file, rescue
from uplink.journal.segments.reading import read_between
from uplink.journal.segments.records import Records
from uplink.journal.segments.recovery import Mend, Promised, recover, remember_stream
from uplink.journal.segments.segment import Header, Segment, pack_header, segment_path
from uplink.journal.segments.succession import Succession, set_former_aside, write_succession

RECORDS = "records"
_FULL = {errno.ENOSPC, errno.EDQUOT}


class JournalStorage(Storage):
    """The files of one journal.

    `birth` makes the header of the first segment of a folder that holds no journal yet; `promised` says how far the journal
    had come when that was kept last; `mend` gives a damaged line as it was, where that can be proven.
    """

    def __init__(
        self,
        folder: Path,
        *,
        birth: Callable[[], Header],
        disk: Disk = REAL_DISK,
        segment_bytes: int,
        ballast_bytes: int,
        promised: Promised | None = None,
        mend: Mend | None = None,
    ) -> None:
        self.folder = folder
        self._names = JournalFolder(folder)
        self._birth = birth
        self._promised = promised
        self._mend = mend
        self._disk = disk
        self._ballast = Ballast(self._names.ballast, size=ballast_bytes, disk=disk)
        self._segment_bytes = segment_bytes
        self._lock = threading.RLock()
        self._segments: list[Segment] = []
        self._closed_bytes = 0
        self._handle = -1
        self.given_up = 0
        self.damaged = 0
        self.rescued = 0
        """How often the newest file was taken away and put back."""
        self.floor = 0
        """Records up to here are let go of, though their file may still be there."""
        self._claim = claim_folder(folder, disk)
        try:
            self.reopen()
        except BaseException:
            self.close()
            raise

    # What TinyDB asks of a storage.

    def read(self) -> dict[str, Any] | None:
        """Give a view of all records; nothing is read before it is asked for."""
        return {RECORDS: Records(self)} if len(Records(self)) else None

    def write(self, data: dict[str, dict[str, Any]]) -> NoReturn:  # noqa: ARG002 - the signature is TinyDB's
        """Refuse: a journal is not rewritten. `RecordTable` appends and lets go instead.

        Raises:
            AppendOnly: always.
        """
        raise AppendOnly("a journal's records are appended and let go of, never rewritten")

    def close(self) -> None:
        """Let go of the folder; what was appended is on the disk already."""
        with self._lock:
            self._close_segment()
            if self._claim >= 0:
                os.close(self._claim)
                self._claim = -1

    # What the journal asks of it.

    @property
    def header(self) -> Header:
        """The header of the newest segment."""
        header = self._segments[-1].header
        if header is None:
            raise JournalForeign(f"the journal in {self.folder} has lost the id of its stream; set it aside")
        return header

    @property
    def first_seq(self) -> int:
        """The oldest number that is still here."""
        return max(self._segments[0].first, self.floor + 1)

    @property
    def next_seq(self) -> int:
        """The number the next record gets."""
        return self._segments[-1].last + 1

    @property
    def closed_through(self) -> int:
        """The last number before the newest segment."""
        return self._segments[-1].first - 1

    @property
    def used_bytes(self) -> int:
        """What the segments take on the disk."""
        newest = self._segments[-1:]  # empty for a moment while another thread reads the journal back
        return self._closed_bytes + (newest[0].size if newest else 0)

    @property
    def has_ballast(self) -> bool:
        """Whether the reserve is untouched; without it the disk is full but for a last few records."""
        return self._ballast.ready

    @property
    def too_small_bytes(self) -> int:
        """What must be free for the reserve, where the whole partition can never give it; else 0."""
        return self._ballast.needed_bytes if self._ballast.never_fits else 0

    def append(self, entry: Entry, *, boot: int = 0) -> None:
        """Write one entry and return when it is on the medium.

        Raises:
            JournalFull: there is no room; nothing was written.
            JournalBroken: the disk failed; `reopen` says what is there.
        """
        with self._lock:
            if self._handle < 0:
                raise JournalBroken("the disk failed before; the journal was not read back yet")
            segment = self._segments[-1]
            if segment.size >= self._segment_bytes and len(segment.offsets) > 0:
                segment = self._begin(
                    Header(
                        stream=self.header.stream,
                        public_key=self.header.public_key,
                        first=entry.seq,
                        link=entry.prev,
                        boot=max(boot, self.header.boot),
                        predecessors=self.header.predecessors,
                    )
                )
            content = frame(pack_entry(entry))
            self._write(segment, content)
            segment.note(entry.seq, offset=segment.size, end=segment.size + len(content))
            self._promised = (self.header.stream, entry.seq)

    def check(self) -> None:
        """Look whether the file that is written is still the one in the folder; what was taken from there is put back.

        Raises:
            JournalBroken: it was not; `reopen` says what is there.
        """
        with self._lock:
            if self._handle >= 0:
                self._check(self._segments[-1], size=self._segments[-1].size)

    def succeed(self, under_way: Succession) -> None:
        """Set this stream's files aside and begin the one that follows it.

        Raises:
            JournalFull: there is no room; a later `reopen` goes on.
            JournalBroken: the disk failed; a later `reopen` goes on.
        """
        with self._lock:
            try:
                write_succession(self.folder, under_way, self._disk)
            except OSError as error:
                raise self._failed("a new stream could not be begun", error) from error
            self._promised, self.floor = (under_way.header.stream, 0), 0
            self.reopen()

    def entry(self, seq: int) -> Entry | None:
        """Give one entry, a lost one's placeholder, or None where the number is not here."""
        return next(self.entries(seq, seq), None)

    def entries(self, first: int, last: int) -> Iterator[Entry]:
        """Give the entries of these numbers that are here, placeholders included."""
        with self._lock:
            segments = tuple(self._segments)
        return read_between(segments, max(first, min(segments[0].first, self.floor + 1)), last)

    def holes(self, after: int, *, begin: int | None = None) -> list[int]:
        """Give the numbers behind `after` that cannot be read here: up to the last, from `begin` or from the oldest file on."""
        with self._lock:
            missing: list[int] = []
            expected = min(begin or self._segments[0].first, self._segments[0].first)
            for segment in self._segments:
                missing += range(expected, segment.first)
                missing += [
                    segment.first + place for place, offset in enumerate(segment.offsets) if not offset
                ]
                expected = segment.last + 1
            return [seq for seq in missing if seq > after]

    def bare(self, after: int) -> list[int]:
        """Give the numbers behind `after` of the whole records found at the last opening whose attachments are damaged."""
        with self._lock:
            return [seq for segment in self._segments for seq in segment.bare if seq > after]

    def let_go(self, through: int, *, counted: int | None = None) -> int:
        """Unlink the segments whose records all have numbers up to `through`; gives how many.

        Where records are counted into running totals, those beyond `counted` keep their file until they are.

        Raises:
            JournalBroken: the disk failed.
        """
        with self._lock:
            self.floor = max(self.floor, min(through, self.next_seq - 1))
            done = 0
            last = through if counted is None else min(through, counted)
            try:
                while len(self._segments) > 1 and self._segments[1].first <= last + 1:
                    self._segments[0].path.unlink(missing_ok=True)
                    self._closed_bytes -= self._segments[0].size
                    del self._segments[0]
                    done += 1
                if done:
                    self._disk.sync_folder(self.folder)
                    self._ballast.fill()
            except OSError as error:
                raise self._failed("a segment could not be removed", error) from error
            return done

    def reopen(self) -> None:
        """Read everything back from the disk, trusting nothing in memory.

        Raises:
            JournalBroken: the disk does not let us; try again later.
        """
        with self._lock:
            self._close_segment()
            try:
                probe(self._claim, self._disk)
            except OSError as error:
                if error.errno not in _FULL:
                    raise self._failed("the disk takes no writes", error) from error
            try:
                successor = set_former_aside(self.folder, self._disk)
            except OSError as error:
                raise self._failed("a former stream could not be set aside", error) from error
            found = recover(self.folder, self._disk, promised=self._promised, mend=self._mend)
            self._segments = found.segments
            self._closed_bytes = sum(one.size for one in self._segments[:-1])
            self.given_up, self.damaged = found.given_up, found.damaged
            try:
                if not self._segments:
                    header = successor or self._birth()
                    remember_stream(self.folder, header, self._disk)
                    self._begin(header)
                else:
                    self._handle = open_file(self._segments[-1], self._disk)
                self._ballast.fill()
            except OSError as error:
                raise self._failed("the journal could not be opened", error) from error

    # How it is done.

    def _write(self, segment: Segment, content: bytes) -> None:
        try:
            self._disk.append(self._handle, content)
        except OSError as error:
            self._undo(segment, error)
            if not self._ballast.spend():
                raise JournalFull(
                    f"no room for another record in {self.folder}: connect the kiosk, or carry the records out"
                ) from error
            self._write(segment, content)
            return
        try:
            self._disk.sync(self._handle)
        except OSError as error:
            # The line may or may not be on the medium, and this descriptor may never tell.
            raise self._failed("a record could not be flushed", error) from error
        self._check(segment, size=segment.size + len(content))

    def _check(self, segment: Segment, *, size: int) -> None:
        if is_still(self._handle, segment.path, size=size):
            return
        self.rescued += self._rescue(segment, size)
        self._close_segment()
        raise JournalBroken(f"{segment.path} was replaced, cut or removed under us; it is read back")

    def _rescue(self, segment: Segment, size: int) -> bool:
        aside = self._names.quarantine
        while True:
            try:
                return rescue(self._handle, segment.path, size=size, quarantine=aside, disk=self._disk)
            except OSError as error:
                if error.errno not in _FULL or not self._ballast.spend():
                    return False

    def _undo(self, segment: Segment, error: OSError) -> None:
        """Take back what a full disk took of a line; any other fault breaks the journal."""
        if error.errno not in _FULL:
            raise self._failed("a record could not be written", error) from error
        try:
            self._disk.cut(self._handle, segment.size)
        except OSError as second:
            raise self._failed("a half-written record could not be taken back", second) from second

    def _begin(self, header: Header) -> Segment:
        path = segment_path(self.folder, header.first)
        content = pack_header(header)
        while True:
            try:
                handle = begin_file(path, content, self._disk)
                break
            except OSError as error:
                path.unlink(missing_ok=True)
                if error.errno not in _FULL:
                    raise self._failed("a segment could not be begun", error) from error
                if not self._ballast.spend():
                    raise JournalFull(f"no room for another file in {self.folder}") from error
        self._close_segment()
        self._handle = handle
        self._closed_bytes = sum(one.size for one in self._segments)
        self._segments.append(Segment(path=path, first=header.first, header=header, size=len(content)))
        return self._segments[-1]

    def _close_segment(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _failed(self, what: str, error: OSError) -> JournalBroken:
        self._close_segment()
        return JournalBroken(f"{what} in {self.folder}: {error}; the disk may be failing or read-only")
