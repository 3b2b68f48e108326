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
import importlib
import json
import os
import random
import shlex
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.broker import Broker, publish
from bench.slow_fsync import environment
from survey.wire import topics
from tests.collector.fake_kiosk import ELEMENTS, MORNING_MS, FakeKiosk, skm
from tests.postgres import PrivatePostgres

PLAIN_TOPIC = "bench/response"
Message = tuple[str, bytes]


@dataclass(frozen=True)
class Subject:
    """One program under test."""

    name: str
    command: Sequence[str]
    messages: Sequence[Message]
    responses: int
    count: Callable[[], int]
    """How many responses are committed by now."""
    ready: str
    """What it prints when it listens."""
    variables: dict[str, str]
    size: Callable[[], int]
    beside: Sequence[str] = ()
    """A program that it needs beside it; its time counts as well."""


@dataclass(frozen=True)
class Result:
    """What one round of one program came to."""

    rate: float
    cpu_us: float
    rss_mb: float
    bytes_each: float


class Ours:
    """A collector of our own for each round, with 20 kiosks enrolled."""

    def __init__(
        self, folder: Path, url: str, *, responses: int, batch: int, kiosks: int = 20, keeper: bool = False
    ) -> None:
        self.variables = {
            "IKM_DATA": str(folder / "data"),
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "collector.settings",
            "IKM_LOG_LEVEL": "INFO",
        }
        here = Path(sys.executable).parent
        self.command = [str(here / "ikm-collector"), "listen"]
        subprocess.run(
            [here / "ikm-collector", "setup"],
            env=os.environ | self.variables,
            check=True,
            capture_output=True,
        )
        self.beside: list[str] = []
        if keeper:
            (folder / "run").mkdir(mode=0o700)
            self.variables["IKM_KEEPER"] = str(folder / "run" / "socket")
            self.beside = [str(here / "ikm-collector"), "keeper"]
        # The kiosks are enrolled by the collector's own functions, in a process that has its settings.
        made = subprocess.run(
            [sys.executable, "-m", "bench.ingest_kiosks", str(kiosks)],
            env=os.environ | self.variables | {"IKM_KEEPER": ""},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        chance = random.Random(1)
        self.messages: list[Message] = []
        columns = []
        for name, key in zip(made[::2], made[1::2], strict=True):
            kiosk = FakeKiosk.with_key(name, bytes.fromhex(key))
            for number in range(responses // kiosks):
                kiosk.record(
                    "response", skm(*answers(chance), visit=number), after_ms=chance.randrange(120_000)
                )
            batches = range(1, kiosk.last + 1, batch)
            columns.append(
                [
                    (topics.up(name), kiosk.batch(first, min(kiosk.last, first + batch - 1)))
                    for first in batches
                ]
            )
        self.messages = [message for row in zip(*columns, strict=True) for message in row]
        self.responses = responses // kiosks * kiosks


def answers(chance: random.Random) -> list[int]:
    """Give nine answers as an ordinary office gets them."""
    return chance.choices((1, 2, 3, 4), (1, 5, 70, 24), k=9)


def plain(number: int, *, array: int = 1) -> list[Message]:
    """Give the messages the others get."""
    chance = random.Random(2)
    responses = [
        {
            "id": f"{chance.getrandbits(128):032x}",
            "unit": "sukamaju",
            "kiosk": f"k-{at % 20:04d}",
            "service": "ktp",
            "at": MORNING_MS + at * 1000,
            "instrument": "skm-2017@1",
            "duration_s": 40,
            "channel": "button",
            "language": "id",
            "answers": dict(zip(ELEMENTS, answers(chance), strict=True)),
        }
        for at in range(number)
    ]
    if array == 1:
        return [(PLAIN_TOPIC, json.dumps(one).encode()) for one in responses]
    return [(PLAIN_TOPIC, json.dumps(responses[at : at + array]).encode()) for at in range(0, number, array)]


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
    begun_cpu = sum(_cpu_seconds(one.pid) for one in counted)
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
    cpu = sum(_cpu_seconds(one.pid) for one in counted) - begun_cpu
    rss = _peak_mb(process.pid)
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


def subjects(options: argparse.Namespace, folder: Path, cluster: PrivatePostgres | None) -> list[Subject]:
    """Make every program of a round, each with a database of its own."""
    databases = _Databases(folder, cluster)
    found = []
    for name, number, batch, keeper in (
        ("ours, batches of 100", options.responses, 100, False),
        ("ours, batches of 100, keeper", options.responses, 100, True),
        ("ours, one a message", options.singles, 1, False),
        ("ours, one a message, keeper", options.singles, 1, True),
    ):
        if keeper and not options.keeper:
            continue
        if options.only and options.only not in name:
            continue
        place = folder / f"ours-{batch}-{keeper:d}"
        place.mkdir()
        url = databases.new(f"ours{batch}{'k' * keeper}")
        ours = Ours(
            place, url if cluster else f"sqlite:///{url}", responses=number, batch=batch, keeper=keeper
        )
        found.append(
            Subject(
                name=name,
                command=ours.command,
                messages=ours.messages,
                responses=ours.responses,
                count=databases.counter(url, "SELECT COALESCE(SUM(through), 0) FROM evidence_stream"),
                ready="listening",
                variables=ours.variables,
                size=databases.sizer(url),
                beside=ours.beside,
            )
        )
    kinds = (
        [("paho + psycopg", "postgres"), ("paho + Django create()", "django")]
        if cluster
        else [
            ("paho + sqlite3", "sqlite"),
            ("paho + sqlite3 WAL", "wal"),
            ("paho + Django create()", "django"),
        ]
    )
    # The slow ones get fewer messages: their rate does not depend on how many there are.
    slow = {"sqlite", "django"} if options.slow_fsync == 0 else {"sqlite", "django", "wal", "postgres"}
    for name, kind in kinds:
        number = options.singles // 3 if kind in slow else options.singles
        if options.slow_fsync:
            number = min(number, 1_000)
        for array in (1, 100) if options.arrays else (1,):
            url = databases.new(f"{kind}{array}")
            command = [
                sys.executable,
                "-m",
                "bench.ingest_peers",
                kind,
                "--port",
                "{port}",
                "--topic",
                "{topic}",
            ]
            found.append(
                Subject(
                    name=name if array == 1 else f"{name}, arrays of 100",
                    command=[*command, "--database", url],
                    messages=plain(number if array == 1 else number * 5, array=array),
                    responses=number if array == 1 else number * 5,
                    count=databases.counter(url, "SELECT COUNT(*) FROM response"),
                    ready="READY",
                    variables={},
                    size=databases.sizer(url),
                )
            )
    for peer in options.peer:
        name, _, command = peer.partition("=")
        url = databases.new(f"peer{len(found)}")
        payloads = _payloads(options)
        found.append(
            Subject(
                name=name,
                command=[part.replace("{database}", url) for part in shlex.split(command)],
                messages=[(options.topic, payload) for payload in payloads],
                responses=options.singles,
                count=databases.counter(url, options.count),
                ready="READY",
                variables={},
                size=databases.sizer(url),
            )
        )
    return found


def _payloads(options: argparse.Namespace) -> list[bytes]:
    if not options.payloads:
        return [payload for _, payload in plain(options.singles)]
    module, _, function = options.payloads.partition(":")
    return list(getattr(importlib.import_module(module), function)(options.singles))


class _Databases:
    """A database a program: a file of SQLite, or a database in the private cluster."""

    def __init__(self, folder: Path, cluster: PrivatePostgres | None) -> None:
        self._folder, self._cluster = folder, cluster

    def new(self, name: str) -> str:
        if self._cluster is None:
            return str(self._folder / f"{name}.sqlite3")
        full = f"{name}_{self._folder.name}"
        with psycopg.connect(self._cluster.url(), autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{full}"')
        return self._cluster.url(full)

    def counter(self, url: str, query: str) -> Callable[[], int]:
        if self._cluster is not None:
            postgres = psycopg.connect(url, autocommit=True)
            return lambda: int((postgres.execute(query).fetchone() or (0,))[0])

        def count() -> int:
            try:
                with sqlite3.connect(f"file:{url}?mode=ro", uri=True, timeout=5) as database:
                    return int(database.execute(query).fetchone()[0])
            except sqlite3.OperationalError:
                return 0  # not made yet, or locked by a commit

        return count

    def sizer(self, url: str) -> Callable[[], int]:
        if self._cluster is not None:

            def size() -> int:
                with psycopg.connect(url, autocommit=True) as postgres:
                    return int(
                        (postgres.execute("SELECT pg_database_size(current_database())").fetchone() or (0,))[
                            0
                        ]
                    )

            return size

        def size_of_file() -> int:
            with sqlite3.connect(url) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return Path(url).stat().st_size

        return size_of_file


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


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
