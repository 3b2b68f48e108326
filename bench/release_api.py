"""A release as a page and as data, warm, under a steady load from another process.

    python -m bench.release_api [--rate 200] [--seconds 10] [--units 300]

Starts the collector's own web server (gunicorn, two processes) on loopback over an SQLite database of invented units whose quarter is
published, and asks for releases at a fixed rate: requests leave when they are due, whether or not earlier ones have been answered, and the time counts from when a request was due, so that a stall cannot
hide. Beside them, in turns, stands a static file from the same server: the least that any answer of it costs. Goal: the 99th
percentile of a release is at most twice that of the file.
"""

import argparse
import http.client
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

CONNECTIONS = 16
LIMIT_MS = 10.0


def main() -> None:
    """Fill, serve, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--units", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "IKM_DATA": folder,
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "collector.settings",
            "IKM_LOG_LEVEL": "WARNING",
        }
        subprocess.run(
            [sys.executable, "-m", "collector.manage", "setup"],
            env=environment,
            check=True,
            capture_output=True,
        )
        os.environ.update(environment)
        addresses = fill(options.units)
        with server(environment) as port:
            paths = {
                "a release's page": lambda chance: f"/r/{chance.choice(addresses)}/",
                "a release as JSON": lambda chance: f"/api/v1/releases/{chance.choice(addresses)}.json",
                "a static file (the least)": lambda _chance: "/static/scores/icon.svg",
            }
            load(port, paths["a release's page"], options.rate, 5.0)
            print(
                f"{options.rate} requests/s for {options.seconds:.0f} s, {options.units} units, {os.cpu_count()} cores"
            )
            for name, path in [*paths.items(), *paths.items()]:
                times = sorted(load(port, path, options.rate, options.seconds))
                print(
                    f"{name:28} n {len(times):5}  p50 {statistics.median(times):6.2f} ms"
                    f"  p99 {times[int(0.99 * len(times))]:6.2f} ms  max {times[-1]:6.2f} ms"
                )


def fill(units: int) -> list[str]:
    """Make units with a year of responses, straight through the projection, and publish a quarter of each; gives the addresses."""
    django.setup()
    from django.db import transaction  # noqa: PLC0415 - after django.setup()

    from collector.fleet.models import Unit  # noqa: PLC0415 - after django.setup()
    from collector.releases.publishing import publish  # noqa: PLC0415 - after django.setup()
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
    out = [publish(unit, period, who="bench") for unit in Unit.objects.select_related("region", "agency")]
    print(f"published {len(out)} quarters, {1000 * (time.perf_counter() - began) / len(out):.1f} ms each")
    return [release.address for release in out]


@contextmanager
def server(environment: dict[str, str]) -> Iterator[int]:
    """Run `ikm-collector serve` on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    log = (Path(environment["IKM_DATA"]) / "serve.log").open("wb")
    command = [sys.executable, "-m", "collector.manage", "serve", "--port", str(port)]
    with log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process:
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


def load(port: int, path: object, rate: int, seconds: float) -> list[float]:
    """Ask at a fixed rate; the milliseconds from when each request was due to its answer."""
    chance = random.Random(2)
    due: queue.SimpleQueue[tuple[float, str] | None] = queue.SimpleQueue()
    times: list[float] = []
    failures: list[str] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while (entry := due.get()) is not None:
            moment, target = entry
            connection.request("GET", target)
            answer = connection.getresponse()
            body = answer.read()
            times.append(1000 * (time.perf_counter() - moment))
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
        due.put((moment, path(chance)))
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} requests failed, the first with {failures[0]}")
    return times


if __name__ == "__main__":
    main()
