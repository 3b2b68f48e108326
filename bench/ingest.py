"""Published to committed: our listener beside the scripts users would write, in one interleaved run.

    python -m bench.ingest                         all of SQLite: one response a message, and batches of 100
    python -m bench.ingest --database postgresql   the same on a private PostgreSQL (with fsync)
    python -m bench.ingest --keeper --only ours    ours also with its keys in another process
    python -m bench.ingest --slow-fsync 2          2 ms added to every flush of every consumer
    python -m bench.ingest --peer 'mine=python my.py {port} {topic} {database}' --count 'SELECT COUNT(*) FROM t'

Every consumer runs in a process of its own at a private Mosquitto that queues without limit; the publisher sends all messages at
once, and the clock stops when the last response is committed. Ours gets signed batches of 20 kiosks, with every feature on
(signatures, chain, evidence, rows, tallies, receipts). The others get plain JSON, one response a message, and check nothing; with
`--arrays` they also get arrays of 100. Median of the rounds; ratios are taken within a round.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.broker import Broker, publish
from bench.ingest_subjects import PLAIN_TOPIC, Subject, subjects
from bench.slow_fsync import environment
from bench.spent import peak_mb, processor_seconds
from tests.postgres import PrivatePostgres


@dataclass(frozen=True)
class Result:
    """What one round of one program came to."""

    rate: float
    cpu_us: float
    rss_mb: float
    bytes_each: float


def measure(subject: Subject, port: int, slow: dict[str, str]) -> Result:
    """Start the program, publish, wait for the last commit, and end it."""
    command = [part.format(port=port, topic=PLAIN_TOPIC) for part in subject.command]
    variables = os.environ | subject.variables | slow | {"IKM_BROKER_URL": f"mqtt://127.0.0.1:{port}"}
    beside = (
        [subprocess.Popen(subject.beside, env=variables, stderr=subprocess.DEVNULL)] if subject.beside else []
    )
    process = subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if process.stdout is None:
        raise AssertionError("the pipe was asked for")
    for line in process.stdout:
        if subject.ready in line:
            break
    drain = threading.Thread(target=process.stdout.read)
    drain.start()
    time.sleep(0.3)
    counted = [process, *beside]
    begun_cpu = sum(processor_seconds(one.pid) for one in counted)
    begun = time.perf_counter()
    publisher = threading.Thread(target=publish, args=(port, subject.messages))
    publisher.start()
    seen, moved = 0, time.perf_counter()
    while seen < subject.responses:
        time.sleep(0.02)
        now_seen = subject.count()
        if now_seen > seen:
            seen, moved = now_seen, time.perf_counter()
        elif time.perf_counter() - moved > 30 or process.poll() is not None:
            raise SystemExit(f"{subject.name} stopped at {seen} of {subject.responses}")
    seconds = time.perf_counter() - begun
    cpu = sum(processor_seconds(one.pid) for one in counted) - begun_cpu
    rss = peak_mb(process.pid)
    publisher.join()
    for one in counted:
        one.terminate()
    for one in counted:
        one.wait(timeout=20)
    drain.join()
    return Result(
        rate=subject.responses / seconds,
        cpu_us=cpu / subject.responses * 1e6,
        rss_mb=rss,
        bytes_each=subject.size() / subject.responses,
    )


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--responses", type=int, default=20_000, help="responses ours gets in batches of 100")
    parser.add_argument("--singles", type=int, default=6_000, help="responses sent one a message")
    parser.add_argument("--slow-fsync", type=float, default=0, metavar="MS", help="added to every flush")
    parser.add_argument("--arrays", action="store_true", help="feed the others arrays of 100 as well")
    parser.add_argument("--inflight", type=int, default=20, help="the broker's max_inflight_messages")
    parser.add_argument("--only", default="", help="run only the programs whose name contains this")
    parser.add_argument(
        "--peer", action="append", default=[], metavar="NAME=COMMAND", help="a program of your own"
    )
    parser.add_argument("--topic", default=PLAIN_TOPIC, help="where its messages go")
    parser.add_argument(
        "--payloads", metavar="MODULE:FUNCTION", help="makes its payloads: function(number) -> list of bytes"
    )
    parser.add_argument(
        "--count", default="SELECT COUNT(*) FROM response", help="SQL that counts its committed responses"
    )
    parser.add_argument("--keeper", action="store_true", help="run ours also with a keeper beside it")
    options = parser.parse_args()
    results: dict[str, list[Result]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ikm-bench-")))
        slow = environment(folder, milliseconds=options.slow_fsync)
        if options.database == "postgresql" and slow:
            # PostgreSQL itself flushes: it is the server that must be slowed.
            os.environ |= slow
        cluster = (
            stack.enter_context(PrivatePostgres(fsync=True)) if options.database == "postgresql" else None
        )
        for name in slow if cluster is not None else ():
            del os.environ[name]
        for number in range(options.rounds):
            place = folder / str(number)
            place.mkdir()
            for subject in subjects(options, place, cluster):
                if options.only and options.only not in subject.name:
                    continue
                with Broker(inflight=options.inflight) as broker:
                    result = measure(subject, broker.port, {} if cluster is not None else slow)
                results.setdefault(subject.name, []).append(result)
                print(
                    f"  round {number + 1}: {subject.name}: {result.rate:,.0f}/s", file=sys.stderr, flush=True
                )
    _print(results, options)


def _print(results: dict[str, list[Result]], options: argparse.Namespace) -> None:
    print(
        f"{options.database}, {options.rounds} interleaved rounds"
        + (f", {options.slow_fsync:g} ms added to every fsync" if options.slow_fsync else "")
    )
    print(f"{'':34}{'responses/s':>22}{'CPU us':>9}{'peak MB':>9}{'B each':>8}")
    for name, rounds in results.items():
        rates = sorted(one.rate for one in rounds)
        print(
            f"{name:34}{statistics.median(rates):10,.0f} [{rates[0]:,.0f}..{rates[-1]:,.0f}]".ljust(58)
            + f"{statistics.median(one.cpu_us for one in rounds):7.0f}"
            + f"{max(one.rss_mb for one in rounds):9.0f}{statistics.median(one.bytes_each for one in rounds):8.0f}"
        )
    for ours in (name for name in results if f"{name}, keeper" in results):
        kept = [
            far.rate / near.rate for far, near in zip(results[f"{ours}, keeper"], results[ours], strict=True)
        ]
        print(f"{ours}: with a keeper {statistics.median(kept):.2f} x [{min(kept):.2f}..{max(kept):.2f}]")
    for ours in (name for name in results if name.startswith("ours")):
        for other in (name for name in results if not name.startswith("ours")):
            ratios = [
                mine.rate / theirs.rate for mine, theirs in zip(results[ours], results[other], strict=True)
            ]
            print(
                f"{ours} / {other}: {statistics.median(ratios):.1f} x [{min(ratios):.1f}..{max(ratios):.1f}]"
            )


if __name__ == "__main__":
    main()
