"""Publishing the quarter of many units in one go, as `ikm-collector release publish --all` does it.

    python -m bench.publish [--units 2000] [--responses 12] [--hands 1] [--profile]

Fills an SQLite database with invented units and one quarter of responses with profiles each, straight through the projection, and publishes
them all. Prints what a unit took in each tenth of the way, so that a pace which falls with what is out already would be seen, what the
releases take on the disk, and the most memory this process ever had.
"""

import argparse
import cProfile
import pstats
import random
import resource
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from bench.own_collector import set_up

FIRST = date(2021, 7, 1)
PERIOD = "2021-TW3"


def main() -> None:
    """Fill, publish and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--units", type=int, default=2_000)
    parser.add_argument("--responses", type=int, default=12, help="of each unit")
    parser.add_argument("--hands", type=int, default=1, help="processes that work out what this one writes")
    parser.add_argument("--profile", action="store_true", help="say where the time goes (slower)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        fill(options.units, options.responses)
        if options.profile:
            with cProfile.Profile() as profile:
                publish(Path(folder), options.hands)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
        else:
            publish(Path(folder), options.hands)


def fill(units: int, responses: int) -> None:
    """Make units with a quarter of responses each, fifty units a transaction."""
    from django.db import connection, transaction  # noqa: PLC0415 - after django.setup()

    from collector.scores.tallies import flagging  # noqa: PLC0415 - after django.setup()
    from collector.scores.tallies.projection import project  # noqa: PLC0415 - after django.setup()
    from tests.collector.scores.village import SKM, Post, add_unit, at  # noqa: PLC0415 - after django.setup()

    chance = random.Random(7)
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # filling is not what is measured
    for start in range(0, units, 50):
        with transaction.atomic():
            for number in range(start, min(start + 50, units)):
                code = f"{11 + number // 3000}.{1 + number // 100 % 30:02}.01.{2001 + number % 100}"
                post = Post(add_unit(f"u{number}", region=code), name=f"k{number}", stream=number + 1)
                # Every quarter of an hour of an office day a kiosk says that it is alive; one a day costs publishing as much.
                records = [post.alive(at(FIRST + timedelta(days=day))) for day in range(90)]
                for _ in range(responses):
                    given = {key: chance.choice((2, 3, 3, 4)) for key in SKM.element_keys}
                    day = FIRST + timedelta(days=chance.randrange(90))
                    profile = {"sex": chance.choice("LP")}
                    records.append(
                        post.response(given, at(day, seconds=chance.randrange(20_000)), profile=profile)
                    )
                project(records)
    flagging.settle()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    print(f"{units} units with {responses} responses each, filled in {time.perf_counter() - began:.0f} s")


def publish(folder: Path, hands: int) -> None:
    """Publish the quarter of all, and print the pace."""
    from collector.releases import many  # noqa: PLC0415 - after django.setup()
    from survey.index.periods import parse  # noqa: PLC0415 - beside the others

    held = size(folder)
    began = told = time.perf_counter()
    worked, out, last = time.process_time(), 0, 0
    for part in many.publish_all(parse(PERIOD), who="bench", hands=hands):
        if part.refused:
            raise SystemExit(f"{part.refused[0][0]}: {part.refused[0][1]}")
        out += part.out
        now = time.perf_counter()
        if out - last >= (out + part.left) / 10 or not part.left:
            print(
                f"{out:6} out: {1000 * (now - told) / (out - last):5.1f} ms a unit; memory {memory():.0f} MB",
                flush=True,
            )
            told, last = now, out
    took, busy = time.perf_counter() - began, time.process_time() - worked
    print(
        f"{out} units in {took / 60:.1f} minutes: {1000 * took / out:.1f} ms a unit, {1000 * busy / out:.1f} of them at work in this process;"
        f" {(size(folder) - held) / out / 1024:.1f} kB a release on the disk"
    )


def size(folder: Path) -> int:
    """Give what the database takes, in bytes."""
    return sum(file.stat().st_size for file in folder.glob("*.sqlite3*"))


def memory() -> float:
    """Give the most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
