"""Peers of the kind beside our listener, in one interleaved run: what a second of busy processor stores, and what a kill loses.

    python -m bench.peers --install              fetch the peers into a folder outside the project, and end
    python -m bench.peers                        measure those that are there; the others are named
    python -m bench.peers --rounds 1 --scale 0.3 a small run, to see that all is well
    python -m bench.peers --only RabbitMQ        ours and those whose name contains this

Each is set up as its documentation says, with the session that the broker keeps where it has such a thing: mqttwarn, Node-RED with `pg`, aedes with
`pg`, amqtt with psycopg, RabbitMQ with its MQTT plugin and pika; into PostgreSQL with fsync, or SQLite. All get the same number of answers at once,
ours as a kiosk publishes them: signed batches of 100 after an outage, or each by itself. The others get plain JSON, an answer a message (`--arrays`: also
a hundred a message), and check nothing. Counted is the processor's time of everything between the publisher and the disk: the program with all that came
from it, the broker, the database. Then each is killed (SIGKILL) once a quarter of a backlog is stored, and started again after a second; what a broker did
not acknowledge is published again. Prints a table in Markdown. Bounded: a program that stores nothing for 20 s is given up, and named.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import peers_kinds as kinds
from bench.cluster import RabbitCluster
from bench.peers_install import Installed, default_folder, install
from bench.peers_subjects import Collector, Ours, Program, World
from bench.peers_turns import Killed, Speed, killed, speed
from tests.postgres import PrivatePostgres


@dataclass
class Row:
    """A program of the table, and what its turns came to."""

    name: str
    engine: str
    make: Callable[[World, int], Program]
    responses: int
    """Answers in a turn: enough for half a second of work, and not for many."""
    needs: str = ""
    kill: bool = True
    speeds: list[Speed] = field(default_factory=list)
    kills: list[Killed] = field(default_factory=list)
    trouble: str = ""


def rows(*, arrays: bool) -> list[Row]:
    """Give all programs, ours first."""
    found = []
    for engine, postgres in (("PostgreSQL", True), ("SQLite", False)):
        for name, batch, number in (("ours, batches of 100", 100, 20_000), ("ours, one a message", 1, 6_000)):
            found.append(
                Row(
                    name,
                    engine,
                    lambda world, responses, postgres=postgres, batch=batch: Ours(
                        world, postgres=postgres, responses=responses, batch=batch
                    ),
                    number,
                )
            )
    peers: list[tuple[str, str, type[kinds.Peer], int]] = [
        ("mqttwarn", "mqttwarn", kinds.Mqttwarn, 500),
        ("Node-RED + pg", "Node-RED", kinds.NodeRed, 3_000),
        ("aedes + pg", "aedes", kinds.Aedes, 3_000),
        ("aedes + pg, stored before acknowledged", "aedes", kinds.CarefulAedes, 3_000),
        ("amqtt + psycopg", "amqtt", kinds.Amqtt, 1_000),
        ("RabbitMQ + pika", "RabbitMQ", kinds.Rabbit, 2_000),
        ("RabbitMQ + pika, key, commits of 100", "RabbitMQ", kinds.CarefulRabbit, 5_000),
    ]
    for name, needs, kind, number in peers:
        found.append(
            Row(
                name,
                "PostgreSQL",
                lambda world, responses, kind=kind: kind(world, responses=responses),
                number,
                needs,
            )
        )
        if arrays and kind in (kinds.NodeRed, kinds.Aedes, kinds.CarefulRabbit):
            found.append(
                Row(
                    f"{name}, lists of 100",
                    "PostgreSQL",
                    lambda world, responses, kind=kind: kind(world, responses=responses, array=100),
                    20_000 if kind is kinds.CarefulRabbit else number,
                    needs,
                    kill=False,
                )
            )
    found.append(
        Row(
            "mqttwarn",
            "SQLite",
            lambda world, responses: kinds.Mqttwarn(world, postgres=False, responses=responses),
            1_500,
            "mqttwarn",
        )
    )
    return found


def main() -> None:
    """Install, or run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--install", action="store_true", help="fetch the peers, and end")
    parser.add_argument("--folder", type=Path, default=default_folder(), help="where the peers are")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=1, help="how often each is killed in a backlog")
    parser.add_argument("--scale", type=float, default=1, help="times the answers of each turn")
    parser.add_argument("--arrays", action="store_true", help="give those that can also lists of a hundred")
    parser.add_argument("--only", default="", help="ours, and those whose name contains this")
    options = parser.parse_args()
    if options.install:
        install(options.folder)
        print(f"in {options.folder}")
        return
    installed, began = Installed(options.folder), time.monotonic()
    lacking = installed.missing()
    for name, remedy in lacking.items():
        print(f"{name} is not here and is left out; get it by: {remedy}")
    table = [
        row
        for row in rows(arrays=options.arrays)
        if row.needs not in lacking and (options.only in row.name or not row.needs)
    ]
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ikm-peers-")))
        world = World(folder, stack.enter_context(PrivatePostgres(fsync=True)), installed)
        needed = 2 * Ours.KIOSKS * (options.rounds + options.kills)
        for engine, postgres in (("postgres", True), ("sqlite", False)):
            world.collectors[engine] = Collector(world, postgres=postgres, kiosks=needed)
        if any(row.needs == "RabbitMQ" for row in table):
            world.rabbit = stack.enter_context(RabbitCluster(nodes=1))
        for number in range(options.rounds + options.kills):
            for row in table:
                if not row.trouble and (number < options.rounds or row.kill):
                    turn(world, row, round(row.responses * options.scale), is_kill=number >= options.rounds)
    print(
        f"\n{options.rounds} interleaved rounds in {time.monotonic() - began:.0f} s, {os.cpu_count()} cores,"
    )
    print(f"load average {load:.1f} before and {os.getloadavg()[0]:.1f} after\n")
    tell(table)


def turn(world: World, row: Row, responses: int, *, is_kill: bool) -> None:
    """Set a program up, and measure it once; what goes wrong with it ends only its own turns."""
    program = row.make(world, responses // 100 * 100)
    try:
        if is_kill:
            row.kills.append(killed(program))
            said = f"{row.kills[-1]}"
        else:
            row.speeds.append(speed(program))
            said = f"{row.speeds[-1].by_work:,.0f} answers a busy second {row.speeds[-1].work_us}"
    except (RuntimeError, OSError) as error:
        row.trouble = said = str(error)
    finally:
        program.close()
    print(f"  {row.name}, {row.engine}: {said}", file=sys.stderr, flush=True)


def tell(table: list[Row]) -> None:
    """Print the table."""
    print(
        "| Program | Answers a second | A second of busy processor | µs: program, broker, database | Ours in batches | Ours one a message | Peak MB | Killed: lost | doubled |"
    )
    print("| --- " * 9 + "|")
    for row in table:
        if not row.speeds:
            continue
        cells = [
            f"{row.name}, {row.engine}" if "mqttwarn" in row.name or not row.needs else row.name,
            middle([one.by_clock for one in row.speeds]),
            middle([one.by_work for one in row.speeds]),
            ", ".join(
                f"{statistics.median(part):.0f}"
                for part in zip(*(one.work_us for one in row.speeds), strict=True)
            ),
            *(times(ours, row) for ours in table if not ours.needs and ours.engine == row.engine),
            f"{max(one.peak_mb for one in row.speeds):.0f}",
            *after_kills(row),
        ]
        print("| " + " | ".join(cells) + " |")
    for row in table:
        if row.trouble:
            print(f"\n{row.name}, {row.engine}: {row.trouble}")


def times(ours: Row, row: Row) -> str:
    """Give by how much more ours stores in a busy second, round by round."""
    if not row.needs:
        return ""
    ratios = [mine.by_work / its.by_work for mine, its in zip(ours.speeds, row.speeds, strict=False)]
    return f"{statistics.median(ratios):.1f} ×" if ratios else ""


def middle(values: list[float]) -> str:
    """Give the median, and the least and the most."""
    return f"{statistics.median(values):,.0f} [{min(values):,.0f}..{max(values):,.0f}]"


def after_kills(row: Row) -> list[str]:
    """Give what was lost and what doubled of what was published, all kills together."""
    if not row.kills:
        return ["", ""]
    published = sum(one.published for one in row.kills)
    lost = sum(one.held.lost(one.published) for one in row.kills)
    doubled = sum(one.held.doubled for one in row.kills)
    return [f"{lost:,} of {published:,}", f"{doubled:,}"]


if __name__ == "__main__":
    main()
