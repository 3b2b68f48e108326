"""Disk per response in a collector on PostgreSQL, table by table: rows, what is stored beside them (TOAST), and each index.

    python -m bench.disk_postgres [--kiosks 100] [--responses 1000000]

The kiosks write what those of `bench.disk_per_response` write, and send it as they do, in small batches; what arrives of several kiosks is
committed together, as a listener does. So the rows of one kiosk lie scattered between those of the others, as in a real collector. Nothing is packed
at the end: what is measured is what lies on the disk, with what autovacuum has left. Statistics of updates are printed with it.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator
from typing import Any

import psycopg

from bench.disk_per_response import BATCH, DAY_MS, one_day
from bench.own_collector import set_up
from tests.postgres import PrivatePostgres

LIMIT = 500
GROUP = 20
"""So many kiosks' batches arrive together."""
_SIZES = """
SELECT relname, pg_relation_size(oid), pg_indexes_size(oid), pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 4 DESC
"""
_INDEXES = """
SELECT relname, indexrelname, pg_relation_size(indexrelid), idx_scan FROM pg_stat_user_indexes ORDER BY 3 DESC LIMIT 14
"""
_UPDATES = """
SELECT relname, n_tup_upd, n_tup_hot_upd, n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE n_tup_upd > 0 ORDER BY 2 DESC LIMIT 10
"""


def main() -> None:
    """Write, weigh and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--kiosks", type=int, default=100)
    parser.add_argument("--responses", type=int, default=1_000_000)
    options = parser.parse_args()
    with PrivatePostgres() as cluster, tempfile.TemporaryDirectory() as folder:
        set_up(folder, url=cluster.url())
        with psycopg.connect(cluster.url(), autocommit=True) as database:
            empty = total(database)
            due = 10_000
            for written in write(options.kiosks, options.responses):
                if written >= due:
                    print(f"{written:>10,} responses: {(total(database) - empty) / written:6.1f} bytes each")
                    due *= 3
            database.execute("CHECKPOINT")
            weigh(database, written, empty)


def total(database: psycopg.Connection[Any]) -> int:
    """Give what the database takes."""
    found = database.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(found[0]) if found else 0


def write(kiosks: int, responses: int) -> Iterator[int]:
    """Let the kiosks write and send, a day after the other; gives after each day how many responses there are."""
    from collector.evidence.intake.accept import accept  # noqa: PLC0415 - after django.setup()
    from collector.evidence.intake.arrivals import Accepted, Arrival  # noqa: PLC0415 - after django.setup()
    from collector.evidence.models import Door  # noqa: PLC0415 - after django.setup()
    from collector.fleet import tree  # noqa: PLC0415 - after django.setup()
    from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk  # noqa: PLC0415 - after django.setup()

    chance = random.Random(5)
    senders = []
    for number in range(kiosks):
        region = tree.add_region(f"18.01.{1 + number // 1000:02}.{2001 + number % 1000}")
        unit = tree.add_unit(
            code=f"u{number}", name=f"Balai {number}", region=region, agency=None, time_zone="Asia/Jakarta"
        )
        for service in range(8):
            tree.add_service(unit=unit, code=f"s{service}", name=f"Layanan {service}")
        senders.append((FakeKiosk.enrolled(unit), [0]))
    written = day = 0
    while written < responses:
        for kiosk, _ in senders:
            written += sum(1 for _ in one_day(kiosk, chance, day))
        received = MORNING_MS + (day + 1) * DAY_MS
        for payloads in batched(senders):
            arrivals = [Arrival(payload=one, door=Door.MQTT, received_ms=received) for one in payloads]
            if wrong := [one for one in accept(arrivals) if not isinstance(one, Accepted)]:
                raise SystemExit(f"refused: {wrong}")
        day += 1
        yield written


def batched(senders: list[tuple[Any, list[int]]]) -> Iterator[list[bytes]]:
    """Give what kiosks send in turns, until they have sent all; with each stands how far it has come."""
    waiting = senders
    while waiting:
        for start in range(0, len(waiting), GROUP):
            payloads = []
            for kiosk, sent in waiting[start : start + GROUP]:
                last = min(sent[0] + BATCH, kiosk.last)
                payloads.append(kiosk.batch(sent[0] + 1, last))
                for place in range(sent[0], last):  # a kiosk lets go of what it has a receipt for
                    kiosk.lines[place] = kiosk.links[place] = b""
                sent[0] = last
            yield payloads
        waiting = [one for one in waiting if one[1][0] < one[0].last]


def weigh(database: psycopg.Connection[Any], responses: int, empty: int) -> None:
    """Print what each table takes, with its indexes, and how its rows were updated."""
    print(f"{'table':28} {'rows':>7} {'beside':>7} {'indexes':>7} {'all':>7}   bytes a response")
    for name, rows, indexes, everything in database.execute(_SIZES).fetchall()[:14]:
        parts = (rows, everything - rows - indexes, indexes, everything)
        print(f"{name:28}", *(f"{part / responses:7.1f}" for part in parts))
    for table, index, size, scans in database.execute(_INDEXES).fetchall():
        print(f"{table:28} {index:44} {size / responses:7.1f}  {scans:,} scans")
    for name, updates, hot, live, dead in database.execute(_UPDATES).fetchall():
        print(
            f"{name:28} {updates:>10,} updates, {hot / updates:4.0%} within their page; {live:,} rows, {dead:,} dead"
        )
    ours = (total(database) - empty) / responses
    print(
        f"{'all together':28} {ours:7.1f} bytes a response, over the {empty / 1024:.0f} KiB of an empty collector"
    )
    print(f"{'limit':28} {LIMIT:7.1f}  ({ours / LIMIT:.2f} of it)")


if __name__ == "__main__":
    main()
