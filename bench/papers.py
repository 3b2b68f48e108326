"""How long each paper of a release takes, warm and in a process of its own, and how large it is.

    python -m bench.papers [--people 312] [--times 20]

Fills an SQLite database with one unit, publishes its quarter, and makes each format so many times; the first one loads the type and
compiles the design.
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from datetime import date, timedelta

from bench.own_collector import set_up


def main() -> None:
    """Fill, make and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--people", type=int, default=312)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        measure(fill(options.people), options.times)


def fill(people: int) -> object:
    """Publish a quarter in which so many people answered."""
    from django.db import transaction  # noqa: PLC0415 - after django.setup()

    from collector.releases.publishing import publish  # noqa: PLC0415 - as above
    from collector.scores.tallies.projection import project  # noqa: PLC0415 - as above
    from survey.index.periods import parse  # noqa: PLC0415 - as above
    from tests.collector.scores.village import Post, add_unit, answers, at  # noqa: PLC0415 - as above

    post, luck = (
        Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju")),
        random.Random(1),
    )
    first = date(2025, 10, 6)
    with transaction.atomic():
        project(
            [
                post.response(
                    answers(*luck.choices((1, 2, 3, 4), (1, 4, 40, 55), k=9)),
                    at(first + timedelta(days=place % 60), seconds=60 * (place // 60)),
                    profile={"sex": luck.choice("LP"), "education": luck.choice(("sd", "smp", "sma", "s1"))},
                )
                for place in range(people)
            ]
        )
    return publish(post.unit, parse("2025-TW4"), who="bench")


def measure(release: object, times: int) -> None:
    """Make each format and print."""
    from collector.papers.press import Apart, Warm  # noqa: PLC0415 - after django.setup()
    from collector.papers.registry import formats  # noqa: PLC0415 - as above
    from collector.papers.said import said_of  # noqa: PLC0415 - as above

    begun = time.perf_counter()
    for _ in range(times):
        said = said_of(release)  # type: ignore[arg-type]
    print(f"{'what a release says':28} {1000 * (time.perf_counter() - begun) / times:7.0f} ms")
    print(f"{'':28} {'first':>7}    {'next':>7}    {'apart':>7}    {'size':>7}")
    for one in formats().values():
        took = []
        for _ in range(times):
            begun = time.perf_counter()
            made = one.make(said, Warm())
            took.append(1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        one.make(said, Apart())
        apart = 1000 * (time.perf_counter() - begun)
        print(
            f"{one.name:28} {took[0]:7.0f} ms {statistics.median(took[1:]):7.0f} ms {apart:7.0f} ms {len(made) / 1000:7.0f} kB"
        )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
