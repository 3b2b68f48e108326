"""What cutting a breakdown adds to publishing: `python -m bench.breakdown_cut [--units 200]`.

Publishes invented quarters of 48 responses with services and profiles on SQLite, one unit with its groups, the next one without, and
compares the medians: what else the machine does weighs on both alike.
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import date, timedelta

from bench.own_collector import set_up

RESPONSES = 48
PROFILE = {
    "sex": ("L", "P"),
    "age": ("17", "18-25", "26-35", "36-45", "46-60"),
    "education": ("sd", "smp", "sma", "s1"),
    "job": ("tani", "dagang", "pns", "rumah"),
}


def main() -> None:
    """Fill, publish in turns and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--units", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        without, with_groups = publish(options.units)
    more = with_groups / without - 1
    print(
        f"{1000 * without:.1f} ms a unit without groups, {1000 * with_groups:.1f} ms with them: {more:+.1%}"
    )


def publish(units: int) -> tuple[float, float]:
    """Give the median seconds a unit takes without and with its groups."""
    from django.db import transaction  # noqa: PLC0415 - after django.setup()

    from collector.fleet.models import Unit  # noqa: PLC0415 - after django.setup()
    from collector.releases import publishing  # noqa: PLC0415 - after django.setup()
    from collector.releases.editions import Edition  # noqa: PLC0415 - after django.setup()
    from collector.scores.tallies.projection import project  # noqa: PLC0415 - after django.setup()
    from survey.index.periods import parse  # noqa: PLC0415 - beside the others
    from tests.collector.scores.village import SKM, Post, add_unit, at  # noqa: PLC0415 - after django.setup()

    chance = random.Random(1)
    for number in range(units):
        unit = add_unit(f"u{number}", region=f"18.{1 + number // 100:02}.01.{2001 + number % 100}")
        post = Post(unit, name=f"k{number}", stream=number + 1)
        services = [post.service(code) for code in ("kk", "ktp", "akta")]
        with transaction.atomic():
            project(
                post.response(
                    {key: chance.choice((2, 3, 3, 4)) for key in SKM.element_keys},
                    at(
                        date(2026, 7, 1) + timedelta(days=chance.randrange(92)),
                        "08:00",
                        seconds=chance.randrange(20_000),
                    ),
                    service=chance.choice(services),
                    profile={what: chance.choice(options) for what, options in PROFILE.items()},
                )
                for _ in range(RESPONSES)
            )
    took: tuple[list[float], list[float]] = ([], [])
    cut = Edition.breakdown
    for place, unit in enumerate(Unit.objects.select_related("region", "agency")):
        Edition.breakdown = cut if place % 2 else lambda _: b""  # type: ignore[method-assign]
        began = time.perf_counter()
        publishing.publish(unit, parse("2026-TW3"), who="bench")
        took[place % 2].append(time.perf_counter() - began)
    return statistics.median(took[0]), statistics.median(took[1])


if __name__ == "__main__":
    main()
