"""Whether a batch continues its stream: chain, signature, duplicates, gaps and conflicts. No writing happens here.

The batches of one stream that are committed together are judged as a run: only the last signature is verified, because it
commits to everything before it. When that fails, each batch is looked at alone, so that one bad message costs only itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from collector.evidence.intake.holes import Hole, fill, hole_in
from survey.record.chain import LOST, Verify, first_link, head_message, is_declared, link_through, stated_link
from survey.wire.messages import Batch, Receipt

Verifier = Callable[[bytes], Verify]
OwnReceipt = Callable[[Batch], Receipt | None]
"""Give the collector's own receipt for its stream that a batch shows; None where it shows none that is true."""


class StoredLines(Protocol):
    """Reads what was held before this group."""

    def __call__(self, *, first: int, last: int) -> Sequence[tuple[int, bytes]]:
        """Give what is held of `first` to `last`: number and line."""


_LOOK_BACK = 50_000
"""How many records are read at most to check one batch that contradicts us; a stranger must not make us read for ever."""


class Judgement(Enum):
    """What becomes of one batch."""

    NEW = "new"
    """It adds records."""
    AGAIN = "again"
    """Everything in it is held already, the same."""
    GAP = "gap"
    """Something before it is missing."""
    CONFLICT = "conflict"
    """The kiosk signed it, and it differs from what is held."""
    FORGED = "forged"
    """No signature of this kiosk holds for it."""
    STRANGER = "stranger"
    """It claims a stream that is not held, and does not begin it."""


@dataclass(frozen=True, slots=True)
class SenderKey:
    """One enrolled key of a kiosk."""

    id: int
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch that adds records, from `first` on."""

    batch: Batch
    first: int
    tag: int
    before: bytes
    """The link before `first`."""
    link: bytes
    """The link after its last record."""
    until: int | None = None
    """The last record it adds, where that is not the batch's last: it fills a hole."""
    apart: bool = False
    """Whether it does not follow what was held before it."""

    @property
    def last(self) -> int:
        """The last record it adds."""
        return self.batch.last if self.until is None else self.until

    @property
    def lines(self) -> tuple[bytes, ...]:
        """The lines it adds."""
        return self.batch.lines[self.first - self.batch.first : self.last + 1 - self.batch.first]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A batch that tells another story from record `seq` on."""

    batch: Batch
    seq: int
    tag: int


@dataclass(slots=True)
class Judge:
    """Judges the batches of one stream, in the order they arrived.

    `tag` is the caller's own number of a batch; `verdicts` answers by it.
    """

    uid: str
    keys: Sequence[SenderKey]
    """Keys the stream may be signed with; one, once it is known."""
    through: int
    link: bytes
    verifier: Verifier
    stored: StoredLines
    stored_holes: Callable[[], Sequence[Hole]]
    """What was not held, before this group, of 1 to `through`; asked only where a batch does not simply go on."""
    own_receipt: OwnReceipt
    key: SenderKey | None = None
    has_losses: bool = False
    """Whether a placeholder of a lost record is among what is held, or came: its link is the record's own, so links do not tell the two apart."""
    taken: list[Taken] = field(default_factory=list)
    fillings: list[Taken] = field(default_factory=list)
    """What was taken into holes."""
    contradictions: list[Contradiction] = field(default_factory=list)
    verdicts: dict[int, Judgement] = field(default_factory=dict)
    _run: list[Taken] = field(default_factory=list)
    """Batches that continue the stream; not verified yet."""
    _holes: list[Hole] | None = None

    @property
    def holes(self) -> list[Hole]:
        """What of 1 to `through` is not held."""
        if self._holes is None:
            self._holes = list(self.stored_holes())
        return self._holes

    def judge(self, batches: Sequence[tuple[int, Batch]]) -> None:
        """Judge batches; afterwards `taken`, `contradictions`, `verdicts`, `through` and `link` say what came of it."""
        for tag, batch in batches:
            self._look(tag, batch)
        self._settle()

    def _look(self, tag: int, batch: Batch) -> None:
        if self.key is not None and not self._losses_declared(batch, self.key):
            self.verdicts[tag] = Judgement.FORGED
            return
        reached = self._run[-1].batch.last if self._run else self.through
        if self.key is not None and batch.first == reached + 1:
            before = self._run[-1].link if self._run else self.link
            link = link_through(before, batch.lines)
            self._run.append(Taken(batch, batch.first, tag, before, link))
            return
        self._settle()
        self.verdicts[tag] = self._look_closely(tag, batch)

    def _settle(self) -> None:
        """Verify the run by its last signature; where that fails, batch by batch."""
        run, self._run = self._run, []
        if not run or self.key is None:
            return
        verify = self.verifier(self.key.public_key)
        last = run[-1]
        if verify(last.batch.signature, head_message(stream=self.uid, seq=last.batch.last, link=last.link)):
            for taken in run:
                self.taken.append(taken)
                self.verdicts[taken.tag] = Judgement.NEW
            self.through, self.link = last.batch.last, last.link
            return
        if len(run) == 1:
            self.verdicts[last.tag] = self._explain(last.tag, last.batch)
            return
        for taken in run:
            self.verdicts[taken.tag] = self._look_closely(taken.tag, taken.batch)

    def _look_closely(self, tag: int, batch: Batch) -> Judgement:
        if self.key is None:
            return self._begin(tag, batch)
        if batch.first > self.through + 1:
            return self._resume(tag, batch)
        if not self._repeats_what_is_held(batch):
            for seq, mine in self._lines(batch.first, min(batch.last, self.through)):
                if mine != batch.lines[seq - batch.first]:
                    return self._differs(tag, batch, seq=seq)
        filled = len(self.fillings)
        if not self._fill_holes(tag, batch):
            return Judgement.GAP if batch.prev is None else self._explain(tag, batch)
        if batch.last <= self.through:
            return Judgement.NEW if len(self.fillings) > filled else Judgement.AGAIN
        return self._go_on(tag, batch)

    def _repeats_what_is_held(self, batch: Batch) -> bool:
        """Tell by links alone whether the lines that are held already are the same; False where only the lines can tell.

        The link at `through` is of everything before it: who reaches it has the same lines. A storm of kiosks that send again what
        they have no receipt for yet is answered without reading back what they sent.
        """
        if self.has_losses or batch.prev is None or batch.last < self.through:
            return False
        return link_through(batch.prev, batch.lines[: self.through + 1 - batch.first]) == self.link

    def _go_on(self, tag: int, batch: Batch) -> Judgement:
        """Take what a batch holds beyond what is held."""
        if self.key is None:
            return Judgement.STRANGER
        added = batch.lines[self.through + 1 - batch.first :]
        link = link_through(self.link, added)
        if not self.verifier(self.key.public_key)(
            batch.signature, head_message(stream=self.uid, seq=batch.last, link=link)
        ):
            return self._explain(tag, batch)
        self.taken.append(Taken(batch, self.through + 1, tag, self.link, link))
        self.through, self.link = batch.last, link
        return Judgement.NEW

    def _resume(self, tag: int, batch: Batch) -> Judgement:
        """Go on behind what the collector has lost itself, on proof of its own receipt; else it is a gap."""
        shown = self.own_receipt(batch)
        proves = shown is not None and self.through < shown.through and batch.first <= shown.through + 1
        if shown is None or not proves or batch.prev is None or not self._signed(batch, batch.prev):
            return Judgement.GAP
        number = shown.through + 1 - batch.first
        if number <= len(batch.lines) and link_through(batch.prev, batch.lines[:number]) != shown.link:
            self.contradictions.append(Contradiction(batch, batch.first, tag))
            return Judgement.CONFLICT
        link = link_through(batch.prev, batch.lines)
        receipt = batch.receipt or b""
        self.holes.append(Hole(self.through + 1, batch.first - 1, self.link, batch.prev, receipt))
        self.taken.append(Taken(batch, batch.first, tag, batch.prev, link, apart=True))
        self.through, self.link = batch.last, link
        return Judgement.NEW

    def _fill_holes(self, tag: int, batch: Batch) -> bool:
        """Take what a batch brings for holes; tells whether all that lies in one is proven to belong there."""
        while self.key is not None and (hole := hole_in(self.holes, batch)) is not None:
            brought = fill(hole, batch, uid=self.uid, verify=self.verifier(self.key.public_key))
            if brought is None:
                return False
            self.holes.remove(hole)
            self.holes.extend(brought.left)
            self.fillings.append(
                Taken(batch, brought.first, tag, brought.before, brought.link, until=brought.last, apart=True)
            )
        return True

    def _begin(self, tag: int, batch: Batch) -> Judgement:
        """Find the key that signs a stream not held yet."""
        for key in self.keys:
            start = first_link(stream=self.uid, public_key=key.public_key)
            link = self._signed_by(key, batch)
            if link is None:
                continue
            if not self._losses_declared(batch, key):
                return Judgement.FORGED
            if batch.first > 1:
                self.link, self.key = start, key
                if (resumed := self._resume(tag, batch)) is Judgement.GAP:
                    self.key = None
                return resumed
            self.key = key
            self.taken.append(Taken(batch, 1, tag, start, link))
            self.through, self.link = batch.last, link
            return Judgement.NEW
        return Judgement.FORGED if batch.first == 1 or batch.prev is not None else Judgement.STRANGER

    def comes_from(self, batch: Batch, keys: Sequence[SenderKey]) -> bool:
        """Tell whether one of these keys signed a batch of a stream that is not held."""
        return any(self._signed_by(key, batch) is not None for key in keys)

    def _signed_by(self, key: SenderKey, batch: Batch) -> bytes | None:
        """Give the link after a batch that one key signed; None where it did not."""
        start = first_link(stream=self.uid, public_key=key.public_key)
        before = start if batch.first == 1 else batch.prev
        if before is None:
            return None
        link = link_through(before, batch.lines)
        message = head_message(stream=self.uid, seq=batch.last, link=link)
        return link if self.verifier(key.public_key)(batch.signature, message) else None

    def _losses_declared(self, batch: Batch, key: SenderKey) -> bool:
        """Tell whether every record the batch calls lost was declared lost by the kiosk itself.

        The chain alone does not tell: whoever carries a batch knows its links, and could put a placeholder for any record.
        """
        lost = [
            (seq, line)
            for seq, line in enumerate(batch.lines, start=batch.first)
            if line.startswith(LOST) and stated_link(line)
        ]
        self.has_losses = self.has_losses or bool(lost)
        return all(
            is_declared(line, stream=self.uid, seq=seq, verify=self.verifier(key.public_key))
            for seq, line in lost
        )

    def _differs(self, tag: int, batch: Batch, *, seq: int) -> Judgement:
        """Tell a second story the kiosk signed from one that nobody did."""
        start = batch.prev if batch.prev is not None else self._link_before(batch.first)
        if start is not None and self._signed(batch, start):
            self.contradictions.append(Contradiction(batch, seq, tag))
            return Judgement.CONFLICT
        return Judgement.FORGED

    def _explain(self, tag: int, batch: Batch) -> Judgement:
        """A batch that should continue the stream and does not: forged, or continuing another story."""
        if batch.prev is not None and self._signed(batch, batch.prev):
            self.contradictions.append(Contradiction(batch, batch.first, tag))
            return Judgement.CONFLICT
        return Judgement.FORGED

    def _signed(self, batch: Batch, before: bytes) -> bool:
        if self.key is None:
            return False
        link = link_through(before, batch.lines)
        return self.verifier(self.key.public_key)(
            batch.signature, head_message(stream=self.uid, seq=batch.last, link=link)
        )

    def _lines(self, first: int, last: int) -> list[tuple[int, bytes]]:
        """Give what was held before this group or taken in it, by number."""
        held = self.taken[0].first - 1 if self.taken else self.through
        lines = list(self.stored(first=first, last=min(last, held))) if first <= min(last, held) else []
        for taken in (*self.taken, *self.fillings):
            lines += [one for one in enumerate(taken.lines, start=taken.first) if first <= one[0] <= last]
        return lines

    def _link_before(self, first: int) -> bytes | None:
        """Compute the link before a record that is held; None where that would cost too much.

        A batch that contradicts us mostly comes first on its connection and then brings `prev` along.
        """
        if self.key is None or first > _LOOK_BACK or any(hole.first < first for hole in self.holes):
            return None
        start = first_link(stream=self.uid, public_key=self.key.public_key)
        return link_through(start, (line for _, line in sorted(self._lines(1, first - 1))))
