"""Index queries over many responses: tallies against a covering SQL index over the responses and DuckDB, in one run.

    python -m bench.index_query [--responses 1000000] [--rounds 9] [--folder DIR]

Makes an SQLite database in a temporary folder: 100 regencies, one of them with 30 % of 1,030 units, four services each, three
years of days. The tallies are written by the collector's own writer; beside them stands what one would build by hand, one row
a response with the answers as columns, and an index that covers the query; and the same rows in DuckDB, stored by regency and
day, where it is installed (`pip install duckdb`; it is no dependency of ours). All answer the same questions, and their counts
and sums are compared before anything is timed. *tallies*, *by hand* and *DuckDB* are the time in the database, until every row that
answers the question is fetched; *limit* is reading nothing but the keys of those tallies; *answer* is the whole of ours, from the
question to every index with interval and probabilities, ready to be shown.
"""

import argparse
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import django
import pandas as pd

from survey.index.doubt import moments
from survey.index.periods import Period
from survey.index.periods import parse as period

REGENCIES = 100
UNITS = 1_030
LARGE_UNITS = 309
SERVICES = 4
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
PATTERNS = 512
LARGE, ORDINARY = "11.01", "11.02"
ROWS_AT_ONCE = 1_000_000
QUARTER, YEAR, BROKEN = period("2026-TW3"), period("2026"), period("2026-07-11..2026-10-10")


@dataclass(frozen=True)
class World:
    """What was made."""

    responses: int
    tally_bytes: int
    by_hand_bytes: int


@dataclass(frozen=True)
class Asked:
    """A question in both languages."""

    name: str
    region: str | None
    period: Period
    by: str
    """`unit`, `service` or `regency`."""


QUESTIONS = (
    Asked("units of an ordinary regency, a quarter", ORDINARY, QUARTER, by="unit"),
    Asked("units of the large regency, a quarter", LARGE, QUARTER, by="unit"),
    Asked("the same, 11 July to 10 October", LARGE, BROKEN, by="unit"),
    Asked("services of the large regency, a quarter", LARGE, QUARTER, by="service"),
    Asked("all regencies, a year", None, YEAR, by="regency"),
)


def main() -> None:
    """Make the data, compare, time and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--responses", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the databases may lie while this runs"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        os.environ |= {"IKM_DATA": folder, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "collector.settings"}
        django.setup()
        began = time.monotonic()
        by_hand = Path(folder) / "by-hand.sqlite3"
        world = build(options.responses, by_hand, Path(folder) / "collector.sqlite3")
        print(f"{world.responses:,} responses of {UNITS} units, made in {time.monotonic() - began:.0f} s")
        print(
            f"bytes a response: tallies {world.tally_bytes / world.responses:.1f},"
            f" responses by hand with their index {world.by_hand_bytes / world.responses:.1f}"
        )
        connection = sqlite3.connect(by_hand)
        connection.execute("PRAGMA cache_size=-400000")
        columns = duck_of(connection, Path(folder) / "by-hand.duckdb")
        heads = ("tallies", "by hand", "ratio", "DuckDB", "ratio", "limit", "answer")
        print(f"\n{'median of ' + str(options.rounds):42}{''.join(f'{head:>10}' for head in heads)}")
        for asked in QUESTIONS:
            measure(asked, connection, columns, options.rounds)
        connection.close()


def build(responses: int, by_hand: Path, ours: Path) -> World:
    """Fill both databases with the same responses."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from collector.scores.tallies.ledger import Changes  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0, skip_checks=True)
    series = add_fleet()
    empty = ours.stat().st_size
    chance = random.Random(2026)
    patterns = [
        tuple(min(4, max(1, round(chance.gauss(3.2, 0.7)))) for _ in range(9)) for _ in range(PATTERNS)
    ]
    form = coded_form()
    numbers = [form.number("".join(map(str, pattern))) for pattern in patterns]
    hand = sqlite3.connect(by_hand)
    hand.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "CREATE TABLE response (regency TEXT, unit INTEGER, service INTEGER, day INTEGER,"
        f" {', '.join(f'u{place} INTEGER' for place in range(1, 10))})"
    )
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # filling is not what is measured
    days = (LAST - FIRST).days + 1
    rate = responses / (len(series) * days)
    made = 0
    changes, touched = Changes(), {}
    for place, (number, regency, key) in enumerate(series):
        touched[number] = key
        changes.forms[key[4]] = form
        made += hand_rows(
            hand, changes, (number, regency, key[0], place % SERVICES), rate, chance, patterns, numbers
        )
        if place % 50 == 49 or place == len(series) - 1:
            with transaction.atomic():
                changes.write(touched)
            changes, touched = Changes(), {}
    hand.execute(
        "CREATE INDEX covering ON response"
        f" (regency, day, unit, service, {', '.join(f'u{place}' for place in range(1, 10))})"
    )
    hand.execute("ANALYZE")
    hand.commit()
    hand.close()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return World(made, ours.stat().st_size - empty, by_hand.stat().st_size)


def hand_rows(
    hand: sqlite3.Connection,
    changes: Any,
    owner: tuple[int, str, int, int],
    rate: float,
    chance: random.Random,
    patterns: list[tuple[int, ...]],
    numbers: list[int],
) -> int:
    """Make one series' responses, as rows by hand and as changes to the tallies; how many."""
    from collector.scores.tallies.keys import day_key, day_number  # noqa: PLC0415 - after django.setup()

    series, regency, unit, service = owner
    first, days = day_number(FIRST), (LAST - FIRST).days + 1
    total = round(rate * days * chance.uniform(0.4, 1.6))
    drawn = [(first + int(days * chance.random()), chance.randrange(PATTERNS)) for _ in range(total)]
    for day, pattern in drawn:
        changes.days[day_key(series, day, flagged=False)] += numbers[pattern]
    hand.executemany(
        f"INSERT INTO response VALUES ({', '.join('?' * 13)})",
        ((regency, unit, service, day, *patterns[pattern]) for day, pattern in drawn),
    )
    return total


def add_fleet() -> list[tuple[int, str, tuple[int, int, int, int, int]]]:
    """Make the units and give number, regency and key of every series."""
    from collector.fleet.models import Kiosk, Place, Region, Service, Unit  # noqa: PLC0415 - after django.setup()
    from collector.scores.models import Form, Series  # noqa: PLC0415 - after django.setup()
    from survey.index.tally import LAYOUT  # noqa: PLC0415 - beside its user

    form = Form.objects.create(instrument="skm-2017", version="1", layout=LAYOUT)
    kiosk = Kiosk.objects.create(name="k")
    found = []
    for number in range(UNITS):
        if number < LARGE_UNITS:
            regency = LARGE
        else:
            place = 1 + (number - LARGE_UNITS) % (REGENCIES - 1)
            regency = f"{11 + place // 60}.{1 + place % 60:02}"
        code = f"{regency}.{1 + number // 100:02}.{2001 + number % 100}"
        region = Region.objects.create(code=f"{code[:-4]}{2001 + number}", name=f"Desa {number}")
        unit = Unit.objects.create(code=f"u{number}", name=f"Unit {number}", region=region)
        building = Place.objects.create(code=f"p{number}", name="Balai", region=region)
        for service_number in range(SERVICES):
            service = Service.objects.create(unit=unit, code=f"s{service_number}", name="Layanan")
            series = Series.objects.create(unit=unit, service=service, place=building, kiosk=kiosk, form=form)
            found.append((series.pk, regency, (unit.pk, service.pk, building.pk, kiosk.pk, form.pk)))
    return found


def coded_form() -> Any:
    """Give the SKM's form."""
    from collector.scores.tallies.forms import coded  # noqa: PLC0415 - after django.setup()

    return coded("skm-2017", "1")


def duck_of(connection: sqlite3.Connection, path: Path) -> Any:
    """Give the same rows in DuckDB, in the order that serves it best; None where it is not installed."""
    try:
        import duckdb  # noqa: PLC0415 - measured beside us where somebody has installed it
    except ModuleNotFoundError:
        print("duckdb is not installed: compared with SQL by hand alone")
        return None
    duck = duckdb.connect(str(path))
    kinds = ", ".join(f"u{place} SMALLINT" for place in range(1, 10))
    duck.execute(
        f"CREATE TABLE response (regency TEXT, unit SMALLINT, service SMALLINT, day SMALLINT, {kinds})"
    )
    # In the covering index's own order, and in parts: ten million rows do not fit into everybody's memory.
    for frame in pd.read_sql(
        "SELECT * FROM response ORDER BY regency, day", connection, chunksize=ROWS_AT_ONCE
    ):
        duck.register("part", frame)
        duck.execute("INSERT INTO response SELECT * FROM part")
        duck.unregister("part")
    duck.execute("CHECKPOINT")
    return duck


def measure(asked: Asked, connection: sqlite3.Connection, duck: Any, rounds: int) -> None:
    """Compare the answers of one question, time all ways in turns, and print a line."""
    fetch, limit, answer, sums = our_ways(asked)
    sql, values = theirs(asked, connection)

    def by_hand() -> list[tuple[Any, ...]]:
        return connection.execute(sql, values).fetchall()

    def by_duck() -> list[tuple[Any, ...]]:
        return duck.execute(sql, values).fetchall() if duck is not None else []

    for way in (by_hand, by_duck) if duck is not None else (by_hand,):
        if sums() != {key: (n, tuple(rest)) for key, n, *rest, _squares in way()}:
            raise SystemExit(f"{asked.name}: the databases do not agree")
    ways: dict[str, Callable[[], object]] = {
        "tallies": fetch,
        "by hand": by_hand,
        "DuckDB": by_duck,
        "limit": limit,
        "answer": answer,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if turn:  # the first warms the caches of both
                times[name].append(1000 * (time.perf_counter() - began))
    found = {name: statistics.median(values) for name, values in times.items()}
    print(
        f"{asked.name:42}{found['tallies']:8.2f}ms{found['by hand']:8.1f}ms{found['by hand'] / found['tallies']:9.1f}x"
        f"{found['DuckDB']:8.1f}ms{found['DuckDB'] / found['tallies']:9.1f}x{found['limit']:8.2f}ms{found['answer']:8.1f}ms"
    )


def our_ways(
    asked: Asked,
) -> tuple[
    Callable[[], object], Callable[[], object], Callable[[], object], Callable[[], dict[object, object]]
]:
    """Give how we fetch, the least anybody must fetch, our whole answer, and our sums to compare."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    from collector.scores.ask import counting, fetching  # noqa: PLC0415 - after django.setup()
    from collector.scores.ask.queries import IndexQuestion, indices  # noqa: PLC0415 - after django.setup()
    from collector.scores.ask.scope import Days, Dimension, Scope  # noqa: PLC0415 - after django.setup()

    form = coded_form()
    scope = Scope(region=asked.region)
    days = Days(asked.period.first, asked.period.last)
    by = (Dimension(asked.by),)
    whose = {"unit": lambda code: int(code[1:]) + 1, "service": lambda code: int(code[1:]), "regency": str}[
        asked.by
    ]

    def run(column: str) -> object:
        rows = []
        with connection.cursor() as cursor:
            for statement in fetching.statements(1, scope, days, by):
                cursor.execute(statement.sql.replace("t.counts", column), statement.values)
                rows += cursor.fetchall()
        return rows

    def fetch() -> object:
        return run("t.counts")

    def limit() -> object:
        return run("0")

    def answer() -> object:
        return indices(IndexQuestion(scope, asked.period, by=by))

    def sums() -> dict[object, object]:
        found: dict[object, object] = {}
        for (code,), sides in counting.count(1, form, scope, days, by).groups.items():
            tally, _ = form.opened(sides.both)
            values = [moments(tally.counts_at(element), 1)[1] for element in range(9)]
            found[whose(code)] = (tally.complete, tuple(values))
        return found

    return fetch, limit, answer, sums


def theirs(asked: Asked, connection: sqlite3.Connection) -> tuple[str, tuple[Any, ...]]:
    """Give the query one would write by hand and its values, with the sum of squares that an interval needs."""
    first, last = ((day - date(1970, 1, 1)).days for day in (asked.period.first, asked.period.last))
    columns = [f"u{place}" for place in range(1, 10)]
    total = "+".join(columns)
    where = "regency = ?" if asked.region else "regency IN (SELECT DISTINCT regency FROM response)"
    sums = ", ".join(f"sum({column})" for column in columns)
    sql = (
        f"SELECT {asked.by}, count(*), {sums}, sum(({total})*({total})) FROM response"
        f" WHERE {where} AND day BETWEEN ? AND ? GROUP BY {asked.by}"
    )
    if not asked.region:  # without it SQLite would read every day of the three years
        sql = sql.replace(
            where, "regency IN (" + ", ".join(f"'{one}'" for one in regencies(connection)) + ")"
        )
    values = (asked.region, first, last) if asked.region else (first, last)
    return sql, values


def regencies(connection: sqlite3.Connection) -> Iterator[str]:
    """Give the codes of all regencies."""
    for (code,) in connection.execute("SELECT DISTINCT regency FROM response"):
        yield code


if __name__ == "__main__":
    main()
