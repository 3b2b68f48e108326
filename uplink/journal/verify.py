"""Checking a journal from end to end, without opening it for writing and without trusting it."""

from collections.abc import Iterator
from pathlib import Path

from survey.record.chain import stated_link
from survey.record.errors import Malformed
from survey.record.verdict import Claim, Evidence, Examiner, Verdict
from uplink.errors import JournalBroken, JournalForeign
from uplink.journal.enrolment import load_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.segments.frame import Damage, Entry, Frame, frames, unpack_entry
from uplink.journal.segments.segment import Header, header_of, segment_paths


def verify(path: Path) -> Verdict:
    """Examine the journal of a kiosk's home, or a journal's folder by itself.

    In a home the kiosk's enrolled key and the collector's latest receipt are taken into account; a folder by itself
    is examined against the key its own header names, which proves only that it fits together.

    Raises:
        JournalForeign: there is no journal, or no header that can be read.
        JournalBroken: a file cannot be read.
        IdentityError: the enrolment is damaged.
    """
    home = KioskHome(path)
    folder = home.journal if home.journal.is_dir() else path
    enrolment = load_enrolment(path) if home.enrolment.exists() else None
    header = _first_header(folder)
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
        link=header.link if first == header.first else None,
    )
    if receipt is not None and through >= first:
        examiner.expect([Claim(seq=through, link=receipt.link)])
    for found in _evidence(folder):
        examiner.add(found)
    return examiner.verdict()


def _first_header(folder: Path) -> Header | None:
    for first, path in segment_paths(folder):
        try:
            header = header_of(path.read_bytes()[:2_048], first)
        except OSError as error:
            raise JournalBroken(f"{path} cannot be read: {error}") from error
        if header is not None:
            return header
    return None


def _evidence(folder: Path) -> Iterator[Evidence]:
    salvaged: Entry | None = None
    for found in _found(folder):
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


def _found(folder: Path) -> Iterator[Frame | Damage]:
    for _, path in segment_paths(folder):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise JournalBroken(f"{path} cannot be read: {error}") from error
        yield from frames(content)


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
