"""What the times of a lineage's records say against themselves; the same answer for an audit and for a bundle.

A kiosk's clock can lie, and so can whoever sets it. Every record is counted at the moment that its anchors allow; what
cannot be true about these moments is named beside, and so is how much came in late or was dated by a later anchor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector.evidence.intake.accepted import AcceptedRecord
from collector.evidence.proof.remarks import Remark, RemarkCode, remark

_SLACK_MS = 60_000
"""A clock that is set right by less than this accuses nobody."""
_ENROLMENT_SLACK_MS = 300_000
"""How far the collector's clock and a kiosk's may be apart at the enrolment."""


@dataclass(slots=True)
class StreamTimes:
    """What the records of one stream come to in a unit and a period."""

    responses: int = 0
    uncertain: int = 0
    """Responses that may lie outside the period: their time is not known that well."""
    late: int = 0
    """Responses that came in more than 30 days after they were given."""
    redated: int = 0
    """Responses whose own clock was not trusted when they were given: a later anchor, or bounds, date them."""
    remarks: tuple[Remark, ...] = ()


@dataclass(slots=True)
class _Finding:
    first: int = 0
    last: int = 0
    records: int = 0
    touches: bool = False
    """Whether it concerns the period: a record lies in it, or would if its clock told the truth."""


@dataclass(slots=True)
class Timeline:
    """Follows the streams of one key in the order of its lineage."""

    unit_id: int
    start_ms: int
    end_ms: int
    """The period, in the unit's own days."""
    enrolled_ms: int
    archive_ms: tuple[int, int] | None = None
    """The declared period of an archive key; a record outside it is named instead of one before the enrolment."""
    _floor: int | None = None
    """The latest moment that is certain to have passed, by the records so far."""
    _boot: int = 0
    _found: dict[RemarkCode, _Finding] = field(default_factory=dict)

    def follow(self, records: Iterable[AcceptedRecord]) -> StreamTimes:
        """Take the records of the lineage's next stream, in order."""
        times = StreamTimes()
        self._found, self._boot = {}, 0
        for record in records:
            self._doubt(record)
            if record.response is not None and record.unit_id == self.unit_id:
                self._count(record, times)
        times.remarks = tuple(
            remark(code, first=one.first, last=one.last, records=one.records)
            for code, one in sorted(self._found.items())
            if one.touches
        )
        return times

    def _count(self, record: AcceptedRecord, times: StreamTimes) -> None:
        at_ms, error_ms = record.at_ms, record.error_ms
        if not self._in_period(at_ms):
            return
        times.responses += 1
        times.uncertain += not (self._in_period(at_ms - error_ms) and self._in_period(at_ms + error_ms))
        times.late += record.is_late
        times.redated += not record.sync

    def _doubt(self, record: AcceptedRecord) -> None:
        latest = record.at_ms + record.error_ms
        if self.archive_ms is not None:
            begin, end = self.archive_ms
            if record.response is not None and not begin <= record.at_ms < end:
                self._name(RemarkCode.OUTSIDE_ARCHIVE, record, record.at_ms)
        elif latest + _ENROLMENT_SLACK_MS < self.enrolled_ms:
            self._name(RemarkCode.BEFORE_ENROLMENT, record, self.enrolled_ms)
        if (
            record.carried
        ):  # what a successor repeats lies before its own start, and says nothing about its clock
            return
        floor = self._floor
        begins = record.boot != self._boot
        self._boot = record.boot
        if floor is None:
            self._floor = record.at_ms - record.error_ms
            return
        if latest + _SLACK_MS < floor:
            self._name(RemarkCode.CLOCK_BACKWARDS, record, floor)
        elif begins and latest - record.up_ms + _SLACK_MS < floor:
            self._name(RemarkCode.BOOTS_OVERLAP, record, floor)
        self._floor = max(floor, record.at_ms - record.error_ms)

    def _name(self, code: RemarkCode, record: AcceptedRecord, against_ms: int) -> None:
        found = self._found.setdefault(code, _Finding(first=record.seq))
        found.last = record.seq
        found.records += 1
        found.touches |= self._in_period(record.at_ms) or self._in_period(against_ms)

    def _in_period(self, at_ms: int) -> bool:
        return self.start_ms <= at_ms < self.end_ms


class Timelines:
    """The timelines of all keys of a unit and a period; give it the streams in the order of `Lineages.in_order`."""

    def __init__(self, *, unit_id: int, bounds_ms: tuple[int, int], before: Mapping[str, str]) -> None:
        self._unit_id = unit_id
        self._bounds_ms = bounds_ms
        self._before = before
        self._lines: dict[str, Timeline] = {}

    def follow(
        self,
        uid: str,
        records: Iterable[AcceptedRecord],
        *,
        enrolled_ms: int,
        archive_ms: tuple[int, int] | None = None,
    ) -> StreamTimes:
        """Take the records of a stream; it goes on where the stream that it follows has ended."""
        line = self._lines.get(self._before.get(uid, ""))
        if line is None:
            start_ms, end_ms = self._bounds_ms
            line = Timeline(self._unit_id, start_ms, end_ms, enrolled_ms, archive_ms)
        self._lines[uid] = line
        return line.follow(records)
