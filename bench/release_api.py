"""A release as a page and as data, warm, under a steady load from another process.

    python -m bench.release_api [--rate 200] [--seconds 10] [--units 100] [--turns 3]

Starts the collector's own web server (gunicorn, two processes) on loopback over an SQLite database of invented units whose quarter is
published, and asks for releases at a fixed rate, compressed as browsers do: requests leave when they are due, whether or not earlier ones have been
answered, and the time counts from when a request was due, so that a stall cannot hide. Beside them, in the same stream, stands a static file from the same
server: the least that any answer of it costs. Goal: the 99th percentile of a release is at most twice that of the file. What a release costs at its
first asking, when its page is made, stands above them, one request after the other.
"""

import argparse
import http.client
import itertools
import os
import queue
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.own_collector import set_up

CONNECTIONS = 16
Draw = Callable[[random.Random], str]


def main() -> None:
    """Fill, serve, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--units", type=int, default=100)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        addresses = fill(options.units)
        with server() as port:
            paths = {
                "a release's page": lambda chance: f"/r/{chance.choice(addresses)}/",
                "a release as JSON": lambda chance: f"/api/v1/releases/{chance.choice(addresses)}.json",
                "a static file (the least)": lambda _chance: "/static/scores/icon.svg",
            }
            first = sorted(
                load(
                    port, in_turn(addresses, 1), options.rate / 10, len(addresses) * 10 / options.rate
                ).values()
            )
            print(
                f"a page asked for the first time: p50 {statistics.median(first):.1f} ms, p99 {first[int(0.99 * len(first))]:.1f} ms"
            )
            for _ in range(6):  # each process keeps its own, and takes what comes
                for form in (1, 2):
                    load(port, in_turn(addresses, form), options.rate, len(addresses) / options.rate)
            print(
                f"{options.rate} requests/s of all kinds mixed for {options.seconds:.0f} s, {options.units} units, {os.cpu_count()} cores"
            )
            for _ in range(options.turns):
                for name, times in mixed(port, paths, options.rate, options.seconds).items():
                    print(
                        f"{name:28} n {len(times):5}  p50 {statistics.median(times):6.2f} ms"
                        f"  p99 {times[int(0.99 * len(times))]:6.2f} ms  max {times[-1]:6.2f} ms"
                    )


def mixed(port: int, paths: dict[str, Draw], rate: float, seconds: float) -> dict[str, list[float]]:
    """Ask for all kinds at once, each next one drawn by lot, so that whatever else the machine does meets them alike; sorted times of each."""
    drawn: list[str] = []

    def path(chance: random.Random) -> str:
        drawn.append(chance.choice(list(paths)))
        return paths[drawn[-1]](chance)

    times = load(port, path, rate, seconds)
    return {name: sorted(took for place, took in times.items() if drawn[place] == name) for name in paths}


def fill(units: int) -> list[str]:
    """Make units with a year of responses, straight through the projection, and publish a quarter of each; gives the addresses."""
    from django.db import transaction  # noqa: PLC0415 - after django.setup()

    from collector.releases.many import publish_all  # noqa: PLC0415 - after django.setup()
    from collector.releases.models import Release  # noqa: PLC0415 - after django.setup()
    from collector.scores.tallies.projection import project  # noqa: PLC0415 - after django.setup()
    from survey.index.periods import parse  # noqa: PLC0415 - beside the others
    from tests.collector.scores.village import MONDAY, SKM, Post, add_unit, at  # noqa: PLC0415 - after django.setup()

    chance = random.Random(1)
    for number in range(units):
        post = Post(
            add_unit(f"u{number}", region=f"18.{1 + number // 100:02}.01.{2001 + number % 100}"),
            name=f"k{number}",
            stream=number + 1,
        )
        records = []
        for month in range(1, 13):
            for _ in range(4):
                given = {key: chance.choice((2, 3, 3, 4)) for key in SKM.element_keys}
                records.append(post.response(given, at(MONDAY.replace(month=month))))
                records.append(post.pulse(chance.choice((2, 3, 4)), at(MONDAY.replace(month=month))))
        with transaction.atomic():
            project(records)
    period = parse("2026-TW3")
    began = time.perf_counter()
    worked = time.process_time()
    out = sum(part.out for part in publish_all(period, who="bench"))
    took, busy = time.perf_counter() - began, time.process_time() - worked
    print(
        f"published {out} quarters, {1000 * took / out:.1f} ms each, {1000 * busy / out:.1f} ms of it at work"
    )
    return list(Release.objects.values_list("address", flat=True))


@contextmanager
def server() -> Iterator[int]:
    """Run `ikm-collector serve` on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    log = (Path(os.environ["IKM_DATA"]) / "serve.log").open("wb")
    command = [sys.executable, "-m", "collector.manage", "serve", "--port", str(port)]
    with log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def in_turn(addresses: list[str], form: int) -> Draw:
    """Give paths one after the other: of pages (1) or of JSON (2)."""
    left = itertools.cycle(addresses)
    return lambda _chance: f"/r/{next(left)}/" if form == 1 else f"/api/v1/releases/{next(left)}.json"


def load(port: int, path: Draw, rate: float, seconds: float) -> dict[int, float]:
    """Ask at a fixed rate; the milliseconds from when each request was due to its answer, by its place in the row."""
    chance = random.Random(2)
    due: queue.SimpleQueue[tuple[int, float, str] | None] = queue.SimpleQueue()
    times: dict[int, float] = {}
    failures: list[str] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while (entry := due.get()) is not None:
            place, moment, target = entry
            connection.request("GET", target, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            times[place] = 1000 * (time.perf_counter() - moment)
            if answer.status != 200:
                failures.append(f"{answer.status} {body[:200]!r}")
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    for number in range(round(rate * seconds)):
        moment = began + number / rate
        time.sleep(max(0.0, moment - time.perf_counter()))
        due.put((number, moment, path(chance)))
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} requests failed, the first with {failures[0]}")
    return times


if __name__ == "__main__":
    main()
