"""Handing placed records to the projections, and taking back what a later anchor has moved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.evidence.intake import ledger, placing, projections
from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.intake.lines import HeldRun
from collector.evidence.intake.placing import TIME_IMPOSSIBLE, Placed, Source
from collector.evidence.intake.projections import PROJECTION_FAILED
from collector.evidence.models import SetAside
from survey.record.clock import ClockState, settles


@dataclass(frozen=True, slots=True)
class Projected:
    """What a run of new lines comes to."""

    placed: Placed
    before: Sequence[AcceptedRecord] = ()
    """Records projected earlier that must be taken back first: they are in `placed` with a better time."""
    timed_anew: tuple[int, int, int] | None = None
    """Stream, first and last number of the records held before whose time was settled only now."""


def project_run(source: Source, clock: ClockState, runs: Sequence[HeldRun]) -> Projected:
    """Read, time and place the new lines of a stream, and those held before whose time they settle."""
    first = runs[0].first
    if clock.open_from == first or not settles(placing.stamps(placing.parse(source, runs, []))):
        return Projected(placing.place(source, runs, clock))
    earlier = list(ledger.runs(source.stream_id, first=clock.open_from, last=first - 1))
    before = placing.place(source, earlier, clock, from_base=True)
    placed = placing.place(source, [*earlier, *runs], clock, from_base=True)
    # What was open and could not be read was set aside when it came; only an impossible time can be found, or mended, now.
    placed.set_aside = [one for one in placed.set_aside if one.seq >= first or one.code == TIME_IMPOSSIBLE]
    return Projected(placed, before.records, (source.stream_id, clock.open_from, first - 1))


def commit(projected: Iterable[Projected], *, last_try: bool) -> None:
    """Hand everything to the projections at once, and note what none of them understood."""
    runs = list(projected)
    for stream_id, first, last in (run.timed_anew for run in runs if run.timed_anew is not None):
        SetAside.objects.filter(
            stream_id=stream_id, seq__gte=first, seq__lte=last, code=TIME_IMPOSSIBLE
        ).delete()
    before = [entry for run in runs for entry in run.before]
    records = [entry for run in runs for entry in run.placed.records]
    problems = [problem for run in runs for problem in run.placed.set_aside]
    note([*problems, *replace(before, records, last_try=last_try)])


def replace(
    before: Sequence[AcceptedRecord],
    after: Sequence[AcceptedRecord],
    *,
    last_try: bool = True,
) -> list[NotUnderstood]:
    """Take out of the projections what they made of `before`, and project `after`; gives what is to be set aside.

    What a projection had failed on was never taken in, so it is not taken out; what it cannot take out stays as it is.
    """
    failed = _forget_failed(before) if before else set()
    stuck = projections.unproject(
        [one for one in before if (one.stream_id, one.seq) not in failed], last_try=last_try
    )
    held_back = {(one.stream_id, one.seq) for one in stuck}
    records = [one for one in after if (one.stream_id, one.seq) not in held_back]
    return [*stuck, *projections.project(records, last_try=last_try)]


def note(problems: Sequence[NotUnderstood]) -> None:
    """Remember records that are held and proven but not projected."""
    if problems:
        SetAside.objects.bulk_create(
            (SetAside(stream_id=one.stream_id, seq=one.seq, code=one.code) for one in problems),
            ignore_conflicts=True,
            batch_size=1000,
        )


def _forget_failed(records: Sequence[AcceptedRecord]) -> set[tuple[int, int]]:
    """Give which of these records a projection had failed on; they are no longer set aside for it."""
    named = {(one.stream_id, one.seq) for one in records}
    found = SetAside.objects.filter(stream_id__in={stream for stream, _ in named}, code=PROJECTION_FAILED)
    failed = {pk: (stream, seq) for pk, stream, seq in found.values_list("pk", "stream_id", "seq")}
    gone = {pk: key for pk, key in failed.items() if key in named}
    if gone:
        SetAside.objects.filter(pk__in=gone).delete()
    return set(gone.values())
