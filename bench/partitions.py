"""Responses in partitions by month beside one table: what each costs on PostgreSQL, by the processor's time of the server.

    python -m bench.partitions [--responses 10000000]

The rows are those of `scores_response`, of a thousand kiosks in 24 months, in the order in which they come in. A partitioned table cannot keep a
record's number unique by itself: its key must hold the day.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.spent import processor_seconds
from tests.postgres import PrivatePostgres

KIOSKS, MONTHS, MONTH_DAYS, SERVICES = 1000, 24, 30, 8
FIRST_DAY = 20_000
_COLUMNS = """
id bigint NOT NULL, at_ms bigint NOT NULL, day integer NOT NULL, error_s integer NOT NULL, duration_s integer NOT NULL, boot integer NOT NULL,
visit integer NOT NULL, flags integer NOT NULL, hour smallint NOT NULL, answers varchar(64) NOT NULL, manner_id integer NOT NULL,
profile_id integer NOT NULL, series_id integer NOT NULL
"""
_FILL = """
INSERT INTO {table} SELECT (k::bigint << 32) | (d * {each} + n), (d::bigint * 86400 + n * 600) * 1000, d, 1, 40, 1, n, 0, 8 + n % 8, '434344343',
1 + (k + n) % 7, 1 + (k * 7 + n + d) % 300, k * {services} + (k + n + d) % {services}
FROM generate_series({first}, {last}) AS d, generate_series(0, {each} - 1) AS n, generate_series(1, {kiosks}) AS k
"""


class Bench:
    """A server, and what its work costs."""

    def __init__(self, cluster: PrivatePostgres, responses: int) -> None:
        self.database = psycopg.connect(cluster.url(), autocommit=True)
        self.each = max(1, responses // (KIOSKS * MONTHS * MONTH_DAYS))
        self.pid = self.database.info.backend_pid
        self.do("SET max_parallel_workers_per_gather = 0")

    def do(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Do it, and give the answer."""
        answer = self.database.execute(statement, values or None)  # type: ignore[call-overload]
        return answer.fetchall() if answer.description else []

    @contextmanager
    def told(self, table: str, what: str) -> Iterator[None]:
        """Print what it costs the server."""
        before, wal = processor_seconds(self.pid), self._wal()
        yield
        spent, written = processor_seconds(self.pid) - before, self._wal() - wal
        print(f"{table:12} {what:52} {spent:8.2f} s {written / 2**20:9.1f} MiB of WAL", flush=True)

    def _wal(self) -> int:
        return int(self.do("SELECT pg_current_wal_insert_lsn() - '0/0'")[0][0])

    def fill(self, table: str, first: int, last: int) -> None:
        """Bring in some months."""
        for month in range(first, last):
            start = FIRST_DAY + month * MONTH_DAYS
            days = {"first": start, "last": start + MONTH_DAYS - 1}
            self.do(_FILL.format(table=table, each=self.each, kiosks=KIOSKS, services=SERVICES, **days))


def main() -> None:
    """Make both, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--responses", type=int, default=10_000_000)
    options = parser.parse_args()
    settings = "-c shared_buffers=512MB -c max_wal_size=8GB -c autovacuum=off"
    with PrivatePostgres(settings=settings) as cluster:
        bench = Bench(cluster, options.responses)
        make_one(bench)
        make_parted(bench)
        for table in ("one", "parted"):
            with bench.told(table, f"bring in {MONTHS - 1} months"):
                bench.fill(table, 0, MONTHS - 1)
            with bench.told(table, "bring in one month more"):
                bench.fill(table, MONTHS - 1, MONTHS)
            bench.do(f"ANALYZE {table}")
            print(f"{table:12} {size(bench, table)}", flush=True)
        for table in ("one", "parted"):
            asked(bench, table)
        for table in ("one", "parted"):
            kept(bench, table)
        for table in ("one", "parted"):
            twice(bench, table)
        for table in ("early", "late"):
            frozen(bench, table)
        rewritten(bench)


def make_one(bench: Bench) -> None:
    """One table, as it is."""
    bench.do(f"CREATE TABLE one ({_COLUMNS}, PRIMARY KEY (id))")
    bench.do("CREATE INDEX ON one (series_id, day)")


def frozen(bench: Bench, table: str) -> None:
    """Freezing rows when they are first looked at, beside PostgreSQL 15's own way: looking at them, and freezing when they are old."""
    bench.do(f"CREATE TABLE {table} ({_COLUMNS}, PRIMARY KEY (id))")
    bench.fill(table, 0, 3)
    bench.do("CHECKPOINT")
    if table == "late":
        with bench.told(table, "three months looked at"):
            bench.do(f"VACUUM {table}")
        bench.do("CHECKPOINT")
    with bench.told(table, "three months frozen"):
        bench.do(f"VACUUM (FREEZE) {table}")


def rewritten(bench: Bench) -> None:
    """What the night costs after something was destroyed: the table of attachments is written anew, so that nothing is left in its free space."""
    bench.do("CREATE TABLE held (id bigint PRIMARY KEY, content bytea)")
    bench.do("ALTER TABLE held ALTER content SET STORAGE EXTERNAL")
    bench.do(
        "INSERT INTO held SELECT n, decode(repeat(md5(n::text), 128), 'hex') FROM generate_series(1, 250000) AS n"
    )
    bench.do("CHECKPOINT")
    with bench.told("held", "250,000 attachments of 2 kB written anew"):
        bench.do("VACUUM FULL held")


def make_parted(bench: Bench) -> None:
    """A partition a month."""
    bench.do(f"CREATE TABLE parted ({_COLUMNS}, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)")
    for month in range(MONTHS):
        start = FIRST_DAY + month * MONTH_DAYS
        bench.do(
            f"CREATE TABLE parted_{month} PARTITION OF parted FOR VALUES FROM ({start}) TO ({start + MONTH_DAYS})"
        )
    bench.do("CREATE INDEX ON parted (series_id, day)")


def size(bench: Bench, table: str) -> str:
    """Give rows and bytes a row."""
    rows = bench.do(f"SELECT count(*) FROM {table}")[0][0]
    heap, indexes = bench.do(
        "SELECT sum(pg_relation_size(oid)), sum(pg_indexes_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname ~ %s",
        f"^{table}(_[0-9]+)?$",
    )[0]
    return f"{rows:,} rows, {heap / rows:.1f} bytes each, {indexes / rows:.1f} in indexes"


def asked(bench: Bench, table: str) -> None:
    """What is asked: a unit's month, all units' month, records by their numbers."""
    chance = random.Random(4)
    month = (FIRST_DAY + 12 * MONTH_DAYS, FIRST_DAY + 13 * MONTH_DAYS - 1)

    def a_unit() -> None:
        kiosk = chance.randrange(1, KIOSKS)
        series = list(range(kiosk * SERVICES, (kiosk + 1) * SERVICES))
        bench.do(
            f"SELECT profile_id, answers, count(*) FROM {table} WHERE series_id = ANY(%s) AND day BETWEEN %s AND %s GROUP BY 1, 2",
            series,
            *month,
        )

    def by_number() -> None:
        kiosk, seq = (
            chance.randrange(1, KIOSKS),
            FIRST_DAY * bench.each + chance.randrange(MONTHS * MONTH_DAYS),
        )
        bench.do(
            f"SELECT * FROM {table} WHERE id = ANY(%s)",
            [kiosk << 32 | seq + step for step in range(5)],
        )

    def all_units() -> None:
        bench.do(f"SELECT series_id, count(*) FROM {table} WHERE day BETWEEN %s AND %s GROUP BY 1", *month)

    for what, times, ask in (
        ("2,000 times a month of a unit", 2_000, a_unit),
        ("2,000 times five records by their numbers", 2_000, by_number),
        ("a month of all units", 1, all_units),
    ):
        repeated(ask, min(times, 50))  # until it is in memory
        with bench.told(table, what):
            repeated(ask, times)


def repeated(ask: Callable[[], None], times: int) -> None:
    """Ask so many times."""
    for _ in range(times):
        ask()


def kept(bench: Bench, table: str) -> None:
    """What keeps it in order: the first freezing, one that finds little new, and letting go of a month."""
    with bench.told(table, "VACUUM (FREEZE) for the first time"):
        bench.do(f"VACUUM (FREEZE) {table}")
    with bench.told(table, "VACUUM (FREEZE) again"):
        bench.do(f"VACUUM (FREEZE) {table}")
    with bench.told(table, "let go of the oldest month"):
        if table == "parted":
            bench.do("DROP TABLE parted_0")
        else:
            bench.do("DELETE FROM one WHERE day < %s", FIRST_DAY + MONTH_DAYS)
            bench.do("VACUUM one")


def twice(bench: Bench, table: str) -> None:
    """Whether the database itself keeps a record from being counted on two days."""
    number, day = bench.do(f"SELECT id, day FROM {table} LIMIT 1")[0]
    try:
        bench.do(f"INSERT INTO {table} VALUES (%s, 0, %s, 0, 0, 0, 0, 0, 0, '', 0, 0, 0)", number, day + 1)
    except psycopg.errors.UniqueViolation:
        print(f"{table:12} refuses a record's number on a second day")
    else:
        print(f"{table:12} takes a record's number on a second day too")


if __name__ == "__main__":
    main()
