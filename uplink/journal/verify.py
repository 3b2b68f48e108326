"""Checking a journal from end to end, without opening it for writing and without trusting it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from survey.record.chain import stated_link
from survey.record.errors import Malformed
from survey.record.verdict import Claim, Evidence, Examiner, Verdict
from uplink.errors import JournalBroken, JournalForeign
from uplink.journal.enrolment import load_enrolment, verifier
from uplink.journal.head import read_head
from uplink.journal.home import KioskHome
from uplink.journal.mending import Mender
from uplink.journal.segments.claim import is_written
from uplink.journal.segments.frame import Damage, Entry, Frame, frames, unpack_entry
from uplink.journal.segments.headers import known_header
from uplink.journal.segments.recovery import Around
from uplink.journal.segments.segment import segment_paths


def verify(path: Path) -> Verdict:
    """Examine the journal of a kiosk's home, or a journal's folder by itself.

    In a home the kiosk's enrolled key and the collector's latest receipt are taken into account; a folder by itself
    is examined against the key its own header names, which proves only that it fits together. Where nobody writes it, and the head file
    does not say that it ended here in order, its end is uncertain.

    Raises:
        JournalForeign: there is no journal, or no header that can be read.
        JournalBroken: a file cannot be read.
        IdentityError: the enrolment is damaged.
    """
    home = KioskHome(path)
    folder = home.journal if home.journal.is_dir() else path
    enrolment = load_enrolment(path) if home.enrolment.exists() else None
    header = known_header(folder, newest=False)
    if header is None:
        raise JournalForeign(f"{folder} holds no journal that can be read")
    public_key = enrolment.public_key if enrolment is not None else header.public_key
    receipt = None
    if enrolment is not None:
        receipts = home.receipts(kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
        receipt = receipts.furthest(header.stream)
    through = receipt.through if receipt is not None else 0
    first = header.first
    if first > 1 and first > through + 1 and enrolment is not None:
        first = through + 1  # nothing entitles the kiosk to have let go of more than the receipt covers
    examiner = Examiner(
        stream=header.stream,
        public_key=public_key,
        verify=verifier(public_key),
        first=first,
        link=(header.link or None) if first == header.first else None,
    )
    if receipt is not None and through >= first:
        examiner.expect([Claim(seq=through, link=receipt.link)])
    known = read_head(home.head, public_key=public_key)
    if known is not None and known.stream == header.stream and known.seq > max(through, first - 1):
        examiner.expect([Claim(seq=known.seq, link=known.link)])
    mender = Mender(verifier(public_key))
    for found in _evidence(folder, partial(mender.mend, around=Around(header.stream, 0, b"", b""))):
        examiner.add(found)
    verdict = examiner.verdict()
    if known is None or is_written(folder) or (known.exact and known[:2] == (verdict.stream, verdict.last)):
        return verdict
    return replace(verdict, uncertain=(*verdict.uncertain, verdict.last))


def _evidence(folder: Path, mend: Callable[[bytes], bytes | None]) -> Iterator[Evidence]:
    salvaged: Entry | None = None
    for found in _found(folder, mend):
        entry = _damaged(found) if isinstance(found, Damage) else _entry(found.payload)
        if entry is None:
            continue
        if salvaged is not None and not (salvaged.seq == entry.seq and stated_link(entry.line)):
            yield _as_evidence(salvaged)  # else the kiosk has given the damaged record up
        salvaged = entry if isinstance(found, Damage) else None
        if salvaged is None:
            yield _as_evidence(entry)
    if salvaged is not None:
        yield _as_evidence(salvaged)


def _found(folder: Path, mend: Callable[[bytes], bytes | None]) -> Iterator[Frame | Damage]:
    """Give what stands in the files; a damaged line that can be mended with proof comes as the kiosk would mend it."""
    for _, path in segment_paths(folder):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise JournalBroken(f"{path} cannot be read: {error}") from error
        for found in frames(content):
            mended = mend(found.content) if isinstance(found, Damage) else None
            yield from frames(mended) if mended is not None else (found,)


def _as_evidence(entry: Entry) -> Evidence:
    return Evidence(
        seq=entry.seq, line=entry.line, prev=entry.prev or None, signature=entry.signature or None
    )


def _entry(payload: bytes) -> Entry | None:
    try:
        return unpack_entry(payload)
    except Malformed:  # a header
        return None


def _damaged(damage: Damage) -> Entry | None:
    """Read what can be read of a damaged line: the next record's link then tells whether this one was hit."""
    _, _, rest = damage.content.partition(b" ")
    _, _, payload = rest.partition(b" ")
    entry = _entry(payload.removesuffix(b"\n"))
    if entry is None or entry.get("seq") != entry.seq:
        return None
    return Entry(seq=entry.seq, line=entry.line, prev=entry.prev)
