"""Handing placed records to the projections, and taking back what a later anchor has moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.complaints import projection as complaints
from collector.evidence import ledger, placing
from collector.evidence.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.lines import HeldRun
from collector.evidence.models import SetAside
from collector.evidence.placing import Placed, Source
from collector.scores import projection as scores
from survey.attachment import Attachment
from survey.clock import ClockState, settles

Attached = Mapping[tuple[int, int], Sequence[Attachment]]
"""Attachments that came along, by `(stream_id, seq)`."""


@dataclass(frozen=True, slots=True)
class Projected:
    """What a run of new lines comes to."""

    placed: Placed
    before: Sequence[AcceptedRecord] = ()
    """Records projected earlier that must be taken back first: they are in `placed` with a better time."""


def project_run(source: Source, clock: ClockState, runs: Sequence[HeldRun]) -> Projected:
    """Read, time and place the new lines of a stream, and those held before whose time they settle."""
    first = runs[0].first
    if clock.open_from == first or not settles(placing.stamps(placing.parse(source, runs, []))):
        return Projected(placing.place(source, runs, clock))
    earlier = list(ledger.runs(source.stream_id, first=clock.open_from, last=first - 1))
    before = placing.place(source, earlier, clock, from_base=True)
    placed = placing.place(source, [*earlier, *runs], clock, from_base=True)
    # What was open and could not be read was set aside when it came.
    placed.set_aside = [one for one in placed.set_aside if one.seq >= first]
    return Projected(placed, before.records)


def commit(projected: Iterable[Projected], attached: Attached) -> None:
    """Hand everything to the projections at once, and note what none of them understood."""
    runs = list(projected)
    before = [entry for run in runs for entry in run.before]
    records = [entry for run in runs for entry in run.placed.records]
    problems = [problem for run in runs for problem in run.placed.set_aside]
    take_back(before)
    problems += hand_on(records, attached)
    note(problems)


def take_back(records: Sequence[AcceptedRecord]) -> None:
    """Take out of every projection what it made of exactly these records."""
    if records:
        complaints.unproject(records)
        scores.unproject(records)


def hand_on(records: Sequence[AcceptedRecord], attached: Attached) -> list[NotUnderstood]:
    """Project records that are not projected now; gives those that could not be read."""
    if not records:
        return []
    return [*scores.project(records), *complaints.project(records, attached)]


def note(problems: Sequence[NotUnderstood]) -> None:
    """Remember records that are held and proven but not projected."""
    if problems:
        SetAside.objects.bulk_create(
            (SetAside(stream_id=one.stream_id, seq=one.seq, code=one.code) for one in problems),
            ignore_conflicts=True,
            batch_size=1000,
        )
