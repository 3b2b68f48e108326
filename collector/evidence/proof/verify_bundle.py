"""Checking a bundle at an auditor's desk, without a database and without trust.

Every chain is followed from its first link, every signature that covers it is checked against the kiosk's own key, every
published index is computed anew from the records, and whatever does not agree is named.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.evidence.intake.accepted import AcceptedRecord
from collector.evidence.intake.lines import HeldRun, read_line
from collector.evidence.intake.named import named_in
from collector.evidence.intake.placing import Source
from collector.evidence.intake.replay import replay
from collector.evidence.proof import logged_heads
from collector.evidence.proof.accounted import AttachmentCounts, State, Told, account
from collector.evidence.proof.bundle import BatchProof, Bundle, BundleManifest, StreamEntry
from collector.evidence.proof.bundled_streams import (
    held_in,
    life_of,
    look_at_times,
    look_at_unheard,
    period_of,
)
from collector.evidence.proof.lineage import examine, remarks_of
from collector.evidence.proof.recount import PublishedIndex, published, recount, recount_archived
from collector.evidence.proof.remarks import uncertain_ends
from collector.evidence.proof.tallied import check_tallies, tally_differs
from collector.evidence.proof.tested import tested_in
from collector.evidence.proof.verdicts import Part, SignedHead, StreamVerdict, check
from collector.evidence.standing import COUNTING
from collector.fleet.standing import Standing
from collector.local import stamp_text
from collector.trust.keys import verifier
from collector.words.catalogue import CONSOLE, say
from survey.index.tally import Tally
from survey.instrument import definition
from survey.instrument.instrument import Instrument
from survey.record.chain import Verify
from survey.record.errors import InstrumentError
from survey.record.verdict import Claim

_Numbered = Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Report:
    """What checking a bundle came to."""

    streams: tuple[tuple[str, StreamVerdict], ...]
    """`(kiosk, verdict)`."""
    indices: tuple[tuple[PublishedIndex, PublishedIndex | None], ...]
    """`(as published, as computed anew)`."""
    problems: tuple[str, ...]
    """Everything that does not agree, a sentence each; empty where all holds."""
    notes: tuple[str, ...]
    """What is to be known and breaks nothing."""
    collector_key: bytes
    """The key that the collector's signature was checked with."""
    kiosk_keys: tuple[tuple[str, str, bytes], ...]
    """`(kiosk, stream, key)`: whose signatures the records were checked with."""
    unproven: tuple[str, ...]
    """Why nothing is proven, where that is so."""


def verify(path: Path, *, collector_key: bytes | None = None) -> Report:
    """Check a bundle.

    Args:
        path: the bundle.
        collector_key: the collector's public key, got by another way; the bundle's own where None.

    Raises:
        BundleError: it is no bundle that can be read.
    """
    bundle = Bundle(path)
    manifest = bundle.manifest
    problems: list[str] = []
    own_key = bytes.fromhex(manifest.collector_key)
    if collector_key is not None and collector_key != own_key:
        problems.append("the bundle names another collector's key than the one given")
    if not bundle.signed_by(_verifier(collector_key or own_key)):
        problems.append(
            "manifest.json is not signed with the collector's key: it was changed after the export"
        )
    problems += [f"{name}: changed, missing or added after the export" for name in bundle.damaged_files()]
    instruments = _instruments(bundle, problems)
    verdicts, records = [], []
    notes = [
        say(
            "audit.silent",
            CONSOLE,
            kiosk=one.kiosk,
            key=one.public_key[:16],
            since=stamp_text(one.enrolled_ms),
        )
        for one in manifest.silent
    ]
    records_of: dict[str, list[AcceptedRecord]] = {}
    logged = logged_heads.checkpoint_of(manifest, collector_key or own_key, _verifier, problems)
    lineages = examine([life_of(bundle, entry) for entry in manifest.streams])
    for entry in manifest.streams:
        spot = bytes.fromhex(entry.public_key), entry.uid
        claims = (*lineages.claims.get(spot, ()), *logged_heads.claims_of(entry, logged, problems))
        verdict, shared = _check_stream(bundle, entry, claims)
        verdicts.append((entry.kiosk, verdict))
        who = f"{entry.kiosk}, stream {entry.uid[:8]}"
        problems += [f"{who}: {fault.sentence()}" for fault in verdict.faults]
        problems += [
            f"{who}: record {seq}: its attachment {one} never came"
            for seq, one in _accounted(entry, shared).never
        ]
        tallies = check_tallies(entry.uid, shared, lost=entry.lost_here)
        if tallies.checked or tallies.unopened:
            told = say("audit.tallies", CONSOLE, checked=tallies.checked, unopened=tallies.unopened)
            notes.append(f"{who}: {told}")
        told_beside = (*tally_differs(tallies), *uncertain_ends(verdict.uncertain))
        for one in (*remarks_of(lineages.remarks, spot), *told_beside):
            (notes if one.breaks is None else problems).append(f"{who}: {one.sentence(CONSOLE)}")
        if entry.standing in COUNTING:
            tested = tested_in(entry, shared, problems, notes)
            records_of[entry.uid] = list(_records(bundle, entry, shared, tested))
            records += records_of[entry.uid]
    verdicts += look_at_unheard(lineages, problems, notes)
    look_at_times(manifest, records_of, lineages, problems, notes)
    indices = _compare(bundle, records, instruments, problems)
    archived = recount_archived(
        records,
        unit_id=manifest.unit.id,
        period=period_of(manifest),
        zone=manifest.unit.zone,
        find=lambda name, version: instruments.get(f"{name}@{version}"),
    )
    notes += [f"{name}: {count} of the respondents are from the archive" for name, count in archived.items()]
    return Report(
        streams=tuple(verdicts),
        indices=indices,
        problems=tuple(problems),
        notes=tuple(notes),
        collector_key=collector_key or own_key,
        kiosk_keys=tuple(
            (entry.kiosk, entry.uid, bytes.fromhex(entry.public_key)) for entry in manifest.streams
        ),
        unproven=tuple(_unproven(records, manifest, given=collector_key is not None)),
    )


def _unproven(records: Sequence[AcceptedRecord], manifest: BundleManifest, *, given: bool) -> Iterator[str]:
    if not given:
        yield (
            "anything: the collector's key was not given, and the bundle's own proves only that it fits together; "
            "ask its owner for the key and give it with --collector-key"
        )
    if not manifest.streams:
        yield "anything: there is no stream in the bundle"
    elif not any(one.response is not None for one in records):
        yield "any index: there is no answer in the bundle"


def _check_stream(
    bundle: Bundle, entry: StreamEntry, claims: Sequence[Claim]
) -> tuple[StreamVerdict, list[_Numbered]]:
    """Check a stream with its lines shared out by position; where that fails, also by the numbers they carry.

    A line taken out or put in moves all that follow, and would make one fault look like a hundred.
    """
    lines, proofs = bundle.lines(entry.uid), bundle.proofs(entry.uid)
    shared = _by_position(proofs, lines)
    verdict = _feed(entry, proofs, shared, claims)
    if not verdict.faults:
        return verdict, shared
    by_number = _by_number(proofs, lines)
    other = _feed(entry, proofs, by_number, claims)
    return (other, by_number) if _weight(other) < _weight(verdict) else (verdict, shared)


def _accounted(entry: StreamEntry, shared: Sequence[_Numbered]) -> AttachmentCounts:
    """Count what the records name beside them; that something was held or destroyed is the collector's word."""
    told = {
        (one.seq, one.name): Told(State(one.state), bytes.fromhex(one.signature))
        for one in entry.attachments
        if one.state in set(State)
    }
    named = (found for part in shared for seq, line in part for found in named_in((line,), first=seq))
    return account(named, told, uid=entry.uid, verify=_verifier(bytes.fromhex(entry.public_key)))


def _weight(verdict: StreamVerdict) -> int:
    return sum(fault.last - fault.first + 1 for fault in verdict.faults)


def _feed(
    entry: StreamEntry, proofs: Sequence[BatchProof], shared: Sequence[_Numbered], claims: Sequence[Claim]
) -> StreamVerdict:
    public_key = bytes.fromhex(entry.public_key)
    return check(
        uid=entry.uid,
        public_key=public_key,
        verify=_verifier(public_key),
        parts=(_part(proof, numbered) for proof, numbered in zip(proofs, shared, strict=True)),
        receipted=Claim(entry.through, bytes.fromhex(entry.link)),
        heads=[
            SignedHead(head.seq, bytes.fromhex(head.link), bytes.fromhex(head.signature))
            for head in entry.heads
        ],
        claims=claims,
        twice=entry.conflicts,
        lost_here=entry.lost_here,
    )


def _part(proof: BatchProof, numbered: _Numbered) -> Part:
    links = {seq: bytes.fromhex(link) for seq, link in enumerate(proof.links, start=proof.first)}
    whole = bool(numbered) and numbered[-1][0] == proof.first + proof.count - 1
    return Part(
        lines=numbered,
        before=[links.get(seq) for seq, _ in numbered],
        signature=bytes.fromhex(proof.signature) if whole else b"",
    )


def _by_position(proofs: Sequence[BatchProof], lines: Sequence[bytes]) -> list[_Numbered]:
    parts: list[_Numbered] = []
    at = 0
    for proof in proofs:
        parts.append(list(enumerate(lines[at : at + proof.count], start=proof.first)))
        at += proof.count
    if parts and at < len(lines):
        end = proofs[-1].first + proofs[-1].count
        parts[-1] = [*parts[-1], *enumerate(lines[at:], start=end)]
    return parts


def _by_number(proofs: Sequence[BatchProof], lines: Sequence[bytes]) -> list[_Numbered]:
    parts: list[list[tuple[int, bytes]]] = [[] for _ in proofs]
    firsts = [proof.first for proof in proofs]
    seq = 0
    for line in lines:
        read = read_line(line)
        seq = read.seq if read is not None else seq + 1
        if parts:
            parts[max(0, bisect_right(firsts, seq) - 1)].append((seq, line))
    return list(parts)


def _records(
    bundle: Bundle, entry: StreamEntry, shared: Sequence[_Numbered], tested: frozenset[int]
) -> Iterator[AcceptedRecord]:
    """Give a stream's records with their times and units, exactly as the collector derives them."""
    manifest = bundle.manifest
    stands = manifest.stands.get(entry.kiosk, ())
    standing = Standing(
        since_ms=tuple(stand.since_ms for stand in stands),
        stands=tuple((stand.unit_id, stand.place_id) for stand in stands),
        services={(one.at, one.code): (one.service_id, one.unit_id) for one in manifest.services},
        zones={stand.unit_id: stand.zone for stand in stands},
    )
    proofs = bundle.proofs(entry.uid)
    runs = (
        HeldRun(seq, (line,), proof.received_ms)
        for proof, part in zip(proofs, shared, strict=True)
        for seq, line in part
    )
    source = Source(
        0,
        0,
        standing if stands else None,
        held_in(bundle, entry),
        archived=entry.archive_ms is not None,
        taken_out=tested,
    )
    for part in replay(source, runs, enrolled_ms=entry.enrolled_ms):
        yield from part.records


def _compare(
    bundle: Bundle,
    records: Sequence[AcceptedRecord],
    instruments: Mapping[str, Instrument],
    problems: list[str],
) -> tuple[tuple[PublishedIndex, PublishedIndex | None], ...]:
    """Compute every published index anew, and name those that come out differently."""
    manifest = bundle.manifest
    period = period_of(manifest)
    tallies = recount(
        records,
        unit_id=manifest.unit.id,
        period=period,
        zone=manifest.unit.zone,
        find=lambda name, version: instruments.get(f"{name}@{version}"),
    )
    compared = []
    for claimed in manifest.published:
        tally = tallies.pop(claimed.instrument, None)
        counted = _counted(tally, claimed) if tally is not None else None
        compared.append((claimed, counted))
        if counted is None or counted.facts != claimed.facts:
            found = f"{counted.value} (n={counted.n})" if counted is not None else "no index"
            problems.append(
                f"{claimed.instrument}: published {claimed.value} (n={claimed.n}), the records give {found}"
            )
    for name, tally in tallies.items():
        counted = published(tally)
        if counted is not None:
            problems.append(f"{name}: answered by {counted.n}, and no index of it was published")
    return tuple(compared)


def _counted(tally: Tally, claimed: PublishedIndex) -> PublishedIndex | None:
    try:
        return published(tally, weight_mode=claimed.weight_mode or None)
    except ValueError:  # it names a way of weighing that there is not
        return None


def _instruments(bundle: Bundle, problems: list[str]) -> dict[str, Instrument]:
    """Read the questionnaires; one that ships with this program and reads differently there is named."""
    found: dict[str, Instrument] = {}
    for name, text in bundle.instruments().items():
        try:
            instrument = definition.parse(text, file=name)
        except (InstrumentError, RecursionError) as error:
            problems.append(f"{name}: {error}")
            continue
        found[instrument.name] = instrument
        try:
            own = definition.load(instrument.id, instrument.version)
        except KeyError:
            continue
        if own != instrument:
            problems.append(f"{name}: differs from the {instrument.name} that ships with this program")
    return found


def _verifier(public_key: bytes) -> Verify:
    """Give the check for a key out of a bundle; a key that is none verifies nothing."""
    try:
        return verifier(public_key)
    except ValueError:
        return lambda _signature, _message: False
