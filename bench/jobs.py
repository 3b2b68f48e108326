"""How long all papers of one unit take from the click, and of many units, with files really written; and what memory that takes.

    python -m bench.jobs [--units 150] [--people 60] [--hands 2]

Fills an SQLite database with so many units, publishes their quarter, and has `ikm-collector work` do two jobs: one unit's papers,
then all units'. Beside the time on the clock, which others on the machine lengthen, stands the processor's. Memory is what each hand holds at most (VmHWM), looked at four times a second.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

from bench.own_collector import set_up
from bench.spent import peak_mb, processor_seconds


def main() -> None:
    """Fill, work and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--units", type=int, default=150)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--hands", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        fill(options.units, options.people)
        measure(options.hands)


def fill(units: int, people: int) -> None:
    """Publish a quarter of so many units in which so many people answered each."""
    from django.db import transaction  # noqa: PLC0415 - after django.setup()

    from collector.releases.publishing import publish  # noqa: PLC0415 - as above
    from collector.scores.tallies.projection import project  # noqa: PLC0415 - as above
    from survey.index.periods import parse  # noqa: PLC0415 - as above
    from tests.collector.scores.village import Post, add_unit, answers, at  # noqa: PLC0415 - as above

    luck, first, quarter = random.Random(1), date(2025, 10, 6), parse("2025-TW4")
    for number in range(1, units + 1):
        unit = add_unit(f"desa-{number:04}", region="18.01.05.2003", name=f"Balai Desa {number}")
        post = Post(unit, name=f"k{number}", stream=number)
        with transaction.atomic():
            project(
                [
                    post.response(
                        answers(*luck.choices((1, 2, 3, 4), (1, 4, 40, 55), k=9)),
                        at(first + timedelta(days=place % 60), seconds=60 * (place // 60)),
                        profile={
                            "sex": luck.choice("LP"),
                            "education": luck.choice(("sd", "smp", "sma", "s1")),
                        },
                    )
                    for place in range(people)
                ]
            )
        publish(unit, quarter, who="bench")


def measure(hands: int) -> None:
    """Do one unit's job and then all units', and print."""
    from collector.accounts import roles  # noqa: PLC0415 - after django.setup()
    from collector.jobs import asking  # noqa: PLC0415 - as above
    from collector.releases.models import Release  # noqa: PLC0415 - as above
    from tests.collector.accounts_of import person  # noqa: PLC0415 - as above

    user = person("wati", roles.EVALUATOR)
    worker = subprocess.Popen([sys.executable, "-m", "collector.manage", "work", "--hands", str(hands)])
    time.sleep(5)
    try:
        run("one unit", asking.papers_of(Release.objects.order_by("pk")[0], user=user), worker.pid)
        run("all units", asking.papers_of_period("2025-TW4", instrument="skm-2017", user=user), worker.pid)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()


def run(name: str, job: object, worker: int) -> None:
    """Wait for a job, looking at memory meanwhile, and print."""
    from collector.jobs import doing  # noqa: PLC0415 - after django.setup()
    from collector.jobs.models import Job, JobState  # noqa: PLC0415 - as above

    begun, most, before = time.perf_counter(), {}, processor_seconds(worker, with_children=True)
    while (state := Job.objects.get(pk=job.pk)).state == JobState.OPEN:  # type: ignore[attr-defined]
        for pid in children(worker):
            most[pid] = max(most.get(pid, 0.0), peak_mb(pid))
        time.sleep(0.25)
    took = time.perf_counter() - begun
    while children(worker):
        time.sleep(0.25)  # what a hand has used is counted once it has ended
    time.sleep(2)
    used = processor_seconds(worker, with_children=True) - before
    with zipfile.ZipFile(doing.result_of(state)) as found:
        files, size = len(found.namelist()), sum(one.file_size for one in found.infolist())
    print(
        f"{name:10} {state.total:5} units {files:6} files {size / 1e6:8.1f} MB {took:8.1f} s {took / state.total:7.3f} s a unit"
        f" {took / files:7.4f} s a file, {used / state.total:.3f} s of processor a unit; load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"{'':10} hands {len(most)}, the largest held {max(most.values(), default=0) // 1024} MB, in turn: ",
        end="",
    )
    print(" ".join(f"{one:.0f}" for one in most.values()), "MB")


def children(pid: int) -> list[int]:
    """Give a process's children."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    main()
