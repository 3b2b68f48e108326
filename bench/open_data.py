"""The open data of a whole country: how long each file takes, how large it is, and what it costs in memory.

    python -m bench.open_data [--units 84000] [--folder KEPT]

Uses the invented country of `bench.overview`, and asks for each file of its newest quarter in this process, through all middleware. The memory is the
most that Python held beyond what it held before the file (`tracemalloc`), which slows the writing by half or more: each file is sent once with and once without.
"""

import argparse
import time
import tracemalloc
from pathlib import Path

from bench import overview
from bench.own_collector import country

SET = "/data/skm-2017/2026-TW3/"
FILES = ("", "rilis.csv", "unsur.csv", "data.json", "region/18/rilis.csv", "agency/dinas-7/rilis.csv")


def main() -> None:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--units", type=int, default=84_000, help="at least 16,000: region 18 is the eighth")
    parser.add_argument("--folder", type=Path, help="make the database there, or use the one that is there")
    options = parser.parse_args()
    with country(options.folder, options.units, overview.fill):
        sent(SET)  # the first request of a process reads modules and templates
        for file in FILES:
            seconds, size = sent(SET + file)
            tracemalloc.start()
            sent(SET + file)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            print(
                f"{file or 'the page':26} {seconds:8.2f} s {size / 1e6:8.2f} MB, {most / 1e6:6.1f} MB at most"
            )


def sent(path: str) -> tuple[float, int]:
    """Ask for a file and throw it away; gives seconds and bytes."""
    from django.test import Client  # noqa: PLC0415 - after django.setup()

    started = time.perf_counter()
    answer = Client(headers={"host": "localhost"}).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    parts = answer.streaming_content if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    size = sum(len(part) for part in parts)
    return time.perf_counter() - started, size


if __name__ == "__main__":
    main()
