"""The journal: every fact the kiosk knows, numbered, chained, signed and on the disk before anybody is thanked.

`append` gives a record its number, joins it to the chain, signs the link and returns when the line is on the medium.
`release` lets go of what the collector's receipt covers, after checking the receipt itself: the process that talks to
the network can neither forge nor erase a record.

One thread appends and releases (see `uplink.journal.writer`); any thread may read the properties.
"""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from survey.record.attachment import Attachment, encode_attachment
from survey.record.chain import head_message, lost_line, lost_message, next_link
from survey.record.predecessors import Chain
from survey.record.record import CARRIED, MAX_LINE_BYTES, Record, Stamp, encode, shorter
from uplink.errors import JournalBroken, JournalError, JournalForeign, JournalFull
from uplink.journal.acknowledged import ReceiptNews, Receipts, ReleasedRecords
from uplink.journal.carrying import CarryOver
from uplink.journal.enrolment import verifier
from uplink.journal.head import HeadFile, KnownHead
from uplink.journal.holes import declare_holes
from uplink.journal.identity import Identity
from uplink.journal.kept_totals import KeptTotals
from uplink.journal.lineage import Birth, astray, begun
from uplink.journal.losses import declared
from uplink.journal.mending import Mender
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.frame import Entry
from uplink.journal.segments.succession import Former, Succession
from uplink.journal.table import JournalDatabase
from uplink.journal.view import Appended, Head, JournalView

log = logging.getLogger(__name__)


class Journal(JournalView):
    """An open journal; make one with `Journal.open`."""

    def __init__(
        self,
        database: JournalDatabase,
        *,
        identity: Identity,
        receipts: Receipts | None,
        head_file: HeadFile | None,
        birth: Birth,
        totals: KeptTotals | None,
        disk: Disk,
        limit_bytes: int,
    ) -> None:
        super().__init__(database, limit_bytes=limit_bytes)
        self._identity = identity
        self._receipts = receipts
        self._head_file = head_file
        self._birth = birth
        self._kept = birth.known
        self._totals = totals
        self._over: CarryOver | None = None
        self._disk = disk
        self._said: Stamp | None = None
        self._declared_after: int | None = None
        self._news = ReceiptNews(receipts)
        self.last_boot = 0
        """The highest boot number in the stream."""
        known = birth.known
        self._resume()
        end = known is not None and known.exact and known[:2] == (self.stream, self._head.seq)
        self.uncertain = head_file is not None and self._head.seq > 0 and not end
        """Whether the last run ended without a word: behind what was here then, records of its last seconds may be gone unseen."""

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        stream_key: Identity,
        receipts: Receipts | None = None,
        head: Path | None = None,
        totals: KeptTotals | None = None,
        disk: Disk = REAL_DISK,
        limit_bytes: int = 1024 * 1024 * 1024,
        segment_bytes: int = 1024 * 1024,
        ballast_bytes: int = 1024 * 1024,
    ) -> "Journal":
        """Open the journal in `folder`, or begin one with a new stream; `head` is where the head file lies.

        With `totals`, records stay here until they are counted there.

        Raises:
            JournalForeign: it belongs to another key, or another process has it open.
            JournalBroken: the disk does not let us.
            JournalFull: there is no room for the first file.
        """
        head_file = HeadFile(head, public_key=stream_key.public_key, disk=disk) if head is not None else None
        known = head_file.read() if head_file is not None else None
        birth = Birth(stream_key.public_key, known)
        database = JournalDatabase(
            folder,
            birth=birth,
            disk=disk,
            segment_bytes=segment_bytes,
            ballast_bytes=ballast_bytes,
            promised=(known.stream, known.seq) if known is not None else None,
            mend=Mender(verifier(stream_key.public_key), sign=stream_key.sign).mend,
        )
        try:
            return cls(
                database,
                identity=stream_key,
                receipts=receipts,
                head_file=head_file,
                birth=birth,
                totals=totals,
                disk=disk,
                limit_bytes=limit_bytes,
            )
        except BaseException:
            database.close()
            raise

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
        found = [one for one in self._news.take(self.stream) if self.fits(one[0])]
        if not found:
            return None
        receipt, acknowledged = max(found, key=lambda one: one[0].through)
        self.confirmed = max(self.confirmed, receipt.through)
        if self._over is not None and self._over.is_done(self.confirmed):
            self._over = None
        written = self.stamp_of(receipt.through)
        # On a full disk room comes before totals: they could not be kept either, and would hold every file for ever.
        totals = self._totals if self.accepting else None
        counted = totals.through(self.stream) if totals is not None else None
        segments = self._storage.let_go(receipt.through, counted=counted)
        return ReleasedRecords(
            through=receipt.through,
            segments=segments,
            collector_at_ms=receipt.at,
            written=written,
            acknowledged=acknowledged,
        )

    def check(self) -> None:
        """Look whether the file that is written is still the one in the folder.

        Raises:
            JournalBroken: it was not; only `reopen` helps.
        """
        self._storage.check()

    def keep_head(self, *, exact: bool = False) -> None:
        """Write the head file where the journal has come further; called every few seconds, and at the `exact` end of the program.

        Raises:
            JournalBroken: the disk failed.
        """
        here = self._here(exact=exact)
        if self._head_file is None or not self._head.seq or here == self._kept:
            return
        self._head_file.store(here)
        self._kept = here

    def follow(self) -> bool:
        """Begin a new stream where the collector has shown that this one went another way; tells whether it did.

        Raises:
            JournalFull: there is no room for it.
            JournalBroken: the disk failed.
        """
        ahead = self._receipts.ahead(self.stream) if self._receipts is not None else None
        if ahead is None or not (predecessors := self._astray()):
            return False
        self._succeed(predecessors)
        return True

    def carry(self, stamp: Stamp) -> bool:
        """Record one more record of a former stream again; tells whether there was one. The first record is a `boot`.

        Raises:
            JournalFull: there is no room now.
            JournalBroken: the disk failed.
        """
        return self._over is not None and self._over.carry_one(
            lambda body, attachments: self.append(CARRIED, body, stamp=stamp, attachments=attachments)
        )

    def reopen(self) -> None:
        """Read everything back from the disk after a failure.

        Raises:
            JournalBroken: the disk still does not let us; try again later.
        """
        if self._head.seq:
            self._birth.known = self._here(exact=True)
            with contextlib.suppress(JournalBroken):  # at once, before anything else can go wrong
                self.keep_head()
        self._storage.reopen()
        self._resume()

    def declare_from(self, seq: int) -> None:
        """Read everything back and declare lost what is damaged from record `seq` on, were it confirmed already.

        A collector that was set back asks for records again which it had confirmed: what is damaged of them must be declared, or
        everything behind it waits for ever. What is declared already is not looked for again.

        Raises:
            JournalBroken: the disk does not let us; try again later.
        """
        known = declared(self._storage.folder)
        if seq in {*known.records, *(number for number, _ in known.attachments)}:
            return
        self._declared_after = max(0, seq - 1)
        try:
            self.reopen()
        finally:
            self._declared_after = None

    def close(self) -> None:
        """Let go of the folder."""
        self._database.close()

    def _resume(self) -> None:
        header = self._storage.header
        if header.public_key != self._identity.public_key:
            raise JournalForeign(
                "the journal was written with another key; set its folder aside to begin anew"
            )
        self._stream = header.stream
        newest = self._storage.entry(self._storage.next_seq - 1)
        link = newest.link if newest is not None else header.link
        self._head = Head(seq=self._storage.next_seq - 1, link=link)
        boot = newest.get("boot") if newest is not None else None
        self.last_boot = max(header.boot, boot if isinstance(boot, int) else 0)
        self.confirmed = 0
        self._said = None
        self._news.forget()
        self._over = CarryOver.resume(self._storage, self._disk)
        known = self._birth.known
        if predecessors := self._astray():
            self._succeed(predecessors)
        links = self._receipts.links(self._stream) if self._receipts is not None else {}
        if known is not None and known.stream == self._stream:
            links[known.seq] = known.link
        for _ in range(self._storage.given_up):
            # The number may have been promised to somebody, so it is given up for good, under our signature.
            seq = self._head.seq + 1
            link = links.get(seq) or next_link(self._head.link, b"lost")
            self._write(self._declaration(seq, link), attachments=(), boot=self.last_boot)
        self._storage.given_up = 0
        self.release()  # first: what is confirmed and damaged is no loss, unless somebody asks for it again
        asked = self._declared_after
        self.losses = declare_holes(
            self._storage,
            self._declaration,
            self._disk,
            stream=self.stream,
            sign=self._identity.sign,
            after=self._storage.floor if asked is None else min(self._storage.floor, asked),
            begin=self._storage.floor + 1 if self._storage.floor or asked is not None else None,
            links=links,
        )
        self.keep_head()

    def _declaration(self, seq: int, link: bytes) -> bytes:
        return lost_line(link, self._identity.sign(lost_message(stream=self.stream, seq=seq, link=link)))

    def _here(self, *, exact: bool) -> KnownHead:
        return KnownHead(self._stream, *self._head, before=self.predecessors, exact=exact)

    def _astray(self) -> Chain:
        return astray(
            self._storage.header,
            end=self._head.seq + self._storage.given_up,
            link_at=self.link_at,
            known=self._birth.known,
            receipts=self._receipts,
        )

    def _succeed(self, predecessors: Chain) -> None:
        """Leave this stream for one that names it; what the collector may lack is carried over later (`carry`)."""
        left = predecessors[0]
        log.error(
            "this journal is not what it was (%s): stream %s was known through %d, here it ends at %d; a new stream is begun",
            left.why,
            left.stream,
            left.seq,
            self._head.seq,
        )
        self.confirmed = 0
        self.release()
        header = begun(self._identity.public_key, predecessors=predecessors, boot=self.last_boot)
        before = self._over.formers if self._over is not None else ()
        formers = (*before, Former(self.stream, self.confirmed))
        self._storage.succeed(Succession(header=header, formers=formers))
        self._head = Head(seq=0, link=header.link)
        self._stream = header.stream
        self._said = None
        self._news.forget()
        self.confirmed, self.uncertain = 0, False
        self._over = CarryOver.resume(self._storage, self._disk)

    def _write(self, line: bytes, *, attachments: tuple[bytes, ...], boot: int) -> Appended:
        seq, prev = self.next_seq, self._head.link
        link = next_link(prev, line)
        signature = self._identity.sign(head_message(stream=self.stream, seq=seq, link=link))
        entry = Entry(seq=seq, line=line, prev=prev, signature=signature, attachments=attachments)
        self._storage.append(entry, boot=boot)
        self._head = Head(seq=seq, link=link)
        return Appended(seq=seq, link=link)
