"""Two verdicts on a stream, integrity and completeness, from what `survey.record.verdict` finds in it.

The check trusts nobody who hands the lines over, the collector included: what holds is what the kiosk signed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from survey.record.chain import Verify, head_message, next_link
from survey.record.findings import Fault, Finding
from survey.record.verdict import Claim, Evidence, Examiner

_INCOMPLETE = frozenset({Finding.MISSING, Finding.LOST, Finding.LOST_HERE, Finding.CUT})


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A record's number and link with the kiosk's signature: a heartbeat's proof of what was written."""

    seq: int
    link: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive records and what proves them."""

    lines: Sequence[tuple[int, bytes]]
    """`(number it was found under, line)`."""
    before: Sequence[bytes | None]
    """The link before each, where it is known: damage is then pinned to its record."""
    signature: bytes
    """The kiosk's, of the link after the last one; empty where there is none to be had."""


@dataclass(frozen=True, slots=True)
class StreamVerdict:
    """What checking a stream came to."""

    uid: str
    received: int
    """Records that are here."""
    written: int
    """The furthest record the kiosk is known to have written."""
    faults: tuple[Fault, ...]
    uncertain: tuple[int, ...] = ()
    """The records behind which a run of the kiosk ended without a word."""

    @property
    def integrity(self) -> bool:
        """Whether everything that is here is what the kiosk signed."""
        return all(fault.finding in _INCOMPLETE for fault in self.faults)

    @property
    def completeness(self) -> bool:
        """Whether everything the kiosk is known to have written is here."""
        return all(fault.finding not in _INCOMPLETE for fault in self.faults)

    @property
    def missing(self) -> int:
        """How many records are not here."""
        return sum(fault.last - fault.first + 1 for fault in self.faults if fault.finding in _INCOMPLETE)

    def __str__(self) -> str:
        return f"1..{self.written}: {self.received} received, {self.missing} missing"


def check(
    *,
    uid: str,
    public_key: bytes,
    verify: Verify,
    parts: Iterable[Part],
    receipted: Claim,
    heads: Iterable[SignedHead],
    claims: Iterable[Claim] = (),
    twice: Iterable[int] = (),
    lost_here: Sequence[tuple[int, int]] = (),
) -> StreamVerdict:
    """Follow a stream from its first link to what was receipted and heard.

    `claims` are what streams that follow this one say of it; `twice` names numbers under which the kiosk signed two
    different records, `lost_here` what the collector says it had and lost.
    """
    examiner = Examiner(stream=uid, public_key=public_key, verify=verify)
    examiner.expect([receipted])
    examiner.expect(
        Claim(head.seq, head.link, Finding.FORKED)
        for head in heads
        if verify(head.signature, head_message(stream=uid, seq=head.seq, link=head.link))
    )
    examiner.expect(claims)
    received = 0
    end = Part((), (), b"")
    for part in parts:
        end = part
        last = len(part.lines) - 1
        for place, ((seq, line), before) in enumerate(zip(part.lines, part.before, strict=True)):
            signature = part.signature if place == last and part.signature else None
            examiner.add(Evidence(seq=seq, line=line, prev=before, signature=signature))
            received += 1
    found = examiner.verdict()
    faults = _blamed(found.faults, lost_here)
    if found.proven < found.last and not faults:
        faults.append(Fault(Finding.ALTERED, found.proven + 1, found.last))  # nothing signed covers the end
    faults = _pinned(faults, end, receipted)
    faults += [Fault(Finding.DUPLICATED, seq, seq) for seq in twice]
    written = max(found.last, *(fault.last for fault in faults)) if faults else found.last
    return StreamVerdict(uid, received, written, tuple(faults), found.uncertain)


def check_unheard(uid: str, public_key: bytes, claims: Iterable[Claim]) -> StreamVerdict:
    """Give the verdict on a stream of which nothing came and no head was heard; other streams say how far it had come."""
    return check(
        uid=uid,
        public_key=public_key,
        verify=lambda _signature, _message: False,  # there is nothing to verify
        parts=(),
        receipted=Claim(0),
        heads=(),
        claims=claims,
    )


def _blamed(faults: Iterable[Fault], lost_here: Sequence[tuple[int, int]]) -> list[Fault]:
    """Call what is missing lost at the collector, where the collector says so."""
    blamed: list[Fault] = []
    for fault in faults:
        if fault.finding is not Finding.MISSING:
            blamed.append(fault)
            continue
        at = fault.first
        for first, last in sorted(lost_here):
            begin, end = max(first, at), min(last, fault.last)
            if begin <= end:
                blamed += [Fault(Finding.MISSING, at, begin - 1)] if at < begin else []
                blamed.append(Fault(Finding.LOST_HERE, begin, end))
                at = end + 1
        blamed += [Fault(Finding.MISSING, at, fault.last)] if at <= fault.last else []
    return blamed


def _pinned(faults: Sequence[Fault], end: Part, receipted: Claim) -> list[Fault]:
    """Pin a fault in the last records to its record, by the links before each and the receipted one at the end.

    The examiner pins a record by the link the next one hangs on; behind the last one only the receipt speaks.
    """
    if not end.lines or not any(fault.last >= end.lines[-1][0] for fault in faults):
        return list(faults)
    links = {seq: link for (seq, _), link in zip(end.lines, end.before, strict=True)}
    if receipted.link is not None:
        links[receipted.seq + 1] = receipted.link
    beyond = [Fault(Finding.FOREIGN, seq, seq) for seq, _ in end.lines if seq > receipted.seq]
    altered = [
        Fault(Finding.ALTERED, seq, seq)
        for seq, line in end.lines
        if (before := links.get(seq)) is not None
        and (after := links.get(seq + 1)) is not None
        and next_link(before, line) != after
    ]
    if not beyond and not altered:
        return list(faults)
    first = end.lines[0][0]
    kept = [fault for fault in faults if fault.last < first or fault.finding in _INCOMPLETE]
    return kept + altered + beyond
