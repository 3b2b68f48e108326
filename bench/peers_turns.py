"""A turn of a program in `bench.peers`: how fast it stores a backlog and on how much work, and what is missing after it was killed in one."""

import time
from dataclasses import dataclass

from bench.peers_publisher import Publisher
from bench.peers_subjects import Program
from bench.peers_tables import Held

PATIENCE_SECONDS = 20.0
"""How long a program may store nothing before a turn is over."""


@dataclass(frozen=True)
class Speed:
    """What storing a backlog came to."""

    by_clock: float
    """Answers a second."""
    work_us: tuple[float, float, float]
    """Microseconds of busy processor an answer: in the program, in the broker, in the database."""
    peak_mb: float

    @property
    def by_work(self) -> float:
        """Answers a second of busy processor, in everything between the publisher and the disk."""
        return 1e6 / sum(self.work_us)


@dataclass(frozen=True)
class Killed:
    """What stood in the table after a kill in the midst of a backlog and a restart."""

    published: int
    stored_before: int
    held: Held


def speed(program: Program) -> Speed:
    """Publish all at once to a program that listens, and wait for the last commit."""
    program.start()
    program.wait_until_it_takes()
    before, begun = program.seconds(), time.perf_counter()
    with Publisher(program.port, program.messages, seconds=120):
        seen, moved = 0, begun
        while seen < program.responses:
            time.sleep(0.03)
            now, stored = time.perf_counter(), program.progress()
            if stored > seen:
                seen, moved = stored, now
            elif now - moved > PATIENCE_SECONDS or not program.is_running:
                raise RuntimeError(f"it stopped at {seen} of {program.responses}\n{program.said()}")
        seconds, after = time.perf_counter() - begun, program.seconds()
    if (held := program.held()) != Held(program.responses, program.responses):
        raise RuntimeError(f"{held} of {program.responses}")
    work = [1e6 * (one - other) / program.responses for one, other in zip(after, before, strict=True)]
    return Speed(program.responses / seconds, (work[0], work[1], work[2]), program.most_memory())


def killed(program: Program, *, share: float = 0.25) -> Killed:
    """Kill a program once a share of a backlog is stored, start it again after a second, and count when nothing more comes."""
    program.start()
    program.wait_until_it_takes()
    begun = time.monotonic()
    with Publisher(program.port, program.messages, seconds=120) as publisher:
        while (stored := program.progress()) < share * program.responses:
            time.sleep(0.005)
            if time.monotonic() > begun + 2 * PATIENCE_SECONDS or not program.is_running:
                raise RuntimeError(f"it stopped at {stored} of {program.responses}\n{program.said()}")
        program.kill()
        stored = program.progress()
        time.sleep(1)
        program.start()
        program.wait_until_it_takes()
        seen, moved = -1, time.monotonic()
        # Where all is there already, only doubles can follow.
        while time.monotonic() < moved + (1.5 if seen >= program.responses else 5):
            time.sleep(0.2)
            if (now := program.progress()) > seen or not publisher.is_done:
                seen, moved = max(seen, now), time.monotonic()
            if time.monotonic() > begun + 150:
                break
    return Killed(program.responses, stored, program.held())
