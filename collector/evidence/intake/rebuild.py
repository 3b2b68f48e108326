"""Rows and tallies made anew from the evidence, and records understood at last after an upgrade."""

from collections.abc import Callable, Collection, Iterator

from django.db import transaction

from collector.evidence.intake import last_hours, ledger, projecting, projections, timing
from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.intake.elsewhere import held_elsewhere
from collector.evidence.intake.placing import CARRIED_TWICE, KIOSK_UNASSIGNED, Placed, Source
from collector.evidence.intake.replay import replay
from collector.evidence.intake.taken_out import taken_out
from collector.evidence.models import SetAside, Stream
from collector.evidence.standing import COUNTING
from collector.fleet import present
from collector.fleet.assignments import standings
from survey.record.clock import ClockState

Tell = Callable[[str], None]


def rebuild(tell: Tell) -> int:
    """Empty every projection and make it anew, in one transaction; gives how many records were projected."""
    number = 0
    with transaction.atomic():
        for projection in projections.registered():
            projection.clear()
        SetAside.objects.all().delete()
        for stream in _streams():
            clock = None
            for part in replay_stream(stream):
                problems = [*part.set_aside, *projecting.replace([], part.records)]
                projecting.note(problems)
                number += len(part.records)
                clock = part.clock
            if clock is not None:
                Stream.objects.filter(pk=stream.pk).update(clock=timing.dump(clock))
            tell(f"stream {stream.uid} of {stream.kiosk.name}: {stream.through} records")
        present.keep_every()
        last_hours.keep_every()
    for projection in projections.registered():
        projection.settle()
    return number


def retry_set_aside() -> int:
    """Project what this version understands of the records that were set aside; gives how many it was."""
    understood = 0
    for stream_id in SetAside.objects.values_list("stream_id", flat=True).distinct():
        with transaction.atomic():
            stream = Stream.objects.select_for_update().get(pk=stream_id)
            waiting = set(SetAside.objects.filter(stream=stream).values_list("seq", flat=True))
            for part in replay_stream(stream):
                records = [one for one in part.records if one.seq in waiting]
                still = {one.seq for one in projecting.replace([], records)}
                done = [one.seq for one in records if one.seq not in still]
                SetAside.objects.filter(stream=stream, seq__in=done).delete()
                understood += len(done)
    return understood


def replay_stream(stream: Stream) -> Iterator[Placed]:
    """Give all records of a held stream, in order, in parts.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    source = Source(
        stream.pk,
        stream.kiosk_id,
        standings({stream.kiosk_id}).get(stream.kiosk_id),
        held_elsewhere(stream.pk, stream.key_id),
        archived=stream.key.archive_from is not None,
        taken_out=taken_out(stream.pk),
    )
    yield from replay(source, ledger.runs(stream.pk), enrolled_ms=stream.key.begins_ms)


def _streams() -> Iterator[Stream]:
    counting = Stream.objects.filter(standing__in=COUNTING)
    for pk in counting.order_by("pk").values_list("pk", flat=True):
        yield Stream.objects.select_for_update(of=("self",)).select_related("kiosk", "key").get(pk=pk)


def project_again(kiosk_id: int, change: Callable[[], None]) -> int:
    """Make a change to where a kiosk stood, and move what it touches; gives how many records moved.

    Call it inside a transaction.
    """
    streams = list(
        Stream.objects.select_for_update(of=("self",))
        .filter(kiosk_id=kiosk_id, standing__in=COUNTING)
        .select_related("key")
    )
    return project_changed(streams, change)


def project_changed(streams: Collection[Stream], change: Callable[[], None]) -> int:
    """Make a change to what streams come to, and project what it touches anew; gives how many records that was.

    Call it inside a transaction.
    """
    before = {stream.pk: _projected(stream)[0] for stream in streams}
    change()
    moved = 0
    for stream in streams:
        was = before[stream.pk]
        now, set_aside, clock = _projected(stream)
        leaving = [one for seq, one in was.items() if now.get(seq) != one]
        coming = [one for seq, one in now.items() if was.get(seq) != one]
        # What could not be placed may not be readable either, and is set aside for that from now on.
        SetAside.objects.filter(stream=stream, code__in=(KIOSK_UNASSIGNED, CARRIED_TWICE)).delete()
        projecting.note([*set_aside, *projecting.replace(leaving, coming)])
        Stream.objects.filter(pk=stream.pk).update(clock=timing.dump(clock))
        moved += len(coming)
    return moved


def _projected(stream: Stream) -> tuple[dict[int, AcceptedRecord], list[NotUnderstood], ClockState]:
    parts = list(replay_stream(stream))
    records = {one.seq: one for part in parts for one in part.records}
    return records, [one for part in parts for one in part.set_aside], parts[-1].clock
