"""From proven lines to rows and tallies: read, time, place, and hand on to the projections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.complaints import projection as complaints
from collector.evidence import ledger, timing
from collector.evidence.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.ledger import HeldLine
from collector.evidence.lines import BODY_UNREADABLE, UNREADABLE, WRONG_NUMBER, Line, read_body, read_line
from collector.evidence.models import SetAside
from collector.evidence.timing import ClockState, Moment, Stamped
from collector.fleet.standing import Standing
from collector.scores import projection as scores
from survey import record
from survey.attachment import Attachment

KIND_UNKNOWN = "kind_unknown"
KIOSK_UNASSIGNED = "kiosk_unassigned"
_KINDS = frozenset(
    (
        record.BOOT,
        record.CLOCK,
        record.RESPONSE,
        record.COMPLAINT,
        record.ALIVE,
        record.STAFF,
        record.SETTINGS,
    )
)

Attached = Mapping[tuple[int, int], Sequence[Attachment]]
"""Attachments that came along, by `(stream_id, seq)`."""


@dataclass(frozen=True, slots=True)
class Run:
    """Lines that follow each other in one stream, and what is needed to place them."""

    stream_id: int
    kiosk_id: int
    standing: Standing | None
    clock: ClockState
    lines: Sequence[HeldLine]


@dataclass(slots=True)
class Projected:
    """What a run comes to."""

    clock: ClockState
    records: list[AcceptedRecord]
    before: list[AcceptedRecord]
    """Records projected earlier that must be taken back first: they are in `records` with a better time."""
    set_aside: list[NotUnderstood]


def project_run(run: Run) -> Projected:
    """Read, time and place the lines of a run, and those held before whose time it settles."""
    problems: list[NotUnderstood] = []
    parsed = _parse(run, run.lines, problems)
    stamped = _stamps(parsed)
    before: list[AcceptedRecord] = []
    first = run.lines[0].seq if run.lines else 0
    if run.clock.open_from < first and timing.settles(stamped):
        ignored: list[NotUnderstood] = []  # those were set aside when they came
        earlier = _parse(
            run, list(ledger.lines(run.stream_id, first=run.clock.open_from, last=first - 1)), ignored
        )
        moments, _ = timing.times(run.clock, _stamps(earlier), from_base=True)
        before = _records(run, earlier, moments, ignored)
        parsed = earlier + parsed
        timed = timing.times(run.clock, _stamps(parsed), from_base=True)
    else:
        timed = timing.times(run.clock, stamped)
    return Projected(
        clock=timed.state,
        records=_records(run, parsed, timed.moments, problems),
        before=before,
        set_aside=problems,
    )


def commit(projected: Iterable[Projected], attached: Attached) -> None:
    """Hand everything to the projections at once, and note what none of them understood."""
    runs = list(projected)
    before = [entry for run in runs for entry in run.before]
    records = [entry for run in runs for entry in run.records]
    problems = [problem for run in runs for problem in run.set_aside]
    if before:
        complaints.unproject(before)
        scores.unproject(before)
    if records:
        problems += scores.project(records)
        problems += complaints.project(records, attached)
    if problems:
        note(problems)


def note(problems: Iterable[NotUnderstood]) -> None:
    """Remember records that are held and proven but not projected."""
    SetAside.objects.bulk_create(
        (SetAside(stream_id=one.stream_id, seq=one.seq, code=one.code) for one in problems),
        ignore_conflicts=True,
        batch_size=1000,
    )


def _parse(run: Run, lines: Iterable[HeldLine], problems: list[NotUnderstood]) -> list[tuple[Line, int]]:
    parsed = []
    for held in lines:
        line = read_line(held.line)
        if line is not None and line.seq == held.seq:
            parsed.append((line, held.received_ms))
        else:
            code = UNREADABLE if line is None else WRONG_NUMBER
            problems.append(NotUnderstood(run.stream_id, held.seq, code))
    return parsed


def _stamps(parsed: Iterable[tuple[Line, int]]) -> list[Stamped]:
    return [
        Stamped(line.seq, line.boot, line.up_ms, line.at, line.sync, received_ms)
        for line, received_ms in parsed
    ]


def _records(
    run: Run,
    parsed: Sequence[tuple[Line, int]],
    moments: Sequence[Moment],
    problems: list[NotUnderstood],
) -> list[AcceptedRecord]:
    stream_id, kiosk_id, standing = run.stream_id, run.kiosk_id, run.standing
    records = []
    for (line, received_ms), (at_ms, error_ms) in zip(parsed, moments, strict=True):
        read = read_body(line) if line.kind in _KINDS else None
        if read is None or standing is None:
            code = KIND_UNKNOWN if line.kind not in _KINDS else BODY_UNREADABLE
            problems.append(NotUnderstood(stream_id, line.seq, code if standing else KIOSK_UNASSIGNED))
            continue
        response, body = read
        unit, place = standing.at(at_ms)
        service_id = None
        named = response.service if response is not None else body.get("service")
        if isinstance(named, str):
            found = standing.service(unit=unit, place=place, code=named)
            if found is not None:
                service_id, unit = found
        records.append(
            AcceptedRecord(
                stream_id, line.seq, line.kind, line.boot, line.up_ms, at_ms, error_ms, received_ms,
                kiosk_id, unit, place, service_id, response, body,
            )
        )  # fmt: skip
    return records
