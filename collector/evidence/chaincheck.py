"""Is a stream whole and unaltered? A pure check of record lines against the chain and the kiosk's signatures.

It trusts nobody who handed the lines over, the collector included: what holds is what the kiosk signed. Damage is named by
record numbers and does not end the check: behind it the chain is taken up again at the next link that comes with a valid
signature.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from survey.chain import Verify, first_link, link_message, link_through

WAYPOINT_BYTES = 8
"""A link's first bytes: too few to forge a chain with, enough to say which record is not the one it was."""

MISSING = "missing"
ALTERED = "altered"
REMOVED = "removed"
ADDED = "added"
TWICE = "twice"
END = "end"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with records `first` to `last`."""

    code: str
    first: int
    last: int

    def __str__(self) -> str:
        what = f"record {self.first}" if self.first == self.last else f"records {self.first} to {self.last}"
        return f"{what}: {_WORDS[self.code]}"


_WORDS = {
    MISSING: "missing; the kiosk wrote them, and they are not here",
    ALTERED: "not what the kiosk signed",
    REMOVED: "taken out",
    ADDED: "put in; the kiosk wrote no such record here",
    TWICE: "two different records, both signed by the kiosk: its card was copied or altered",
    END: "the chain ends in another link than the one that was receipted",
}


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A record's number and link with the kiosk's signature: a heartbeat's proof of what was written."""

    seq: int
    link: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class StreamVerdict:
    """What a check came to."""

    uid: str
    received: int
    """Records that are here."""
    written: int
    """The furthest record the kiosk is known to have written."""
    faults: tuple[Fault, ...]

    @property
    def integrity(self) -> bool:
        """Whether everything that is here is what the kiosk signed."""
        return all(fault.code == MISSING for fault in self.faults)

    @property
    def completeness(self) -> bool:
        """Whether everything the kiosk is known to have written is here."""
        return all(fault.code not in (MISSING, REMOVED) for fault in self.faults)

    def __str__(self) -> str:
        missing = sum(
            fault.last - fault.first + 1 for fault in self.faults if fault.code in (MISSING, REMOVED)
        )
        return f"1..{self.written}: {self.received} received, {missing} missing"


@dataclass(slots=True)
class StreamCheck:
    """Checks one stream; feed it batches in the order of their numbers, then ask for the verdict."""

    uid: str
    public_key: bytes
    verify: Verify
    _next: int = 1
    _link: bytes | None = b""
    """The link before `_next`; None behind damage, where it is not known."""
    _received: int = 0
    _faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._link = first_link(stream=self.uid, public_key=self.public_key)

    def feed(
        self,
        first: int,
        lines: Sequence[bytes],
        signature: bytes,
        *,
        number: int | None = None,
        before: bytes = b"",
        waypoints: Sequence[bytes] = (),
    ) -> None:
        """Check the next batch, which claims records `first` to `first + number − 1`.

        Args:
            first: its first number.
            lines: the records.
            signature: the kiosk's, of the link after the last one.
            number: how many records it should hold; as many as there are where None.
            before: the link before the first one, where known: the check goes on from there behind damage.
            waypoints: the first bytes of the link after each record, where known: they tell which one was altered.
        """
        number = len(lines) if number is None else number
        last = first + number - 1
        if first > self._next:
            self._fault(MISSING, self._next, first - 1)
            self._link = None
        self._received += len(lines)
        link = self._signed(lines, signature, before) if len(lines) == number else None
        if link is None:
            self._find(first, lines, number, waypoints)
        self._link = link
        self._next = max(self._next, last + 1)

    def twice(self, seq: int) -> None:
        """Note that the kiosk signed two different records of this number."""
        self._fault(TWICE, seq, seq)

    def verdict(
        self, *, through: int | None = None, link: bytes | None = None, heard: SignedHead | None = None
    ) -> StreamVerdict:
        """Give the verdict; `through` and `link` are what was receipted, `heard` what a heartbeat proved."""
        written = self._next - 1
        if through is not None and through > written:
            self._fault(MISSING, written + 1, through)
            written = through
        elif link is not None and self._link is not None and link != self._link:
            self._fault(END, written, written)
        if (
            heard is not None
            and heard.seq > written
            and self.verify(heard.signature, link_message(heard.link))
        ):
            self._fault(MISSING, written + 1, heard.seq)
            written = heard.seq
        return StreamVerdict(self.uid, self._received, written, tuple(_joined(self._faults)))

    def _signed(self, lines: Sequence[bytes], signature: bytes, before: bytes) -> bytes | None:
        """Give the link after these records where the kiosk signed it, else None."""
        for start in (self._link, before):
            if start:
                link = link_through(start, lines)
                if self.verify(signature, link_message(link)):
                    return link
        return None

    def _find(self, first: int, lines: Sequence[bytes], number: int, waypoints: Sequence[bytes]) -> None:
        """Say which of these records are wrong, as exactly as can be told."""
        known = len(self._faults)
        self._compare_numbers(first, lines, number)
        link = self._link
        if len(self._faults) == known and link is not None:
            for seq, (line, waypoint) in enumerate(zip(lines, waypoints, strict=False), start=first):
                link = hashlib.sha256(link + line).digest()
                if link[:WAYPOINT_BYTES] != waypoint:
                    self._fault(ALTERED, seq, seq)
                    break
        if len(self._faults) == known:
            self._fault(ALTERED, first, first + number - 1)

    def _compare_numbers(self, first: int, lines: Sequence[bytes], number: int) -> None:
        """Find what was taken out or put in, by the numbers the records carry."""
        if len(lines) == number:
            return
        expected = first
        for line in lines:
            seq = _number(line)
            if seq is None:
                continue
            if seq > expected:
                self._fault(REMOVED, expected, seq - 1)
            elif seq < expected:
                self._fault(ADDED, seq, seq)
                continue
            expected = seq + 1
        if expected <= first + number - 1:
            self._fault(REMOVED, expected, first + number - 1)
        elif expected > first + number:
            self._fault(ADDED, first + number, expected - 1)

    def _fault(self, code: str, first: int, last: int) -> None:
        self._faults.append(Fault(code, first, last))


def _number(line: bytes) -> int | None:
    """Read a record's own number; None where it has none."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    seq = fields.get("seq") if isinstance(fields, dict) else None
    return seq if isinstance(seq, int) and not isinstance(seq, bool) else None


def _joined(faults: Iterable[Fault]) -> list[Fault]:
    """Join faults of one kind that touch."""
    joined: list[Fault] = []
    for fault in faults:
        latest = joined[-1] if joined else None
        if latest is not None and latest.code == fault.code and fault.first == latest.last + 1:
            joined[-1] = Fault(fault.code, latest.first, fault.last)
        else:
            joined.append(fault)
    return joined
