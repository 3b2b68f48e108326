"""The verdict on a stream: is it all there, in order, unaltered, and of this kiosk?

`Examiner` walks over records in the order in which they are found and tells apart what can be wrong with them. It
needs only the kiosk's public key: neither the collector nor the kiosk has to be trusted. Evidence of every record's
signature (a journal) pins each fault to its record; with signatures of batches only (a bundle of the collector) the
links between do the same, where they are given.

What is found:

* `missing`: a number is not there;
* `lost`: the kiosk itself says that its medium has damaged the record;
* `altered`: the content is not what was signed;
* `reordered`: it stands at another place than its number;
* `repeated`: it is there twice, the same both times;
* `duplicated`: two different records under one number, both signed by the kiosk: a card was copied or set back;
* `foreign`: not signed by this kiosk at this place, or another signed history joins here;
* `wrong_key`: the chain is whole, but signed by somebody else or nobody;
* `cut`: the stream ends before a record that a receipt or a signed head vouches for;
* `lost_here`: the collector itself has lost the record, and its own receipt says that it had it;
* `forked`: the kiosk signed another history up to this number: a card was copied or set back.

Beside that stands what nobody can know: `Verdict.uncertain`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from survey.record.bodies import Boot
from survey.record.chain import Verify, first_link, head_message, is_declared, next_link, stated_link
from survey.record.errors import Malformed
from survey.record.findings import Fault, Finding, joined
from survey.record.gaps import Gaps
from survey.record.record import BOOT

_DIGEST_BYTES = 8  # to tell the same from another; an attacker gains nothing by a collision


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record as it was found."""

    seq: int
    """The number it was found under."""
    line: bytes
    prev: bytes | None = None
    """The link before it, where it was kept with the record."""
    signature: bytes | None = None
    """The kiosk's signature of the link after it, where there is one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody vouches that the stream stood at `link` after record `seq`: a receipt, a signed head."""

    seq: int
    link: bytes | None = None
    otherwise: Finding = Finding.FOREIGN
    """What it is called where the stream stood at another link."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an examination has shown."""

    stream: str
    first: int
    last: int
    """The highest number found, or `first - 1`."""
    records: int
    signatures: int
    """How many signatures hold."""
    proven: int
    """Everything up to here is covered by a signature that holds."""
    faults: tuple[Fault, ...]
    uncertain: tuple[int, ...] = ()
    """The records behind which a run ended without a word: what it wrote in its last seconds is neither here nor proven lost."""

    @property
    def clean(self) -> bool:
        """Whether nothing at all is wrong, and a signature covers the last record."""
        return not self.faults and self.proven == self.last

    def sentences(self) -> list[str]:
        """Say it all, the summary first."""
        span = f"records {self.first} to {self.last}" if self.last >= self.first else "no records"
        if self.clean:
            whole = f"stream {self.stream}: {span}, none missing, none altered, all signed by this kiosk"
            return [whole, *self._doubts()]
        summary = f"stream {self.stream}: {span}, {len(self.faults)} faults"
        if self.proven < self.last:
            summary += f"; no signature covers what comes after record {self.proven}"
        return [summary, *(fault.sentence() for fault in self.faults), *self._doubts()]

    def _doubts(self) -> list[str]:
        if not self.uncertain:
            return []
        times = "once" if len(self.uncertain) == 1 else f"{len(self.uncertain)} times"
        last = f"the kiosk ended {times} without a word, the last time behind record {self.uncertain[-1]}"
        unknown = (
            "what it wrote in its last seconds, or on a card since set back, is neither here nor proven lost"
        )
        return [f"uncertain: {last}; {unknown}"]


@dataclass(slots=True)
class _Pending:
    """The record before the one in hand: the next one's `prev` tells what is wrong with it."""

    seq: int
    before: bytes | None
    """The link the walk had before it."""
    link: bytes
    signed: bool | None
    """Whether its signature holds; None where it has none."""


@dataclass(slots=True)
class Examiner:
    """Walks over one stream: `add` each record as it is found, then ask for the `verdict`."""

    stream: str
    public_key: bytes
    verify: Verify
    first: int = 1
    """The lowest number that is expected: earlier ones may have been let go of rightly."""
    link: bytes | None = None
    """The link before `first`; the stream's own beginning where `first` is 1."""
    _next: int = field(init=False)
    _link: bytes | None = field(init=False)
    _pending: _Pending | None = field(default=None, init=False)
    _gaps: Gaps = field(default_factory=Gaps, init=False)
    _digests: dict[int, bytes] = field(default_factory=dict, init=False)
    _links: dict[int, bytes] = field(default_factory=dict, init=False)
    _claims: dict[int, list[Claim]] = field(default_factory=dict, init=False)
    _faults: list[Fault] = field(default_factory=list, init=False)
    _records: int = field(default=0, init=False)
    _signatures: int = field(default=0, init=False)
    _proven: int = field(init=False)
    _unsigned_from: int | None = field(default=None, init=False)
    _uncertain: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._next = self.first
        self._link = (
            first_link(stream=self.stream, public_key=self.public_key) if self.first == 1 else self.link
        )
        self._proven = self.first - 1

    def expect(self, claims: Iterable[Claim]) -> None:
        """Take note of what others vouch for; call it before the first `add`."""
        for claim in claims:
            self._claims.setdefault(claim.seq, []).append(claim)

    def add(self, found: Evidence) -> None:
        """Take the next record as it is found."""
        self._records += 1
        fields = _fields(found.line)
        own = fields.get("seq")
        if fields.get("kind") == BOOT and own == found.seq and _is_uncertain(fields.get("body")):
            self._uncertain.add(found.seq - 1)
        if isinstance(own, int) and own != found.seq:
            # Its signed number is another one: it was put here. Its content proves nothing about this number.
            self._fault(Finding.REORDERED, found.seq)
            if found.seq == self._next:
                self._settle(None)
                self._advance(found.seq, None)
            return
        if found.seq < self._next:
            self._add_late(found)
            return
        if found.seq > self._next:
            self._settle(None)
            self._gaps.add(self._next, found.seq - 1)
            self._link = None
            self._next = found.seq
        self._add_in_place(found)

    def verdict(self) -> Verdict:
        """Give the result; nothing may be added afterwards."""
        self._settle(None, at_end=True)
        self._faults += [Fault(Finding.MISSING, first, last) for first, last in self._gaps]
        last = self._next - 1
        beyond = [seq for seq in self._claims if seq > last]
        if beyond:
            self._faults.append(Fault(Finding.CUT, last + 1, max(beyond)))
        for seq, claims in self._claims.items():
            links = {claim.link for claim in claims if claim.link is not None}
            for claim in claims:
                if claim.link is not None and self._links.get(seq, claim.link) != claim.link:
                    self._fault(claim.otherwise, seq)
            if seq > last and len(links) > 1:
                self._fault(Finding.FORKED, seq)
        return Verdict(
            stream=self.stream,
            first=self.first,
            last=last,
            records=self._records,
            signatures=self._signatures,
            proven=self._proven,
            faults=joined(self._faults),
            uncertain=tuple(sorted(self._uncertain)),
        )

    def _add_in_place(self, found: Evidence) -> None:
        if stated_link(found.line) is not None:
            declared = is_declared(found.line, stream=self.stream, seq=found.seq, verify=self.verify)
            self._fault(Finding.LOST if declared else Finding.ALTERED, found.seq)
        before = self._link
        prev = found.prev if found.prev is not None else before
        self._settle(found.prev)
        trusted = self._link
        if trusted is not None and found.prev is not None and found.prev != trusted:
            # The record before it is sound, and yet this one hangs on another: histories are spliced.
            if self._holds(found, found.prev):
                self._fault(Finding.FOREIGN, found.seq)
            else:
                prev = trusted
        link = next_link(prev or b"", found.line)
        signed = None if found.signature is None else self._holds(found, prev or b"")
        self._digests[found.seq] = _digest(found.line)
        if found.seq in self._claims:
            self._links[found.seq] = link
        self._pending = _Pending(seq=found.seq, before=prev, link=link, signed=signed)
        self._advance(found.seq, link)
        if signed:
            self._signatures += 1
            self._proven = found.seq
            self._unsigned_from = None
        elif self._unsigned_from is None:
            self._unsigned_from = found.seq

    def _add_late(self, found: Evidence) -> None:
        """A number that was passed already: out of place, there again, or a second one."""
        if self._gaps.fill(found.seq):
            self._digests[found.seq] = _digest(found.line)
            sound = found.signature is None or self._holds(found, found.prev or b"")
            self._fault(Finding.REORDERED if sound else Finding.FOREIGN, found.seq)
            return
        if self._digests.get(found.seq) == _digest(found.line):
            self._fault(Finding.REPEATED, found.seq)
            return
        holds = found.signature is not None and self._holds(found, found.prev or b"")
        pending = self._pending
        if holds and pending is not None and pending.seq == found.seq and not pending.signed:
            # The one before it was put in; this is the true one, and the chain goes on from here.
            self._fault(Finding.FOREIGN, found.seq)
            self._pending = None
            self._link = pending.before
            self._next = found.seq
            self._unsigned_from = None
            self._add_in_place(found)
            return
        self._fault(Finding.DUPLICATED if holds else Finding.FOREIGN, found.seq)

    def _settle(self, following_prev: bytes | None, *, at_end: bool = False) -> None:
        """Judge the record before, now that it is known which link the next one hangs on."""
        pending, self._pending = self._pending, None
        if pending is None or pending.signed:
            return
        agrees = following_prev == pending.link
        if pending.signed is None:
            # Without a signature of its own, only the next link or a later signature can speak against it.
            if agrees:
                self._unsigned_from = None  # the link after them speaks for all up to here
            elif following_prev is not None:
                self._accuse(pending.seq)
            return
        if agrees or (at_end and self._was_wrong_key(pending.seq - 1)):
            self._fault(Finding.WRONG_KEY, pending.seq)
        else:
            self._accuse(pending.seq)
        self._unsigned_from = None

    def _accuse(self, seq: int) -> None:
        """Call a record altered, with those right before it for which nothing speaks: any of them may be the one."""
        first = seq if self._unsigned_from is None else self._unsigned_from
        self._faults.append(Fault(Finding.ALTERED, first, seq))
        self._link = self._unsigned_from = None

    def _was_wrong_key(self, seq: int) -> bool:
        return any(fault.finding is Finding.WRONG_KEY and fault.last == seq for fault in self._faults)

    def _holds(self, found: Evidence, prev: bytes) -> bool:
        link = next_link(prev, found.line)
        return found.signature is not None and self.verify(
            found.signature, head_message(stream=self.stream, seq=found.seq, link=link)
        )

    def _advance(self, seq: int, link: bytes | None) -> None:
        self._next = seq + 1
        self._link = link

    def _fault(self, finding: Finding, seq: int) -> None:
        self._faults.append(Fault(finding, seq, seq))


def _fields(line: bytes) -> Mapping[str, object]:
    """Give what a record's line states; nothing where it cannot be read."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _is_uncertain(body: object) -> bool:
    try:
        return isinstance(body, dict) and Boot.from_body(body).uncertain
    except Malformed:
        return False


def _digest(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=_DIGEST_BYTES).digest()
