"""Disk per response in a village's collector: evidence, rows, tallies and all indexes together.

    python -m bench.disk_per_response [--days 60]

Four village kiosks write what real ones write in 60 days: 20 visits a day over eight services, each a smiley and a questionnaire with
profile, some broken off, an `alive` record every quarter of an hour day and night, a `clock` record a day; sent in small batches as a
connected kiosk sends them. Beside it, in the same run, the same responses in the table one would make by hand: a JSON text, a text
key and an index on unit and day.
"""

import argparse
import json
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.own_collector import set_up

LIMIT = 300
KIOSKS, VISITS, BATCH = 4, 20, 6
DAY_MS, QUARTER_MS = 86_400_000, 900_000


def main() -> None:
    """Write, weigh and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--days", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        file = Path(folder) / "collector.sqlite3"
        settle(file)
        empty = file.stat().st_size
        responses = list(write(options.days))
        settle(file)
        print(f"{len(responses):,} responses of {KIOSKS} kiosks in {options.days} days")
        weigh(file, len(responses))
        ours = (file.stat().st_size - empty) / len(responses)
        theirs = by_hand(Path(folder) / "by-hand.sqlite3", responses)
        print(
            f"{'all together':34} {ours:7.1f} bytes a response, over the {empty / 1024:.0f} KiB of an empty collector"
        )
        print(f"{'limit':34} {LIMIT:7.1f}  ({ours / LIMIT:.2f} of it)")
        print(f"{'rows by hand, no evidence':34} {theirs:7.1f}  (ours is {ours / theirs:.2f} of it)")


def settle(file: Path) -> None:
    """Bring everything from the write-ahead log into the file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def write(days: int) -> Iterator[str]:
    """Let the kiosks write and send; gives every response as the JSON one would store by hand."""
    from collector.evidence.intake.accept import accept  # noqa: PLC0415 - after django.setup()
    from collector.evidence.intake.arrivals import Accepted, Arrival  # noqa: PLC0415 - after django.setup()
    from collector.evidence.models import Door  # noqa: PLC0415 - after django.setup()
    from collector.fleet import tree  # noqa: PLC0415 - after django.setup()
    from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk  # noqa: PLC0415 - after django.setup()

    chance = random.Random(5)
    for number in range(KIOSKS):
        region = tree.add_region(f"18.01.05.{2001 + number}")
        unit = tree.add_unit(
            code=f"u{number}", name=f"Balai {number}", region=region, agency=None, time_zone="Asia/Jakarta"
        )
        for service in range(8):
            tree.add_service(unit=unit, code=f"s{service}", name=f"Layanan {service}")
        kiosk = FakeKiosk.enrolled(unit)
        sent = 0
        for day in range(days):
            for body in one_day(kiosk, chance, day):
                yield json.dumps(body | {"unit": unit.code, "id": f"{kiosk.name}-{kiosk.last}", "day": day})
            while sent < kiosk.last:
                batch = kiosk.batch(sent + 1, min(sent + BATCH, kiosk.last))
                received = MORNING_MS + (day + 1) * DAY_MS
                (outcome,) = accept([Arrival(payload=batch, door=Door.MQTT, received_ms=received)])
                if not isinstance(outcome, Accepted):
                    raise SystemExit(f"refused: {outcome}")
                sent = min(sent + BATCH, kiosk.last)


def one_day(kiosk: object, chance: random.Random, day: int) -> Iterator[dict[str, object]]:
    """Let a kiosk write a day: gives the bodies of its responses."""
    from tests.collector.fake_kiosk import MORNING_MS, pulse, skm  # noqa: PLC0415 - after django.setup()

    moments = [(quarter * QUARTER_MS, "alive") for quarter in range(96)]
    moments += [(28_800_000 + chance.randrange(28_000_000), "visit") for _ in range(VISITS)]
    elapsed = 0
    for visit, (moment, what) in enumerate(sorted(moments)):
        after, elapsed = moment - elapsed, moment
        if what == "alive":
            counts = {
                "presses": 30,
                "visits": 2,
                "asked": 2,
                "answered": 1,
                "rejected": {},
                "screen": "idle",
                "open": True,
            }
            kiosk.record("alive", counts, after_ms=after)
            continue
        mood = chance.gauss(3.2, 0.6)
        values = [min(4, max(1, round(chance.gauss(mood, 0.4)))) for _ in range(9)]
        profile = {"sex": chance.choice("LP"), "age": chance.choice(("18-25", "26-35", "36-45", "46-55"))}
        named = {"service": f"s{chance.randrange(8)}", "profile": profile}
        whole = 9 if chance.random() < 0.8 else chance.randrange(1, 8)
        bodies = [
            pulse(round(min(4, max(1, mood))), visit=visit),
            skm(*values[:whole], visit=visit, duration_s=chance.randrange(20, 120), **named),
        ]
        if whole < 9:
            bodies[1] |= {"ended": "timeout", "ended_at": "produk"}
        for place, body in enumerate(bodies):
            kiosk.record("response", body, after_ms=after if not place else 1000 * int(body["duration_s"]))
            yield body
        elapsed += 1000 * int(bodies[1]["duration_s"])
    at = MORNING_MS + (day + 1) * DAY_MS
    kiosk.record(
        "clock", {"source": "ntp", "reason": "sync"}, after_ms=max(0, DAY_MS - elapsed), at=at, sync=True
    )


def weigh(file: Path, responses: int) -> None:
    """Print what each group of tables takes, with its indexes."""
    with closing(sqlite3.connect(file)) as connection:
        sizes = dict(
            connection.execute(
                "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name"
            ).fetchall()
        )
    groups = {
        "evidence": [name for name in sizes if name.startswith("evidence_")],
        "responses": ["scores_response"],
        "tallies": ["scores_daytally", "scores_unitday", "scores_unittally", "scores_grouptally"],
        "alive marks": ["scores_kioskday"],
    }
    for what, names in groups.items():
        print(f"{what:34} {sum(sizes.get(name, 0) for name in names) / responses:7.1f}")


def by_hand(file: Path, responses: list[str]) -> float:
    """Store the responses as one would, and give the bytes a response."""
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE response (id TEXT PRIMARY KEY, unit TEXT, day INTEGER, body TEXT)")
    connection.executemany(
        "INSERT INTO response VALUES (?, ?, ?, ?)",
        ((body["id"], body["unit"], body["day"], text) for text in responses for body in [json.loads(text)]),
    )
    connection.execute("CREATE INDEX by_unit ON response (unit, day)")
    connection.commit()
    connection.close()
    return file.stat().st_size / len(responses)


if __name__ == "__main__":
    main()
