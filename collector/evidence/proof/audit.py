"""Is everything a unit's kiosks wrote here, and is it what they wrote? Two verdicts a stream, and one for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count

from collector.evidence.intake import rebuild
from collector.evidence.models import HeardHead, Refusal, SetAside, Stream
from collector.evidence.proof.accounted import AttachmentCounts
from collector.evidence.proof.attachments import attachments_of
from collector.evidence.proof.checking import awaited_life, check_awaited, check_stream, life, tallies_of
from collector.evidence.proof.lineage import Lineages, Spot, Unheard, examine, remarks_of
from collector.evidence.proof.remarks import Remark, Verdict, broken, uncertain_ends
from collector.evidence.proof.selection import awaited_of, silent_of, streams_of
from collector.evidence.proof.tallied import TallyCheck, tally_differs
from collector.evidence.proof.timeline import StreamTimes, Timelines
from collector.evidence.proof.verdicts import StreamVerdict, check_unheard
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.models import KioskKey, Unit
from survey.index.periods import Period
from survey.record.errors import Malformed


@dataclass(frozen=True, slots=True)
class StreamAudit:
    """One stream: its verdict, and what of it lies in the period."""

    kiosk: str
    uid: str
    verdict: StreamVerdict
    attachments: AttachmentCounts
    tallies: TallyCheck
    responses: int | None
    """Responses of the unit in the period; None where the stream is too damaged to be read."""
    uncertain: int | None
    """Those of them that may lie outside the period: their time is not known that well."""
    late: int
    """Those of them that came in more than 30 days after they were given."""
    redated: int
    """Those of them whose own clock was not trusted: a later anchor, or bounds, date them."""
    set_aside: tuple[tuple[str, int], ...]
    """`(code, count)` of records that are held and proven but not counted."""
    received_ms: int
    """When something of it came last; 0 where nothing did."""
    heard_ms: int
    """When the kiosk last proved how far it had written; 0 where it never did."""
    standing: StreamStanding
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class SilentKey:
    """A key that was enrolled and under which nothing was ever heard."""

    kiosk: str
    key: str
    enrolled_ms: int


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit of a unit and a period."""

    unit: str
    name: str
    period: Period
    made_ms: int
    streams: tuple[StreamAudit, ...]
    silent: tuple[SilentKey, ...]
    refusals: tuple[tuple[str, str, int], ...]
    """`(kiosk, code, count)` of what was refused from these kiosks."""

    @property
    def attachments(self) -> dict[str, int]:
        """What became of all texts and contacts that the unit's records name, by word."""
        each = [stream.attachments for stream in self.streams]
        return {
            "named": sum(one.named for one in each),
            "held": sum(one.held for one in each),
            "destroyed": sum(one.destroyed for one in each),
            "lost": sum(one.lost for one in each),
            "never": sum(len(one.never) for one in each),
        }

    @property
    def integrity(self) -> bool:
        """Whether everything held is what the kiosks signed, and comes to what they told in their tallies."""
        return all(stream.verdict.integrity for stream in self.streams) and self._unbroken(Verdict.INTEGRITY)

    @property
    def completeness(self) -> bool:
        """Whether everything the kiosks are known to have written is held, and what their records name beside them."""
        complete = all(stream.verdict.completeness and stream.attachments.complete for stream in self.streams)
        return complete and self._unbroken(Verdict.COMPLETENESS)

    @property
    def lineage(self) -> bool:
        """Whether what is counted is one life of each kiosk's key, and nothing waits for a decision."""
        return self._unbroken(Verdict.LINEAGE)

    @property
    def times(self) -> bool:
        """Whether the moments of the records can be true, as far as they concern the period."""
        return self._unbroken(Verdict.TIMES)

    @property
    def holds(self) -> bool:
        """Whether all verdicts are good."""
        return self.integrity and self.completeness and self.lineage and self.times

    def _unbroken(self, verdict: Verdict) -> bool:
        return not any(broken(stream.remarks, verdict) for stream in self.streams)


def audit(unit: Unit, period: Period, *, now: datetime) -> Audit:
    """Check every stream that can have earned something for the unit in the period."""
    streams = list(streams_of(unit, period))
    awaited = awaited_of(unit, period)
    lives = [life(stream) for stream in sorted(streams, key=lambda one: one.pk)]
    lineages = examine([*lives, *(awaited_life(*one) for one in awaited)])
    times = _times(streams, unit, period, lineages)
    refusals = Refusal.objects.filter(kiosk_name__in={stream.kiosk.name for stream in streams})
    return Audit(
        unit=unit.code,
        name=unit.name,
        period=period,
        made_ms=round(now.astimezone(UTC).timestamp() * 1000),
        streams=(
            *(_stream(stream, lineages, times[stream.uid]) for stream in streams),
            *(_awaited(key, uid, heads, lineages) for key, uid, heads in awaited),
            *(_unheard(one, lineages) for one in lineages.unheard.values()),
        ),
        silent=tuple(
            SilentKey(key.kiosk.name, bytes(key.public_key).hex(), round(key.enrolled_at.timestamp() * 1000))
            for key in silent_of(unit, period)
        ),
        refusals=tuple(refusals.order_by("kiosk_name", "code").values_list("kiosk_name", "code", "count")),
    )


def _times(
    streams: Sequence[Stream], unit: Unit, period: Period, lineages: Lineages
) -> dict[str, StreamTimes | None]:
    """Follow the records of every stream; None for one that is too damaged to be read."""
    timelines = Timelines(unit_id=unit.pk, bounds_ms=period.bounds_ms(unit.time_zone), before=lineages.before)
    named = {stream.uid: stream for stream in streams}
    found: dict[str, StreamTimes | None] = {}
    for uid in lineages.in_order(named):
        stream = named[uid]
        if stream.standing not in COUNTING:
            found[uid] = StreamTimes()
            continue
        records = (one for part in rebuild.replay_stream(stream) for one in part.records)
        try:
            found[uid] = timelines.follow(
                uid, records, enrolled_ms=stream.key.begins_ms, archive_ms=stream.key.archive_ms
            )
        except Malformed:
            found[uid] = None
    return found


def _stream(stream: Stream, lineages: Lineages, times: StreamTimes | None) -> StreamAudit:
    tallies = tallies_of(stream)
    spot = bytes(stream.key.public_key), stream.uid
    verdict = check_stream(stream, lineages.claims.get(spot, ()))
    return StreamAudit(
        kiosk=stream.kiosk.name,
        uid=stream.uid,
        verdict=verdict,
        attachments=attachments_of(stream),
        tallies=tallies,
        responses=times.responses if times is not None else None,
        uncertain=times.uncertain if times is not None else None,
        late=times.late if times is not None else 0,
        redated=times.redated if times is not None else 0,
        set_aside=tuple(
            SetAside.objects.filter(stream=stream)
            .values_list("code")
            .annotate(number=Count("pk"))
            .order_by("code")
        ),
        received_ms=stream.received_ms,
        heard_ms=stream.heard_ms,
        standing=StreamStanding(stream.standing),
        remarks=(
            *remarks_of(lineages.remarks, spot),
            *(times.remarks if times is not None else ()),
            *tally_differs(tallies),
            *uncertain_ends(verdict.uncertain),
        ),
    )


def _awaited(key: KioskKey, uid: str, heads: list[HeardHead], lineages: Lineages) -> StreamAudit:
    spot = bytes(key.public_key), uid
    verdict = check_awaited(key, uid, heads, lineages.claims.get(spot, ()))
    heard_ms = max(head.heard_ms for head in heads)
    return _nothing_of(key.kiosk.name, spot, verdict, lineages, heard_ms=heard_ms)


def _unheard(one: Unheard, lineages: Lineages) -> StreamAudit:
    spot = one.key, one.uid
    verdict = check_unheard(one.uid, one.key, lineages.claims[spot])
    return _nothing_of(one.kiosk, spot, verdict, lineages, heard_ms=0)


def _nothing_of(
    kiosk: str, spot: Spot, verdict: StreamVerdict, lineages: Lineages, *, heard_ms: int
) -> StreamAudit:
    """Give the audit of a stream of which nothing came."""
    return StreamAudit(
        kiosk=kiosk,
        uid=verdict.uid,
        verdict=verdict,
        attachments=AttachmentCounts(named=0, held=0, destroyed=0, lost=0, never=()),
        tallies=TallyCheck(),
        responses=0,
        uncertain=0,
        late=0,
        redated=0,
        set_aside=(),
        received_ms=0,
        heard_ms=heard_ms,
        standing=StreamStanding.AWAITED,
        remarks=remarks_of(lineages.remarks, spot),
    )
