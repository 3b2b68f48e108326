"""Is everything a unit's kiosks wrote here, and is it what they wrote? Two verdicts a stream, and one for all."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count

from collector.evidence.intake import rebuild
from collector.evidence.models import Refusal, SetAside, Stream
from collector.evidence.proof.accounted import AttachmentCounts
from collector.evidence.proof.attachments import attachments_of
from collector.evidence.proof.checking import check_stream, life
from collector.evidence.proof.lineage import Lineages, examine, remarks_of
from collector.evidence.proof.remarks import Remark, Verdict, broken
from collector.evidence.proof.selection import streams_of
from collector.evidence.proof.verdicts import StreamVerdict
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.models import Unit
from survey.index.periods import Period
from survey.record.errors import Malformed


@dataclass(frozen=True, slots=True)
class StreamAudit:
    """One stream: its verdict, and what of it lies in the period."""

    kiosk: str
    uid: str
    verdict: StreamVerdict
    attachments: AttachmentCounts
    responses: int | None
    """Responses of the unit in the period; None where the stream is too damaged to be read."""
    uncertain: int | None
    """Those of them that may lie outside the period: their time is not known that well."""
    set_aside: tuple[tuple[str, int], ...]
    """`(code, count)` of records that are held and proven but not counted."""
    received_ms: int
    heard_ms: int
    """When the kiosk last proved how far it had written; 0 where it never did."""
    standing: StreamStanding
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit of a unit and a period."""

    unit: str
    name: str
    period: Period
    made_ms: int
    streams: tuple[StreamAudit, ...]
    refusals: tuple[tuple[str, str, int], ...]
    """`(kiosk, code, count)` of what was refused from these kiosks."""

    @property
    def integrity(self) -> bool:
        """Whether everything held is what the kiosks signed."""
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
    def holds(self) -> bool:
        """Whether all verdicts are good."""
        return self.integrity and self.completeness and self.lineage

    def _unbroken(self, verdict: Verdict) -> bool:
        return not any(broken(stream.remarks, verdict) for stream in self.streams)


def audit(unit: Unit, period: Period, *, now: datetime) -> Audit:
    """Check every stream that can have earned something for the unit in the period."""
    streams = list(streams_of(unit, period))
    lineages = examine([life(stream) for stream in sorted(streams, key=lambda one: one.pk)])
    refusals = Refusal.objects.filter(kiosk_name__in={stream.kiosk.name for stream in streams})
    return Audit(
        unit=unit.code,
        name=unit.name,
        period=period,
        made_ms=round(now.astimezone(UTC).timestamp() * 1000),
        streams=tuple(_stream(stream, unit, period, lineages) for stream in streams),
        refusals=tuple(refusals.order_by("kiosk_name", "code").values_list("kiosk_name", "code", "count")),
    )


def _stream(stream: Stream, unit: Unit, period: Period, lineages: Lineages) -> StreamAudit:
    responses, uncertain = _count(stream, unit, period)
    return StreamAudit(
        kiosk=stream.kiosk.name,
        uid=stream.uid,
        verdict=check_stream(stream, lineages.claims.get(stream.uid, ())),
        attachments=attachments_of(stream),
        responses=responses,
        uncertain=uncertain,
        set_aside=tuple(
            SetAside.objects.filter(stream=stream)
            .values_list("code")
            .annotate(number=Count("pk"))
            .order_by("code")
        ),
        received_ms=stream.received_ms,
        heard_ms=stream.heard_ms,
        standing=StreamStanding(stream.standing),
        remarks=remarks_of(lineages.remarks, stream.uid),
    )


def _count(stream: Stream, unit: Unit, period: Period) -> tuple[int | None, int | None]:
    start, end = period.bounds_ms(unit.time_zone)
    responses = uncertain = 0
    if stream.standing not in COUNTING:
        return 0, 0
    try:
        for part in rebuild.replay_stream(stream):
            for one in part.records:
                if one.response is not None and one.unit_id == unit.pk and start <= one.at_ms < end:
                    responses += 1
                    uncertain += not start <= one.at_ms - one.error_ms <= one.at_ms + one.error_ms < end
    except Malformed:
        return None, None
    return responses, uncertain
