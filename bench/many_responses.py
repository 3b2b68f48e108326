"""Fills a bench's country with millions of responses, rows and tallies as the collector itself would have stored them.

A few sample units are answered at in earnest: responses go through the collector's own projection, which writes their rows, days, months and groups. Each
other unit then gets all that one of them has, by a statement a table that moves the keys (`collector.scores.tallies.keys` lays them out so that a
whole unit or series moves by adding a number). So every sum is what a rebuild would come to, and ten million take minutes. Evidence is not made: pages read none.
"""

import random
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

SAMPLES = 12
DAYS = 150
"""Back from yesterday: two quarters at least, the running one among them."""
_FIRST_STREAM = 1 << 20
"""Streams of these responses have numbers of their own, behind those of a bench's kiosks."""
_ROWS = "at_ms, manner_id, profile_id, day, error_s, duration_s, boot, visit, flags, hour, answers"
_PROFILES = (
    {}, {"sex": "f", "age": "26-35"}, {"sex": "m", "age": "36-45"}, {"sex": "f", "age": "46-55"}, {"sex": "m", "age": ">65"},
)  # fmt: skip


def fill(number: int) -> int:
    """Give the units of a bench's database so many responses together; gives how many there are then."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from collector.scores.models import Response  # noqa: PLC0415 - the same

    began = time.monotonic()
    if (
        connection.vendor == "sqlite"
    ):  # nothing of this has to outlive a power cut, and a log of it would double the disk
        with connection.cursor() as cursor:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
                cursor.execute(f"PRAGMA {pragma}")
    with transaction.atomic():
        units = spread(number, datetime.now(UTC).date())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()
    made = Response.objects.count()
    print(f"{made:,} responses at {units:,} units, made in {time.monotonic() - began:.0f} s")
    return made


def spread(number: int, today: date) -> int:
    """Give the units called `u` and a number so many responses together; gives how many units they are."""
    from django.db import connection  # noqa: PLC0415 - after django.setup()

    from collector.fleet.models import Unit  # noqa: PLC0415 - the same

    units = list(Unit.objects.filter(code__regex=r"^u[0-9]+$").order_by("pk").values_list("pk", "code"))
    each = -(-number // len(units))
    samples = [answered_at(place, each, today) for place in range(SAMPLES)]
    series = _series(units, form=samples[0][2])
    with connection.cursor() as cursor:
        _staged(cursor, samples)
        _copies(cursor, units, series, samples)
        for statement in STATEMENTS:
            cursor.execute(statement.format(rows=_ROWS))
        for table in ("copy", *(table for table, _ in _KEPT)):
            cursor.execute(f"DROP TABLE bench_{table}")
    return len(units)


def answered_at(place: int, number: int, today: date) -> tuple[int, int, int]:
    """Have a unit answered at so often, over the working days; gives unit, series and form."""
    from collector.scores.models import Series  # noqa: PLC0415 - after django.setup()
    from collector.scores.tallies.projection import project  # noqa: PLC0415 - the same
    from tests.collector.scores.village import SKM, Post, add_unit, at  # noqa: PLC0415 - the same

    chance = random.Random(place)
    days = [one for one in (today - timedelta(days=back) for back in range(DAYS, 0, -1)) if one.weekday() < 5]
    post = Post(
        add_unit(f"sample-{place}", region=f"99.01.01.{3_001 + place}"),
        name=f"sample-{place}",
        stream=_stream(place),
    )
    middle = chance.gauss(3.3, 0.2)
    records = []
    for day in sorted(chance.choices(days, k=number)):
        given = {key: min(4, max(1, round(chance.gauss(middle, 0.6)))) for key in SKM.element_keys}
        if chance.random() < 0.1:
            given = dict(list(given.items())[:4])
        records.append(
            post.response(
                given, at(day, f"{chance.randrange(8, 16):02}:{chance.randrange(60):02}"),
                profile=chance.choice(_PROFILES), ended="finished" if len(given) == 9 else "left",
            )
        )  # fmt: skip
    project(records)
    found = Series.objects.get(unit=post.unit)
    return post.unit.pk, found.pk, found.form_id


def _stream(place: int) -> int:
    return _FIRST_STREAM - 1 - place


def _series(units: Sequence[tuple[int, str]], *, form: int) -> list[int]:
    """Give each unit a series of its own, with the kiosk and place of its number where the bench has made them; in order."""
    from collector.fleet.models import Kiosk, Place  # noqa: PLC0415 - after django.setup()
    from collector.scores.models import Series  # noqa: PLC0415 - the same

    places, kiosks = (
        dict(Place.objects.values_list("code", "pk")),
        dict(Kiosk.objects.values_list("name", "pk")),
    )
    some_place, some_kiosk = places["tempat-sample-0"], kiosks["sample-0"]
    made = Series.objects.bulk_create(
        [
            Series(
                unit_id=unit, form_id=form, place_id=places.get(code, some_place),
                kiosk_id=kiosks.get(f"k-{int(code[1:]):04}", some_kiosk),
            )
            for unit, code in units
        ],
        batch_size=5_000,
    )  # fmt: skip
    return [one.pk for one in made]


_KEPT = (
    ("response", "SELECT series_id AS series, id, {rows} FROM scores_response WHERE series_id IN ({series})"),
    ("daytally", "SELECT id / {day} AS series, id, counts FROM scores_daytally WHERE id / {day} IN ({series})"),
    ("unitday", "SELECT id / {unit_day} AS unit, id, counts FROM scores_unitday WHERE id / {unit_day} IN ({units})"),
    ("unittally", "SELECT id / {month} AS unit, id, counts FROM scores_unittally WHERE id / {month} IN ({units})"),
    ("grouptally", "SELECT id / {group} AS unit, id, counts FROM scores_grouptally WHERE id / {group} IN ({units})"),
)  # fmt: skip
"""What the samples have, kept aside: a table that is read while it is written to would be copied whole."""
STATEMENTS = (
    ("INSERT INTO scores_response (id, series_id, {rows})"
    " SELECT r.id + c.streams, c.series, {rows} FROM bench_copy c CROSS JOIN bench_response r WHERE r.series = c.of_series ORDER BY c.number"),
    *(
        f"INSERT INTO scores_{table} (id, counts) SELECT r.id + c.{shift}, r.counts FROM bench_copy c CROSS JOIN bench_{table} r"
        f" WHERE r.{owner} = c.of_{owner} ORDER BY c.number"
        for table, shift, owner in (
            ("daytally", "days", "series"), ("unitday", "unit_days", "unit"), ("unittally", "months", "unit"),
            ("grouptally", "groups", "unit"),
        )
    ),
)  # fmt: skip


def _staged(cursor: Any, samples: Sequence[tuple[int, int, int]]) -> None:
    for table, query in _KEPT:
        text = query.format(
            **_steps(), rows=_ROWS,
            units=", ".join(str(unit) for unit, *_ in samples), series=", ".join(str(one) for _, one, _ in samples),
        )  # fmt: skip
        cursor.execute(f"CREATE TEMPORARY TABLE bench_{table} AS {text}")
        owner = "unit" if "AS unit" in query else "series"
        cursor.execute(f"CREATE INDEX bench_{table}_of ON bench_{table} ({owner}, id)")


def _copies(
    cursor: Any,
    units: Sequence[tuple[int, str]],
    series: Sequence[int],
    samples: Sequence[tuple[int, int, int]],
) -> None:
    """Say which unit gets what of which sample, and by how much each key moves."""
    steps = _steps()
    cursor.execute(
        "CREATE TEMPORARY TABLE bench_copy (number integer PRIMARY KEY, of_unit bigint, of_series bigint, series bigint,"
        " streams bigint, days bigint, unit_days bigint, months bigint, groups bigint)"
    )
    rows = []
    for number, ((unit, _), own) in enumerate(zip(units, series, strict=True)):
        place = number % len(samples)
        of_unit, of_series, _form = samples[place]
        moved, streams = unit - of_unit, (_FIRST_STREAM + number - _stream(place)) << 32
        rows.append(
            (number, of_unit, of_series, own, streams, (own - of_series) * steps["day"], moved * steps["unit_day"],
             moved * steps["month"], moved * steps["group"])
        )  # fmt: skip
    cursor.executemany("INSERT INTO bench_copy VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", rows)


def _steps() -> dict[str, int]:
    """Give how far the keys of neighbouring series and units lie apart."""
    from collector.scores.tallies import keys  # noqa: PLC0415 - after django.setup()

    return {
        "day": keys.SERIES_STEP_DAYS, "unit_day": keys.unit_day_key(1, 0, 0), "month": keys.UNIT_STEP,
        "group": keys.GROUP_UNIT_STEP,
    }  # fmt: skip
