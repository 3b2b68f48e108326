"""The journal: every fact the kiosk knows, numbered, chained, signed and on the disk before anybody is thanked.

`append` gives a record its number, joins it to the chain, signs the link and returns when the line is on the medium.
`release` lets go of what the collector's receipt covers, after checking the receipt itself: the process that talks to
the network can neither forge nor erase a record.

One thread appends and releases (see `uplink.journal.writer`); any thread may read the properties.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from survey.record.attachment import Attachment, encode_attachment
from survey.record.chain import (
    STREAM_BYTES,
    first_link,
    head_message,
    lost_line,
    lost_message,
    next_link,
    stated_link,
)
from survey.record.errors import Malformed
from survey.record.record import MAX_LINE_BYTES, Record, Stamp, decode, encode, shorter
from survey.wire.messages import Receipt
from uplink.errors import JournalError, JournalForeign, JournalFull
from uplink.journal.acknowledged import AcknowledgedReceipt, Receipts, ReleasedRecords
from uplink.journal.identity import Identity
from uplink.journal.losses import Losses, declare, declared, lost_attachments
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.frame import Entry
from uplink.journal.segments.segment import Header
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


class Journal:
    """An open journal; make one with `Journal.open`."""

    def __init__(
        self,
        database: JournalDatabase,
        *,
        identity: Identity,
        receipts: Receipts | None,
        disk: Disk,
        limit_bytes: int,
    ) -> None:
        self._database = database
        self._storage = database.journal_storage
        self._table = database.record_table
        self._identity = identity
        self._receipts = receipts
        self._disk = disk
        self._limit_bytes = limit_bytes
        self._said: Stamp | None = None
        self._generations: dict[Path, int] = {}
        self._head = Head(seq=0, link=b"")
        self.confirmed = 0
        """The collector holds everything up to this number, by a receipt that was checked here."""
        self.last_boot = 0
        """The highest boot number in the stream."""
        self._resume()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        stream_key: Identity,
        receipts: Receipts | None = None,
        disk: Disk = REAL_DISK,
        limit_bytes: int = 1024 * 1024 * 1024,
        segment_bytes: int = 1024 * 1024,
        ballast_bytes: int = 1024 * 1024,
    ) -> "Journal":
        """Open the journal in `folder`, or begin one with a new stream.

        Raises:
            JournalForeign: it belongs to another key, or another process has it open.
            JournalBroken: the disk does not let us.
            JournalFull: there is no room for the first file.
        """
        stream = secrets.token_hex(STREAM_BYTES)
        link = first_link(stream=stream, public_key=stream_key.public_key)
        birth = Header(stream=stream, public_key=stream_key.public_key, first=1, link=link, boot=0)
        database = JournalDatabase(
            folder, birth=birth, disk=disk, segment_bytes=segment_bytes, ballast_bytes=ballast_bytes
        )
        try:
            return cls(database, identity=stream_key, receipts=receipts, disk=disk, limit_bytes=limit_bytes)
        except BaseException:
            database.close()
            raise

    @property
    def records(self) -> RecordTable:
        """The records as a TinyDB table: `journal.records.search(where("kind") == "complaint")`."""
        return self._table

    @property
    def stream(self) -> str:
        """The stream's id."""
        return self._storage.header.stream

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
    def damaged(self) -> int:
        """How many damaged pieces were set aside."""
        return self._storage.damaged

    @property
    def used_bytes(self) -> int:
        """What the journal takes on the disk."""
        return self._storage.used_bytes

    def append(
        self,
        kind: str,
        body: Mapping[str, object],
        *,
        stamp: Stamp,
        attachments: Sequence[Attachment] = (),
    ) -> Appended:
        """Write a record; returns when it is on the medium.

        Raises:
            JournalFull: there is no room; nothing was written.
            JournalBroken: the disk failed; the record may or may not be there. Only `reopen` helps.
            JournalError: the record is longer than a record may be.
        """
        if self._storage.used_bytes >= self._limit_bytes:
            raise JournalFull(f"the journal has reached its limit of {self._limit_bytes} bytes")
        seq = self._head.seq + 1
        stamp = shorter(stamp, self._said)
        line = encode(Record(seq=seq, kind=kind, stamp=stamp, body=body))
        if len(line) > MAX_LINE_BYTES:
            raise JournalError(f"a record has at most {MAX_LINE_BYTES} bytes, this {kind} has {len(line)}")
        lines = tuple(encode_attachment(seq, attachment) for attachment in attachments)
        appended = self._write(line, attachments=lines, boot=stamp.boot)
        if stamp.at is not None:
            self._said = stamp
        self.last_boot = max(self.last_boot, stamp.boot)
        return appended

    def release(self) -> ReleasedRecords | None:
        """Let go of what a new receipt covers; gives what it did, or None where there is nothing new.

        Raises:
            JournalBroken: the disk failed.
        """
        if self._receipts is None:
            return None
        on_disk = self._receipts.found()
        news = [
            acknowledged
            for path, acknowledged in on_disk
            if self._generations.get(path) != acknowledged.generation
        ]
        self._generations = {path: acknowledged.generation for path, acknowledged in on_disk}
        found = [
            (receipt, acknowledged)
            for acknowledged in news
            if (receipt := self._checked(acknowledged, self._receipts)) is not None
        ]
        if not found:
            return None
        receipt, acknowledged = max(found, key=lambda one: one[0].through)
        self.confirmed = max(self.confirmed, receipt.through)
        written = self._stamp_of(receipt.through)
        segments = self._storage.let_go(receipt.through)
        return ReleasedRecords(
            through=receipt.through,
            segments=segments,
            collector_at_ms=receipt.at,
            written=written,
            acknowledged=acknowledged,
        )

    def link_at(self, seq: int) -> bytes | None:
        """Give the link after record `seq`, or None where that number is not here."""
        if seq == self._head.seq:
            return self._head.link
        after = self._storage.entry(seq + 1)  # it carries the link before it, and may be in the next file
        return after.prev if after is not None and after.seq == seq + 1 else None

    def link_of_record(self, seq: int) -> bytes | None:
        """Give the link of record `seq` if that record itself is here, and not a placeholder for it."""
        entry = self._storage.entry(seq)
        if entry is None or entry.seq != seq or stated_link(entry.line) is not None:
            return None
        return entry.link

    def reopen(self) -> None:
        """Read everything back from the disk after a failure.

        Raises:
            JournalBroken: the disk still does not let us; try again later.
        """
        self._storage.reopen()
        self._resume()

    def close(self) -> None:
        """Let go of the folder."""
        self._database.close()

    def _resume(self) -> None:
        header = self._storage.header
        if header.public_key != self._identity.public_key:
            raise JournalForeign(
                "the journal was written with another key; set its folder aside to begin anew"
            )
        newest = self._storage.entry(self._storage.next_seq - 1)
        link = newest.link if newest is not None else header.link
        self._head = Head(seq=self._storage.next_seq - 1, link=link)
        boot = newest.get("boot") if newest is not None else None
        self.last_boot = max(header.boot, boot if isinstance(boot, int) else 0)
        self._said = None
        self._generations = {}
        self._catch_up()
        for _ in range(self._storage.given_up):
            # The number may have been promised to somebody, so it is given up for good, under our signature.
            line = self._declaration(self._head.seq + 1, next_link(self._head.link, b"lost"))
            self._write(line, attachments=(), boot=self.last_boot)
        self._declare_losses()
        self.release()

    def _declare_losses(self) -> None:
        """Sign that records and attachments this medium has damaged are lost; until then nothing is sent past them."""
        holes, bare = self._storage.holes(), self._storage.bare()
        if not holes and not bare:
            return
        known = declared(self._storage.folder)
        bared = (entry for seq in bare if (entry := self._storage.entry(seq)) is not None)
        attachments = lost_attachments(bared, stream=self.stream, sign=self._identity.sign, known=known)
        losses = Losses(self._lost_records(holes, known), attachments)
        if losses != known:
            log.error("lost: %d records, %d attachments", len(losses.records), len(losses.attachments))
            declare(self._storage.folder, losses, disk=self._disk)

    def _lost_records(self, holes: Sequence[int], known: Losses) -> dict[int, bytes]:
        losses = {}
        for seq in holes:
            entry = self._storage.entry(seq)
            link = stated_link(entry.line) if entry is not None else None
            if link is not None:
                old = known.records.get(seq)
                losses[seq] = old if old and stated_link(old) == link else self._declaration(seq, link)
        return losses

    def _declaration(self, seq: int, link: bytes) -> bytes:
        return lost_line(link, self._identity.sign(lost_message(stream=self.stream, seq=seq, link=link)))

    def _catch_up(self) -> None:
        """Jump behind a receipt for records this disk has lost: their numbers must not be given again."""
        header = self._storage.header
        receipt = self._receipts.furthest(header.stream) if self._receipts is not None else None
        if receipt is None or receipt.through <= self._head.seq:
            return
        log.error(
            "records %d to %d are gone from this disk; the collector has them, so numbering goes on behind",
            self._head.seq + 1,
            receipt.through,
        )
        self._storage.given_up = 0
        self._storage.begin_segment(
            Header(
                stream=header.stream,
                public_key=header.public_key,
                first=receipt.through + 1,
                link=receipt.link,
                boot=self.last_boot + 1,  # the lost records may have told of another boot
            )
        )
        self.last_boot += 1
        self._head = Head(seq=receipt.through, link=receipt.link)

    def _checked(self, acknowledged: AcknowledgedReceipt, receipts: Receipts) -> Receipt | None:
        try:
            receipt = receipts.read(acknowledged.receipt)
        except Malformed as refusal:
            log.error("the receipt in the acknowledged position is refused: %s", refusal)  # noqa: TRY400 - the reason says it all
            return None
        if receipt.stream != self.stream or receipt.through <= self.confirmed:
            return None
        if receipt.through > self._head.seq or self.link_at(receipt.through) != receipt.link:
            log.error("a receipt through %d does not fit this journal; nothing is let go of", receipt.through)
            return None
        return receipt

    def _stamp_of(self, seq: int) -> Stamp | None:
        entry = self._storage.entry(seq)
        try:
            return decode(entry.line).stamp if entry is not None and entry.seq == seq else None
        except Malformed:
            return None

    def _write(self, line: bytes, *, attachments: tuple[bytes, ...], boot: int) -> Appended:
        prev = self._head.link
        link = next_link(prev, line)
        entry = Entry(
            seq=self._head.seq + 1,
            line=line,
            prev=prev,
            signature=self._identity.sign(
                head_message(stream=self.stream, seq=self._head.seq + 1, link=link)
            ),
            attachments=attachments,
        )
        self._storage.append(entry, boot=boot)
        self._head = Head(seq=entry.seq, link=link)
        return Appended(seq=entry.seq, link=link)
