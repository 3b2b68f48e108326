"""The public lists over a whole country: what a page of them takes on the server.

    python -m bench.overview [--units 84000] [--responses 10000000] [--turns 15] [--postgres] [--folder KEPT]

Makes an SQLite database with the tree of regions of a country (38 provinces) and a release of every unit for two quarters, each the bytes of one that was
really published, with a value of its own; one in thirty did not report; and with `--responses` so many answers at them, the running quarter's among them. Then it asks for pages in this process, through all middleware, and prints the
median and the worst of the turns, the queries and the bytes. Goals: 100 ms, as many queries for each page of a kind, 60 kB.
"""

import argparse
import random
import statistics
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.own_collector import country

PATHS = (
    ("all units, by index", "/"),
    ("all units, by name, a page in the middle", "/?sort=nama&page=1000"),
    ("all units, by index, far down", "/?page=2100"),
    ("all units, most responses first", "/?sort=-responden"),
    ("all units, fell most first, category C", "/?sort=perubahan&mutu=C"),
    ("all units that did not report", "/?state=tidak+melapor"),
    ("a name looked for", "/?q=desa+4711"),
    ("provinces", "/region/"),
    ("a province: its regencies", "/region/18/"),
    ("a province: its units", "/region/18/?daftar=unit"),
    ("a regency: its districts", "/region/18.01/"),
    ("a regency: its units, by index", "/region/18.01/?daftar=unit"),
    ("a district: its units", "/region/18.01.05/"),
    ("an agency: its units", "/agency/dinas-7/"),
    ("a unit", "/unit/u4711/"),
    ("1,000 rows as CSV", "/?format=csv"),
)


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--units", type=int, default=84_000, help="at least 16,000: region 18 is the eighth")
    parser.add_argument("--responses", type=int, default=0)
    parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="make the database there, or use the one that is there")
    options = parser.parse_args()
    with country(options.folder, options.units, fill, responses=options.responses, postgres=options.postgres):
        for name, path in PATHS:
            ask(name, path, options.turns)


def ask(name: str, path: str, turns: int, client: Any = None) -> None:
    """Ask for a page several times, and print what it took; `client`: a test client that is logged in, where nobody else sees it."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()
    from django.test import Client  # noqa: PLC0415

    client = client or Client(headers={"host": "localhost"})
    queries: list[str] = []

    def counted(execute: Any, sql: str, *more: Any) -> Any:
        queries.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(counted):
        first = time.perf_counter()
        answer = client.get(path)
        size = len(answer.getvalue())
        first = 1000 * (time.perf_counter() - first)
    assert answer.status_code == 200, (path, answer.status_code)
    took, busy = [], []
    for _ in range(turns):
        began, worked = time.perf_counter(), time.process_time()
        client.get(path).getvalue()
        took.append(1000 * (time.perf_counter() - began))
        busy.append(1000 * (time.process_time() - worked))
    print(
        f"{name:42} median {statistics.median(took):6.1f} ms, worst {max(took):6.1f}, at work {statistics.median(busy):6.1f},"
        f" first {first:6.1f}; {len(queries)} queries, {size / 1000:.1f} kB"
    )


def fill(units: int) -> int:
    """Make the country with its releases; gives how many."""
    from django.db import transaction  # noqa: PLC0415 - after django.setup()

    from collector.fleet.models import Agency, Region, Unit  # noqa: PLC0415
    from collector.releases.models import Release  # noqa: PLC0415

    chance = random.Random(1)
    sample = published()
    places, regions = villages(units)
    with transaction.atomic():
        Region.objects.bulk_create(
            [Region(code=code, name=name) for code, name in regions.items()],
            batch_size=5_000,
            ignore_conflicts=True,
        )
        owners = Agency.objects.bulk_create(
            [Agency(code=f"dinas-{one}", name=f"Dinas {one}") for one in range(40)]
        )
        Unit.objects.bulk_create(
            [
                Unit(
                    code=f"u{number}", name=f"Balai Desa {number}", region_id=code, agency=owners[number % 40]
                )
                for number, code in enumerate(places)
            ],
            batch_size=5_000,
        )
    known = dict(Unit.objects.values_list("code", "pk"))
    made = 0
    for place, (period, first, last) in enumerate(
        (("2026-TW2", date(2026, 4, 1), date(2026, 6, 30)), ("2026-TW3", date(2026, 7, 1), date(2026, 9, 30)))
    ):
        subjects = [("unit", f"u{number}", known[f"u{number}"]) for number in range(units)]
        subjects += [("region", code, None) for code in regions if len(code) < 13]
        subjects += [("agency", f"dinas-{one}", None) for one in range(40)]
        with transaction.atomic():
            for start in range(0, len(subjects), 2_000):
                part = subjects[start : start + 2_000]
                Release.objects.bulk_create(
                    [
                        release(
                            sample,
                            chance,
                            subject,
                            code,
                            pk,
                            period,
                            first,
                            last,
                            number=made + one,
                            place=place,
                        )
                        for one, (subject, code, pk) in enumerate(part)
                    ]
                )
                made += len(part)
    return made


def villages(units: int) -> tuple[list[str], dict[str, str]]:
    """Give the code of the village of each unit of a country, and the names of all regions by their codes."""
    regions: dict[str, str] = {}
    places = []
    for number in range(units):
        province, regency, district = 11 + number // 2_210 % 38, 1 + number // 170 % 13, 1 + number // 12 % 14
        village = 2_001 + number // 84_000 * 100 + number % 12
        code = f"{province}.{regency:02}.{district:02}.{village}"
        for length, kind in ((2, "Provinsi"), (5, "Kabupaten"), (8, "Kecamatan"), (13, "Desa")):
            regions[code[:length]] = f"{kind} {code[:length]}"
        places.append(code)
    return places, regions


def published() -> bytes:
    """Publish a quarter of one unit for real, and give what it says."""
    from collector.releases import publishing  # noqa: PLC0415 - after django.setup()
    from collector.scores.tallies.projection import project  # noqa: PLC0415
    from survey.index.periods import parse  # noqa: PLC0415
    from tests.collector.scores.village import MONDAY, SKM, Post, add_unit, at  # noqa: PLC0415

    chance = random.Random(2)
    post = Post(add_unit("sample", region="99.01.01.2001"))
    records = []
    for day in range(1, 29):
        for _ in range(2):
            given = {key: chance.choice((2, 3, 3, 4)) for key in SKM.element_keys}
            records.append(post.response(given, at(MONDAY.replace(month=9, day=day))))
    project(records)
    found = publishing.publish(post.unit, parse("2026-TW3"), who="bench")
    said = bytes(found.content)
    found.steps.all().delete()
    found.delete()
    return said


def release(
    sample: bytes, chance: random.Random, subject: str, code: str, unit: int | None, period: str, first: date,
    last: date, *, number: int, place: int,
) -> Any:  # fmt: skip
    """Give a release of a subject with a value of its own."""
    from collector.releases.models import Release  # noqa: PLC0415 - after django.setup()
    from collector.releases.states import State  # noqa: PLC0415

    address = "".join("ABCDEFGHJKMNPQRSTUVWXYZ23456789"[number // 31**digit % 31] for digit in range(8))
    plain = Release(
        subject=subject, code=code, unit_id=unit, period=period, first_day=first, last_day=last, instrument="skm-2017",
        address=address, newest=True, state=State.PUBLISHED, published_at=datetime(2026, 10, 5, tzinfo=UTC),
    )  # fmt: skip
    if subject == "unit" and chance.random() < 1 / 30:
        plain.state, plain.content = State.NOT_REPORTED, b"{}"
        return plain
    value = Decimal(round(100 * min(98.0, max(60.0, chance.gauss(82, 5))))).scaleb(-2)
    half = Decimal(round(100 * chance.uniform(1, 4))).scaleb(-2)
    plain.value, plain.low, plain.high = value, value - half, min(value + half, Decimal(100))
    plain.category = "A" if value > Decimal("88.30") else "B" if value > Decimal("76.60") else "C"
    plain.n, plain.visits, plain.required = chance.randrange(30, 400), 500, 240
    plain.proof = "short" if chance.random() < 0.05 else "whole"
    if place:
        plain.change = Decimal(round(100 * chance.gauss(0, 3))).scaleb(-2)
        plain.trend = "better" if plain.change > 4 else "worse" if plain.change < -4 else "cannot tell"
    plain.content = sample if subject == "unit" else sample[:-1] + b',"units":12,"left_out":0,"counted":[]}'
    return plain


if __name__ == "__main__":
    main()
