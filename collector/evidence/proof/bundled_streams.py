"""The streams of a bundle beside each other: their lineage, and what their times say."""

from collections.abc import Mapping, Sequence
from datetime import date

from collector.evidence.intake.accepted import AcceptedRecord
from collector.evidence.intake.lines import read_line
from collector.evidence.intake.repeated import IsHeld, Place, carried_in, first_carried
from collector.evidence.proof.bundle import Bundle, BundleError, BundleManifest, StreamEntry
from collector.evidence.proof.lineage import Life, Lineages, remarks_of
from collector.evidence.proof.timeline import Timelines
from collector.evidence.proof.verdicts import StreamVerdict, check_unheard
from collector.evidence.standing import COUNTING, naming_line
from collector.words.catalogue import CONSOLE, say
from survey.index import periods


def look_at_times(
    manifest: BundleManifest,
    records: Mapping[str, Sequence[AcceptedRecord]],
    lineages: Lineages,
    problems: list[str],
    notes: list[str],
) -> None:
    """Name what cannot be true about the moments of the records, and count what came late or was dated anew."""
    entries = {entry.uid: entry for entry in manifest.streams}
    timelines = Timelines(
        unit_id=manifest.unit.id,
        bounds_ms=period_of(manifest).bounds_ms(manifest.unit.zone),
        before=lineages.before,
    )
    for uid in lineages.in_order(records):
        entry = entries[uid]
        times = timelines.follow(
            uid, records[uid], enrolled_ms=entry.enrolled_ms, archive_ms=entry.archive_ms
        )
        who = f"{entry.kiosk}, stream {uid[:8]}"
        problems += [f"{who}: {one.sentence(CONSOLE)}" for one in times.remarks]
        notes += [f"{who}: {say('audit.late', CONSOLE, count=times.late)}"] if times.late else []
        notes += [f"{who}: {say('audit.redated', CONSOLE, count=times.redated)}"] if times.redated else []


def look_at_unheard(
    lineages: Lineages, problems: list[str], notes: list[str]
) -> list[tuple[str, StreamVerdict]]:
    """Name the streams of which the bundle holds nothing and which others in it name; gives `(kiosk, verdict)` of each."""
    verdicts = []
    for spot, one in lineages.unheard.items():
        verdict = check_unheard(one.uid, one.key, lineages.claims[spot])
        verdicts.append((one.kiosk, verdict))
        who = f"{one.kiosk}, stream {one.uid[:8]}"
        problems += [f"{who}: {fault.sentence()}" for fault in verdict.faults]
        for said in remarks_of(lineages.remarks, spot):
            (notes if said.breaks is None else problems).append(f"{who}: {said.sentence(CONSOLE)}")
    return verdicts


def period_of(manifest: BundleManifest) -> periods.Period:
    """Give the period of days in the unit's zone that a bundle is about.

    Raises:
        BundleError: they are none.
    """
    try:
        period = periods.between(
            date.fromisoformat(manifest.first_day), date.fromisoformat(manifest.last_day)
        )
        period.bounds_ms(manifest.unit.zone)
    except (periods.PeriodError, ValueError, OverflowError) as error:
        raise BundleError(
            f"from {manifest.first_day} to {manifest.last_day} in {manifest.unit.zone} is no period: {error}"
        ) from error
    return period


def life_of(bundle: Bundle, entry: StreamEntry) -> Life:
    """Give what the lineage of a stream's key is judged by."""
    proofs = bundle.proofs(entry.uid)
    numbers = (seq for proof in proofs for seq in range(proof.first, proof.first + proof.count))
    return Life(
        kiosk=entry.kiosk,
        uid=entry.uid,
        key=bytes.fromhex(entry.public_key),
        standing=entry.standing,
        decided_by=entry.decided_by,
        decided_why=entry.decided_why,
        first_line=naming_line(zip(numbers, bundle.lines(entry.uid), strict=False)),
        through=entry.through,
        heard=max((head.seq for head in entry.heads), default=0),
        arrivals=tuple((proof.first, proof.count, proof.received_ms) for proof in proofs),
    )


def held_in(bundle: Bundle, entry: StreamEntry) -> IsHeld:
    """Look a record up among the streams of a key, as the collector does; they are read where one is asked for."""
    found: list[tuple[dict[Place, bytes], dict[Place, bytes]]] = []
    here: list[dict[Place, tuple[bytes, int]]] = []

    def is_held(place: Place, line: bytes, seq: int) -> bool:
        if not found:
            found.append(_held_beside(bundle, entry))
            proofs = bundle.proofs(entry.uid)
            numbers = (number for proof in proofs for number in range(proof.first, proof.first + proof.count))
            here.append(first_carried(zip(numbers, bundle.lines(entry.uid), strict=False)))
        before, first = here[0].get(place, (b"", seq))
        return (before == line and first < seq) or any(places.get(place) == line for places in found[0])

    return is_held


def _held_beside(bundle: Bundle, entry: StreamEntry) -> tuple[dict[Place, bytes], dict[Place, bytes]]:
    own: dict[Place, bytes] = {}
    carried: dict[Place, bytes] = {}
    before = True
    for other in bundle.manifest.streams:
        if other.uid == entry.uid:
            before = False
        elif other.public_key == entry.public_key and other.standing in COUNTING:
            lines = bundle.lines(other.uid)
            own |= {(other.uid, read.seq): line for line in lines if (read := read_line(line)) is not None}
            carried = (carried_in(lines) | carried) if before else carried
    return own, carried
