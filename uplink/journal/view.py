"""What may be asked of an open journal, by any thread; `Journal` adds what changes it."""

import logging
from collections.abc import Iterator
from typing import NamedTuple

from survey.record.chain import stated_link
from survey.record.errors import Malformed
from survey.record.predecessors import Chain
from survey.record.record import Stamp, decode
from survey.wire.messages import Receipt
from uplink.journal.segments.frame import Entry
from uplink.journal.table import JournalDatabase, RecordTable

log = logging.getLogger(__name__)


class Appended(NamedTuple):
    """Where a record has got its place."""

    seq: int
    link: bytes


class Head(NamedTuple):
    """The newest record: what the kiosk vouches for."""

    seq: int
    link: bytes


class JournalView:
    """The reading half of a journal."""

    def __init__(self, database: JournalDatabase, *, limit_bytes: int) -> None:
        self._database = database
        self._storage = database.journal_storage
        self._table = database.record_table
        self._limit_bytes = limit_bytes
        self._stream = ""
        self._head = Head(seq=0, link=b"")
        self.confirmed = 0
        """The collector holds everything up to this number, by a receipt that was checked here."""
        self.losses = 0
        """The highest number here that was declared lost; 0 where none was."""

    @property
    def records(self) -> RecordTable:
        """The records as a TinyDB table: `journal.records.search(where("kind") == "complaint")`."""
        return self._table

    @property
    def stream(self) -> str:
        """The stream's id."""
        return self._stream

    @property
    def predecessors(self) -> Chain:
        """The streams before this one, the nearest first."""
        return self._storage.header.predecessors

    @property
    def head(self) -> Head:
        """The newest record's number and link."""
        return self._head

    @property
    def next_seq(self) -> int:
        """The number the next record gets."""
        return self._head.seq + 1

    @property
    def waiting(self) -> int:
        """How many records the collector has not confirmed."""
        return self._head.seq - self.confirmed

    @property
    def accepting(self) -> bool:
        """Whether there is room for ordinary use; otherwise finish the visit and go out of service."""
        return self._storage.has_ballast and self._storage.used_bytes < self._limit_bytes

    @property
    def too_small_bytes(self) -> int:
        """What must be free before visitors can be served, where the partition is too small for that; else 0."""
        return self._storage.too_small_bytes

    @property
    def damaged(self) -> int:
        """How many damaged pieces were set aside."""
        return self._storage.damaged

    @property
    def rescued(self) -> int:
        """How often the file that is written was taken away and put back."""
        return self._storage.rescued

    @property
    def used_bytes(self) -> int:
        """What the journal takes on the disk."""
        return self._storage.used_bytes

    @property
    def closed_through(self) -> int:
        """The last number that stands in a file which is no longer written: such a file goes as soon as it may."""
        return self._storage.closed_through

    def entries(self, first: int, last: int) -> Iterator[Entry]:
        """Give the entries of these numbers that are here, a placeholder for each that cannot be read.

        Raises:
            JournalBroken: a file cannot be read.
        """
        return self._storage.entries(first, last)

    def link_at(self, seq: int) -> bytes | None:
        """Give the link after record `seq`, or None where that number is not here."""
        if seq == self._head.seq:
            return self._head.link
        after = self._storage.entry(seq + 1)  # it carries the link before it, and may be in the next file
        if after is not None and after.seq == seq + 1 and stated_link(after.line) is None:
            return after.prev
        return self.link_of_record(seq)

    def link_of_record(self, seq: int) -> bytes | None:
        """Give the link of record `seq` if that record itself is here, and not a placeholder for it."""
        entry = self._storage.entry(seq)
        if entry is None or entry.seq != seq or stated_link(entry.line) is not None:
            return None
        return entry.link

    def stamp_of(self, seq: int) -> Stamp | None:
        """Give when record `seq` was written, where it is here and whole."""
        entry = self._storage.entry(seq)
        try:
            return decode(entry.line).stamp if entry is not None and entry.seq == seq else None
        except Malformed:
            return None

    def fits(self, receipt: Receipt) -> bool:
        """Tell whether a receipt confirms more than is known, of this very history."""
        if receipt.through <= self.confirmed:
            return False
        # Where damage has hit that very place since, its link is not known here: whoever took the receipt saw that it fits.
        if receipt.through <= self._head.seq and self.link_at(receipt.through) in {None, receipt.link}:
            return True
        log.error("a receipt through %d does not fit this journal; nothing is let go of", receipt.through)
        return False
