"""Writing an evidence bundle of a unit and period: by role, for a reason, and noted in the audit trail."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.evidence.intake import rebuild
from collector.evidence.intake.accepted import AcceptedRecord
from collector.evidence.intake.ledger import batches
from collector.evidence.models import SetAside, Stream
from collector.evidence.proof import bundle
from collector.evidence.proof.attachments import told_of
from collector.evidence.proof.bundle import (
    AttachmentEntry,
    BatchProof,
    BundleManifest,
    HeadEntry,
    LoggedHead,
    ServiceAt,
    SilentEntry,
    Stand,
    StreamEntry,
    TakenOutEntry,
    UnitEntry,
)
from collector.evidence.proof.checking import conflicts, heads, lost_here, signed_heads
from collector.evidence.proof.recount import PublishedIndex, published, recount
from collector.evidence.proof.selection import awaited_of, silent_of, streams_of
from collector.evidence.proof.verdicts import SignedHead
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.assignments import standings
from collector.fleet.instruments import find, own_files
from collector.fleet.models import KioskKey, Unit
from collector.log import building, keeping
from collector.log import heads as night_heads
from collector.log.models import KeptCheckpoint
from collector.people import trail
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import Result
from collector.scores.ask.scope import Scope
from collector.scores.tallies import flagging, flags
from collector.trust import keyholder, public
from survey.index.periods import Period
from survey.instrument.definition import shipped_files
from survey.instrument.kinds import Kind
from survey.log.tree import inclusion_path
from survey.log.tree import proof as log_proof
from survey.record.chain import first_link, next_link


def export(path: Path, *, unit: Unit, period: Period, who: str, why: str) -> BundleManifest:
    """Write the bundle.

    Raises:
        CollectorError: the file cannot be written, or what is published is not what the evidence gives.
    """
    flagging.settle()
    # One transaction: on PostgreSQL a repeatable read would do as well; the lock keeps tallies and evidence in step.
    with transaction.atomic():
        streams = list(streams_of(unit, period).order_by("pk").select_for_update(of=("self",)))
        contents: dict[str, bytes] = {}
        records: list[AcceptedRecord] = []
        for stream in streams:
            lines, proof = _stream_files(stream)
            contents[f"streams/{stream.uid}.lines"] = lines
            contents[f"streams/{stream.uid}.proof"] = proof
            records += _responses(stream, unit)
        logged = building.latest()
        found = _published(unit, period, records)
        contents |= _instrument_files(records)
        manifest = BundleManifest(
            format=bundle.FORMAT,
            made_ms=clock.now_ms(),
            software=version("ikm-kiosk"),
            collector_key=public.read(settings.IKM_KEYS).signing.hex(),
            unit=UnitEntry(unit.pk, unit.code, unit.name, unit.region_id, unit.time_zone),
            first_day=period.first.isoformat(),
            last_day=period.last.isoformat(),
            flag_rules=flags.VERSION,
            streams=(
                *(_entry(stream, logged) for stream in streams),
                *(_awaited(key, uid, signed_heads(kept)) for key, uid, kept in awaited_of(unit, period)),
            ),
            silent=tuple(
                SilentEntry(key.kiosk.name, bytes(key.public_key).hex(), _enrolled_ms(key))
                for key in silent_of(unit, period)
            ),
            stands=_stands(streams),
            services=_services(streams),
            published=found,
            files={},
            checkpoint=logged.note if logged is not None else "",
        )
        trail.note(
            who=who,
            action="evidence export",
            subject=f"{unit.code} {period}",
            why=why,
            facts={"streams": len(streams), "records": sum(stream.through for stream in streams)},
        )
        try:
            bundle.write(path, manifest=manifest, files=contents, sign=keyholder.sign)
        except OSError as error:
            raise CollectorError("not_writable", path=path, reason=error.strerror) from error
    return manifest


def _stream_files(stream: Stream) -> tuple[bytes, bytes]:
    link = first_link(stream=stream.uid, public_key=bytes(stream.key.public_key))
    lines: list[bytes] = []
    proofs: list[BatchProof] = []
    reached = 0
    for held in batches(stream.pk):
        if held.first > reached + 1 and held.before:  # behind what is lost the chain is taken up again
            link = held.before
        reached = held.first + held.number - 1
        offset = held.first - held.batch.first
        part = held.batch.lines[offset : offset + held.number]
        links = []
        for line in part:
            links.append(link.hex())
            link = next_link(link, line)
        lines += part
        proofs.append(
            BatchProof(
                first=held.first,
                count=len(part),
                received_ms=held.received_ms,
                signature=held.batch.signature.hex() if reached == held.batch.last else "",
                links=tuple(links),
            )
        )
    return bundle.joined(lines), bundle.encoded(proofs)


def _responses(stream: Stream, unit: Unit) -> Iterator[AcceptedRecord]:
    if stream.standing not in COUNTING:
        return
    for part in rebuild.replay_stream(stream):
        yield from (one for one in part.records if one.response is not None and one.unit_id == unit.pk)


def _published(unit: Unit, period: Period, records: list[AcceptedRecord]) -> tuple[PublishedIndex, ...]:
    """Give what the collector publishes, from its tallies; it must be what the records give."""
    tallies = recount(records, unit_id=unit.pk, period=period, zone=unit.time_zone, find=find)
    found = []
    for name, tally in sorted(tallies.items()):
        counted = published(tally)
        if counted is None:
            continue
        if tally.instrument.kind is not Kind.PULSE:
            question = IndexQuestion(
                scope=Scope(unit=unit.code), period=period, instrument=name, smallest_group=1
            )
            shown = _shown(indices(question).whole)
            if shown != (counted.value, counted.n, tally.complete_counts() if not counted.value else None):
                raise CollectorError(
                    "export_differs",
                    instrument=name,
                    shown=shown[0] if shown else "–",
                    counted=counted.value,
                )
        found.append(counted)
    return tuple(found)


def _shown(whole: Result) -> tuple[str, int, list[int] | None] | None:
    """Give what is shown of a whole: the index and how many it is of, or how many gave each answer where there are shares."""
    if whole.shares is not None:
        counts = [answer.count for one in whole.shares for answer in one.answers]
        return "", whole.shares[0].n, counts
    return (str(whole.index.value), whole.index.n, None) if whole.index is not None else None


def _logged(stream: Stream, checkpoint: KeptCheckpoint | None) -> Iterator[LoggedHead]:
    """Give the night on which most of a stream was held: nothing of that may be missing."""
    if checkpoint is None:
        return
    nights = [one for one in night_heads.opened(stream.kiosk.name) if one[0].stream == stream.uid]
    for head, number in sorted(nights, key=lambda one: one[0].seq)[-1:]:
        path = inclusion_path(number, checkpoint.size)
        yield LoggedHead(
            day=head.day,
            seq=head.seq,
            link=head.link.hex(),
            salt=head.salt.hex(),
            number=number,
            entry=keeping.entry(checkpoint.size, number).decode(),
            hashes=tuple(one.hex() for one in log_proof(path, keeping.subtree(checkpoint.size))),
        )


def _entry(stream: Stream, checkpoint: KeptCheckpoint | None) -> StreamEntry:
    counts: dict[str, int] = {}
    for code in SetAside.objects.filter(stream=stream).values_list("code", flat=True):
        counts[code] = counts.get(code, 0) + 1
    return StreamEntry(
        uid=stream.uid,
        kiosk=stream.kiosk.name,
        public_key=bytes(stream.key.public_key).hex(),
        enrolled_ms=stream.key.begins_ms,
        archive_ms=stream.key.archive_ms,
        through=stream.through,
        link=bytes(stream.link).hex(),
        heads=_heads(heads(stream)),
        standing=StreamStanding(stream.standing),
        decided_by=stream.decided_by,
        decided_why=stream.decided_why,
        conflicts=conflicts(stream),
        lost_here=lost_here(stream),
        set_aside=counts,
        attachments=tuple(
            AttachmentEntry(seq, name, told.state, told.signature.hex())
            for (seq, name), told in told_of(stream).items()
        ),
        logged=tuple(_logged(stream, checkpoint)),
        taken_out=tuple(
            TakenOutEntry(seq, by) for seq, by in stream.taken_out.order_by("seq").values_list("seq", "by")
        ),
    )


def _awaited(key: KioskKey, uid: str, kept: Sequence[SignedHead]) -> StreamEntry:
    """Give the entry of a stream of which nothing came."""
    return StreamEntry(
        uid=uid,
        kiosk=key.kiosk.name,
        public_key=bytes(key.public_key).hex(),
        enrolled_ms=key.begins_ms,
        archive_ms=key.archive_ms,
        through=0,
        link="",
        heads=_heads(kept),
        standing=StreamStanding.AWAITED,
        decided_by="",
        decided_why="",
        conflicts=(),
        lost_here=(),
        set_aside={},
    )


def _heads(kept: Sequence[SignedHead]) -> tuple[HeadEntry, ...]:
    return tuple(HeadEntry(one.seq, one.link.hex(), one.signature.hex()) for one in kept)


def _enrolled_ms(key: KioskKey) -> int:
    return round(key.enrolled_at.timestamp() * 1000)


def _stands(streams: list[Stream]) -> dict[str, tuple[Stand, ...]]:
    found = standings({stream.kiosk_id for stream in streams})
    return {
        stream.kiosk.name: tuple(
            Stand(since_ms, unit, place, found[stream.kiosk_id].zones[unit])
            for since_ms, (unit, place) in zip(
                found[stream.kiosk_id].since_ms, found[stream.kiosk_id].stands, strict=True
            )
        )
        for stream in streams
    }


def _services(streams: list[Stream]) -> tuple[ServiceAt, ...]:
    merged: dict[tuple[int, str], tuple[int, int]] = {}
    for standing in standings({stream.kiosk_id for stream in streams}).values():
        merged |= standing.services
    return tuple(ServiceAt(at, code, service, unit) for (at, code), (service, unit) in sorted(merged.items()))


def _instrument_files(records: list[AcceptedRecord]) -> dict[str, bytes]:
    """Give the text of every questionnaire that was answered, as it stands here."""
    wanted = {
        f"{one.response.instrument}@{one.response.version}" for one in records if one.response is not None
    }
    found: dict[str, bytes] = {}
    for entry in [*shipped_files(), *own_files()]:
        content = entry.read_bytes()
        name = bundle.instrument_name(content)
        if name in wanted:
            found[f"instruments/{name}.toml"] = content
    return found
