"""A stream read again from its beginning, every record with the time that is known by now.

Where the intake projects a record at once and moves it when a later anchor settles its time, a replay waits for the anchor:
each record comes out once, and as the intake would have left it.
"""

from collections.abc import Iterable, Iterator

from collector.evidence.intake import placing
from collector.evidence.intake.lines import HeldRun
from collector.evidence.intake.placing import Placed, Source
from survey.record.clock import unknown_clock

CHUNK = 5_000


def replay(
    source: Source, runs: Iterable[HeldRun], *, enrolled_ms: int, chunk: int = CHUNK
) -> Iterator[Placed]:
    """Give the records of a stream, in order, in parts; the last part's clock is the stream's."""
    clock = unknown_clock(enrolled_ms=enrolled_ms)
    waiting: list[HeldRun] = []
    fresh = 0
    for run in runs:
        waiting.append(run)
        fresh += len(run.lines)
        if fresh < chunk:
            continue
        fresh = 0
        placed = placing.place(source, waiting, clock, from_base=True)
        done = placed.clock.open_from
        if done <= waiting[0].first:
            continue  # all of it is open: an anchor may still come
        yield _until(placed, done)
        waiting = [one.since(done) for one in waiting if one.last >= done]
        clock = placed.clock
    yield placing.place(source, waiting, clock, from_base=True)


def _until(placed: Placed, done: int) -> Placed:
    return Placed(
        clock=placed.clock,
        records=[one for one in placed.records if one.seq < done],
        set_aside=[one for one in placed.set_aside if one.seq < done],
    )
