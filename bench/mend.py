"""How often a mend is called seen where nothing happened, and where something did, with and without the allowance for having picked the lowest.

    python -m bench.mend [--times 2000] [--days 16] [--people 4] [--seed 1]

Draws two quarters of nine elements that are equally good, with moods of days that each element has for itself and that all share, freezes both as a
release does, picks the element that was lowest in the first, and asks `collector.followup.mend.judged`.
"""

import argparse
import os
import random
from collections.abc import Iterable, Mapping
from typing import Any

import django

from survey.index.clusters import Clusters
from survey.index.doubt import Change
from survey.index.indices import index
from survey.index.tally import Tally
from survey.instrument.definition import load

SKM = load("skm-2017")
KEYS = SKM.element_keys
MOODS = ((0.0, 0.0), (0.3, 0.0), (0.3, 0.3), (0.6, 0.0))
"""How far days move each element for itself, and all of them together, on the scale of four points."""


def quarter(
    luck: random.Random,
    *,
    days: int,
    people: int,
    mood: tuple[float, float],
    moved: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Give what a release freezes of a quarter; `moved` is how much better an element is than the others."""
    tally, rows = Tally.empty(SKM), []
    for _ in range(days):
        shared = luck.gauss(0, mood[1])
        own = {key: luck.gauss(0, mood[0]) + shared + (moved or {}).get(key, 0) for key in KEYS}
        total, sums = 0, [0] * len(KEYS)
        for _ in range(people):
            person = luck.gauss(0, 0.4)
            given = {key: min(4, max(1, round(3 + own[key] + person + luck.gauss(0, 0.55)))) for key in KEYS}
            sums = [known + given[key] for known, key in zip(sums, KEYS, strict=True)]
            tally.add(given)
            total += sum(given.values())
        rows.append((people, total, *sums))
    found = index(SKM, tally, clusters=Clusters.of(rows))
    if found.days is None or found.bands is None:
        raise ValueError("a quarter has days and a table")
    return {
        "instrument": SKM.name,
        "index": {
            "policy": found.policy.value, "weight_mode": found.weight_mode.value, "mapping": None, "bands": found.table,
            "days": found.days.days, "enough_days": found.days.is_judged, "scale": {"low": 25.0, "high": 100.0},
            "elements": [
                {"key": one.key, "value": float(one.value), "interval": {"low": float(one.interval.low), "high": float(one.interval.high)}}
                for one in found.elements if one.interval is not None
            ],
        },
    }  # fmt: skip


def lowest(content: Mapping[str, Any]) -> str:
    """Give the element that stood lowest."""
    return str(min(content["index"]["elements"], key=lambda one: one["value"])["key"])


def shares(changes: Iterable[Change]) -> tuple[float, float]:
    """Give how often something was called better, and worse."""
    every = list(changes)
    return every.count(Change.BETTER) / len(every), every.count(Change.WORSE) / len(every)


def main() -> None:
    """Draw and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--days", type=int, default=16)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    measure(options.times, options.days, options.people, random.Random(options.seed))


def measure(times: int, days: int, people: int, luck: random.Random) -> None:
    """Print how often each way of judging says better, for each mood of days and for a mend of half a point."""
    from collector.releases.moved import judged  # noqa: PLC0415 - models load after django.setup() above

    def change(before: Mapping[str, Any], after: Mapping[str, Any], key: str, *, picked: bool) -> Change:
        found = judged(before, after, key, picked=picked)[1]
        return found.change if found is not None else Change.CANNOT_TELL

    print(
        "moods own/shared   fixed element better+worse   lowest, no allowance   lowest, allowed   half a point mended"
    )
    for mood in MOODS:
        way = {"days": days, "people": people, "mood": mood}
        pairs = [(quarter(luck, **way), quarter(luck, **way)) for _ in range(times)]  # type: ignore[arg-type]
        mended = [
            (quarter(luck, moved={"waktu": -0.5}, **way), quarter(luck, **way))  # type: ignore[arg-type]
            for _ in range(times // 4)
        ]
        fixed = sum(shares(change(*pair, "waktu", picked=False) for pair in pairs))
        bare = shares(change(*pair, lowest(pair[0]), picked=False) for pair in pairs)[0]
        allowed = shares(change(*pair, lowest(pair[0]), picked=True) for pair in pairs)[0]
        seen = shares(change(*pair, "waktu", picked=True) for pair in mended)[0]
        print(f"{mood[0]:.1f} / {mood[1]:.1f}   {fixed:7.1%}   {bare:7.1%}   {allowed:7.1%}   {seen:7.1%}")


if __name__ == "__main__":
    main()
