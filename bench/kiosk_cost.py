"""What a kiosk costs the collector, with a thousand kiosks and with ten thousand: work, memory and disk, in one run.

    python -m bench.kiosk_cost [--kiosks 1000 10000] [--turns 3] [--rounds 2]

For each number, a collector of its own with SQLite, a Mosquitto and a real listener. Every kiosk opens its stream, which is not counted, and then in each of
the turns publishes how it is and a visit with two answers, all kiosks after one another, as in a busy hour. Counted is the processor's time of the listener
and the broker until the last record is held, by kiosk and turn; the rounds are interleaved, so that a busy machine is busy for both. Goal: a kiosk of ten
thousand costs at most 10 % more than one of a thousand. `bench.fleet_day` plays a whole day, with outages.
"""

import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.fleet_day import Centre, enrolled
from bench.fleet_kiosks import DAY_MS, HOUR_MS, Kiosk
from bench.own_collector import set_up
from bench.peers_publisher import Publisher
from survey.wire import topics

GOAL = 1.10


def main() -> None:
    """Measure each number in a process of its own, and print what a kiosk costs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.kiosks[0], options.turns)))
        return
    found: dict[int, list[dict[str, float]]] = {number: [] for number in options.kiosks}
    print(f"load average {os.getloadavg()[0]:.1f}")
    for _ in range(options.rounds):
        for number in options.kiosks:
            command = [sys.executable, "-m", "bench.kiosk_cost", "--one", "--turns", str(options.turns)]
            done = subprocess.run(
                [*command, "--kiosks", str(number)], stdout=subprocess.PIPE, text=True, check=True
            )
            found[number].append(json.loads(done.stdout.splitlines()[-1]))
    for number, turns in found.items():
        middle = {what: statistics.median(one[what] for one in turns) for what in turns[0]}
        print(
            f"{number:7,} kiosks: {middle['work_us']:.0f} µs of work a kiosk and turn (opening {middle['opening_us']:.0f}),"
            f" {middle['peak_mb']:.0f} MB, {middle['bytes']:,.0f} bytes a kiosk and turn"
        )
    least, most = min(found), max(found)
    for what, words in (("work_us", "work"), ("bytes", "disk")):
        ratios = [
            many[what] / few[what] for few, many in zip(found[least], found[most], strict=True) if few[what]
        ]
        print(
            f"{words} of one of {most:,} / of {least:,}: {statistics.median(ratios):.2f} (goal {GOAL:.2f}), rounds"
            f" {', '.join(f'{one:.2f}' for one in ratios)}"
        )


def measure(number: int, turns: int) -> dict[str, float]:
    """Enrol so many kiosks, let them send, and give what one cost."""
    chance = random.Random(number)
    begins_ms = (time.time_ns() // 1_000_000) - DAY_MS
    with tempfile.TemporaryDirectory(prefix="ikm-cost-") as folder:
        set_up(folder)
        file = Path(folder) / "collector.sqlite3"
        kiosks = list(enrolled(argparse.Namespace(kiosks=number, months=0), chance, begins_ms)[0].values())
        with Centre(Path(folder)) as centre:
            spent = [take(centre, file, kiosks, HOUR_MS)]
            before = weight(file)
            spent += [take(centre, file, kiosks, (2 + turn) * HOUR_MS // 2) for turn in range(1, turns + 1)]
            bytes_each = (weight(file) - before) / number / turns
            peak = centre.used()["listener"][1]
    return {
        "opening_us": 1e6 * spent[0] / number,
        "work_us": 1e6 * sum(spent[1:]) / number / turns,
        "peak_mb": peak,
        "bytes": bytes_each,
    }


def take(centre: Centre, file: Path, kiosks: list[Kiosk], at: int) -> float:
    """Have each kiosk tell how it is and of a visit; gives the seconds of work until all is held."""
    messages = []
    for kiosk in kiosks:
        first = kiosk.fake.last + 1
        kiosk.write("visit", at)
        messages.append((topics.state(kiosk.name), kiosk.fake.state(kiosk.fake.last)))
        messages.append(
            (topics.up(kiosk.name), kiosk.fake.batch(1 if at == HOUR_MS else first, kiosk.fake.last))
        )
    written = sum(kiosk.fake.last for kiosk in kiosks)
    before = worked(centre)
    deadline = time.monotonic() + 600
    with Publisher(centre.port, messages, seconds=600):
        while held(file) < written:
            if time.monotonic() > deadline:
                raise SystemExit(f"{held(file)} of {written} records after ten minutes")
            time.sleep(0.1)
    return worked(centre) - before


def worked(centre: Centre) -> float:
    """Give the seconds of work of listener and broker so far."""
    used = centre.used()
    return used["listener"][0] + used["broker"][0]


def held(file: Path) -> int:
    """Give how many records are held."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute("SELECT COALESCE(SUM(through), 0) FROM evidence_stream").fetchone()[0])


def weight(file: Path) -> int:
    """Give the size of the database with everything brought into it."""
    with closing(sqlite3.connect(file, timeout=30)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size


if __name__ == "__main__":
    main()
