"""What goes out next: the records behind a cursor, packed so that nothing is sent twice needlessly or too early.

An answer goes at once, and takes along what was waiting. Records nobody waits for go together, or after a while. A
backlog goes in batches as large as the transport allows.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from survey.record.chain import stated_link
from survey.record.record import COMPLAINT, RESPONSE, TALLY, TEST
from survey.wire.messages import MAX_BATCH_RECORDS, Batch, pack_batch
from uplink.journal.reader import JournalReader
from uplink.journal.segments.frame import Entry

URGENT = frozenset({RESPONSE, TEST, COMPLAINT})
LAZY_RECORDS = 20
"""So many records are worth a message of their own, whatever their kind."""
MAX_BATCH_TEXT = 1_000_000

_SAYS_SHOWN = tuple(b'"kind":"%b"' % kind.encode() for kind in (TALLY, TEST))
"""The line of every record that strangers are shown has one of them, for records are canonical JSON."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A packed batch and what its receipt must say."""

    first: int
    last: int
    link: bytes
    payload: bytes


class _Proof(NamedTuple):
    """The collector's own receipt, shown where what it asks for is not here any more."""

    sought: int
    """The number that it asks for."""
    through: int
    receipt: bytes


class Outbox:
    """Cuts one stream's journal into batches. One thread uses it."""

    def __init__(
        self, reader: JournalReader, *, kiosk: str, stream: str, max_records: int, lazy_seconds: float
    ) -> None:
        self._reader = reader
        self._kiosk = kiosk
        self._stream = stream
        self._max_records = max_records
        self._lazy_seconds = lazy_seconds
        self._cursor = 1
        self._say_prev = True
        self._proof: _Proof | None = None
        self._lacking = 0
        self._is_splittable = True
        self._held: list[Entry] = []
        self._held_since: float | None = None
        self._most = max_records
        self._sent: deque[Parcel] = deque()
        self._anchor = (0, b"")

    @property
    def under_way(self) -> int:
        """How many parcels have gone out without a receipt."""
        return len(self._sent)

    @property
    def first_under_way(self) -> int:
        """The lowest number that has gone out without a receipt, or the next to send."""
        return self._sent[0].first if self._sent else self._cursor

    def go_to(self, seq: int, *, hurry: bool = False, proof: bytes | None = None, proven: int = 0) -> None:
        """Send from `seq` on, whatever has been sent before.

        The next parcel says which link stands before it; with `hurry` it goes at once, whatever it holds. `proof` is the
        collector's own receipt through `proven`: it is shown where `seq` is not here any more, because that receipt let it go.
        """
        self._proof = _Proof(seq, proven, proof) if proof is not None else None
        self._sent.clear()
        self._held.clear()
        self._cursor = seq
        self._say_prev = True
        self._held_since = float("-inf") if hurry else None

    def hurry(self) -> None:
        """Have what is held back go with the next parcel."""
        self._held_since = float("-inf")

    def lacks(self, seq: int) -> None:
        """Take note that the collector lacks something, and that nobody confirmed `seq`: if it is not here, the kiosk must declare it lost."""
        self._lacking = seq

    def fits(self, seq: int, link: bytes) -> bool:
        """Tell whether the journal stood at `link` after `seq`: it was sent so, or is there so, or nothing up to there is here any more.

        Raises:
            JournalBroken: the journal cannot be read.
        """
        for parcel in self._sent:
            if parcel.last == seq:
                return parcel.link == link
        return self._reader.fits(seq, link)

    def confirmed(self, through: int, link: bytes) -> None:
        """Forget what was sent up to `through`; the chain stood at `link` there, whatever damage lies around it here."""
        self._anchor = (through, link)
        while self._sent and self._sent[0].last <= through:
            self._sent.popleft()
        if self._cursor <= through:
            self.go_to(through + 1)

    def next_parcel(self, now: float, *, max_bytes: int, most: int | None = None) -> Parcel | None:
        """Give the next batch if one is due; the cursor moves behind it.

        Raises:
            JournalBroken: the journal cannot be read.
        """
        limit = min(self._most, most or self._most)
        entries = self._due(now, limit)
        if not entries:
            return None
        payload = self._pack(entries)
        self._is_splittable = len(_whole_end(entries[:-1])) > 0
        while len(payload) > max_bytes and self._is_splittable:
            self._most = max(1, len(entries) // 2)
            entries = _whole_end(entries[: self._most]) or _whole_end(entries[:-1])
            payload = self._pack(entries)
            self._is_splittable = len(_whole_end(entries[:-1])) > 0
        if self._most < self._max_records and len(payload) < max_bytes // 4:
            self._most = min(self._max_records, self._most * 2)
        parcel = Parcel(first=entries[0].seq, last=entries[-1].seq, link=entries[-1].link, payload=payload)
        self._held, self._held_since = [], None
        self._cursor = parcel.last + 1
        self._say_prev = False
        self._sent.append(parcel)
        return parcel

    def everything_from(self, first: int, *, max_bytes: int, proof: bytes | None = None) -> Iterator[Parcel]:
        """Give all there is from `first` on; each parcel says which link stands before it, the first one shows `proof`.

        Raises:
            JournalBroken: the journal cannot be read.
        """
        self.go_to(first, hurry=True)
        if proof is not None:
            self._proof = _Proof(0, first - 1, proof)
        while (parcel := self.next_parcel(0.0, max_bytes=max_bytes)) is not None:
            yield parcel
            self.go_to(parcel.last + 1, hurry=True)

    def shrink(self) -> bool:
        """Make batches half as large, and send the last one again; False where they cannot be smaller."""
        if not self._sent:
            return False
        parcel = self._sent.pop()
        count = parcel.last - parcel.first + 1
        self._cursor, self._say_prev = parcel.first, True
        self._held, self._held_since = [], float("-inf")
        self._most = max(1, count // 2)
        return self._is_splittable

    def _due(self, now: float, limit: int) -> list[Entry]:
        start = self._held[-1].seq + 1 if self._held else self._cursor
        fresh = self._read(start, max(1, limit - len(self._held)))
        entries = self._held + fresh
        # A batch ends with a record that is signed: a run of lost ones goes whole, with the first that is left behind it.
        while entries and not _whole_end(entries) and len(entries) < MAX_BATCH_RECORDS:
            more = self._reader.read(entries[-1].seq + 1, most=limit, most_bytes=MAX_BATCH_TEXT)
            if not more:
                break
            entries += more
            limit = len(entries)
        if not entries:
            return []
        urgent = len(entries) >= min(LAZY_RECORDS, limit) or any(
            entry.get("kind") in URGENT or entry.attachments for entry in entries
        )
        if self._held_since is None:
            self._held_since = now
        if urgent or now - self._held_since >= self._lazy_seconds:
            return _through_a_shown(_whole_end(entries[:limit] if len(entries) > limit else entries))
        self._held = entries
        return []

    def _read(self, start: int, most: int) -> list[Entry]:
        """Give what follows `start`, as `JournalReader.read`; a beginning of which nobody knows the link before it is passed over.

        Where damage took the first records of the oldest file and its header, the collector could go on from none of them. By the
        receipt that is shown it had them, and has lost them as this journal has: it goes on behind them. Where none is shown, it asks
        for what it lacks, and the kiosk declares that lost from there on.
        """
        entries = self._reader.read(start, most=most, most_bytes=MAX_BATCH_TEXT)
        if entries and start <= self._lacking < entries[0].seq:
            self._reader.undeclared = self._lacking
            return []
        if not self._say_prev or self._held or not entries or self._link_before(entries[0]):
            return entries
        shown = self._proof.through if self._proof is not None else None
        if shown is None and entries[0].seq == 1:  # everybody knows the link before the first
            return entries
        while entries and _is_lost(entries[0]) and (shown is None or entries[0].seq <= shown):
            start = entries.pop(0).seq + 1
            if not entries:
                entries = self._reader.read(start, most=most, most_bytes=MAX_BATCH_TEXT)
        return entries

    def _pack(self, entries: list[Entry]) -> bytes:
        attachments = tuple(
            one for entry in entries if entry.attachments for one in entry.opened_attachments()
        )
        return pack_batch(
            Batch(
                kiosk=self._kiosk,
                stream=self._stream,
                first=entries[0].seq,
                lines=tuple(entry.line for entry in entries),
                signature=entries[-1].signature,
                # Not known where a lost record is the first of a file whose header is lost too: the receiver knows it then.
                prev=(self._link_before(entries[0]) or None) if self._say_prev else None,
                attachments=attachments,
                receipt=self._shown(entries[0].seq),
            )
        )

    def _link_before(self, entry: Entry) -> bytes:
        through, link = self._anchor
        return link if through == entry.seq - 1 and link else entry.prev

    def _shown(self, first: int) -> bytes | None:
        """Give the receipt to show with a parcel that begins with record `first`."""
        if self._proof is None or not self._say_prev or first <= self._proof.sought:
            return None
        return self._proof.receipt


def _through_a_shown(entries: list[Entry]) -> list[Entry]:
    """Leave out what stands behind the first tally or test: a stranger is shown it with its own signature, and never a record behind it."""
    for at, entry in enumerate(entries, start=1):
        # A look at the bytes first: reading every record would double the work of a drain.
        if any(one in entry.line for one in _SAYS_SHOWN) and entry.get("kind") in (TALLY, TEST):
            return entries[:at]
    return entries


def _whole_end(entries: list[Entry]) -> list[Entry]:
    """Leave out lost records at the end: a batch ends with a record whose signature is there."""
    end = len(entries)
    while end > 0 and _is_lost(entries[end - 1]):
        end -= 1
    return entries[:end]


def _is_lost(entry: Entry) -> bool:
    return not entry.is_signed and stated_link(entry.line) is not None
