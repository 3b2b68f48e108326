"""Index with interval from stored tallies, beside a straightforward pandas group-by over the responses.

Run: python -m bench.index_speed [--units 10000] [--responses 60] [--rounds 5]

Ours reads stored tallies and gives for every unit the exact index, its category and interval, as a list of units shows
them; "with elements" adds the nine elements with their intervals and the probability of the category, as a sheet does. The
alternative is what a notebook does: all responses in a data frame, means by group in floats, mean ± 1.96 standard errors,
`round`, categories by comparison. It is timed without reading the data, which it needs whole. Both use one core. The limit is the least that
any exact answer in Python must do with the same tallies: one division a unit, no elements, no doubt.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from fractions import Fraction

import pandas as pd

from survey.index.indices import index
from survey.index.tally import Tally
from survey.instrument.definition import load
from survey.instrument.weights import half_up, two_decimals

SKM = load("skm-2017")
KEYS = list(SKM.element_keys)
Rows = list[tuple[int, ...]]


def simulate(units: int, responses: int, seed: int = 3) -> tuple[pd.DataFrame, Rows]:
    """Give the same responses as a data frame and as one stored tally a unit."""
    rng = random.Random(seed)
    frame: list[tuple[int, ...]] = []
    stored: Rows = []
    for unit in range(units):
        mood = rng.gauss(3.2, 0.25)
        answers = [
            tuple(min(4, max(1, round(rng.gauss(mood, 0.6)))) for _ in KEYS)
            for _ in range(max(2, round(rng.expovariate(1 / responses))))
        ]
        frame += [(unit, *row) for row in answers]
        stored.append(Tally.of(SKM, (dict(zip(KEYS, row, strict=True)) for row in answers)).to_ints())
    return pd.DataFrame(frame, columns=["unit", *KEYS]), stored


def ours(stored: Rows) -> list[str]:
    """Give every unit's printed value, category and interval."""
    found = [index(SKM, Tally.from_ints(SKM, ints)) for ints in stored]
    return [str(each.value) for each in found if each.interval and each.category]


def with_elements(stored: Rows) -> int:
    """Work out everything a sheet shows, for every unit."""
    found = 0
    for ints in stored:
        each = index(SKM, Tally.from_ints(SKM, ints))
        found += len(each.elements) + len(each.likelihoods)
    return found


def with_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Give index, interval and category by unit, as a notebook would."""
    groups = frame.assign(score=frame[KEYS].mean(axis=1)).groupby("unit")
    means = groups[KEYS].mean()
    result = pd.DataFrame({"ikm": (means.mean(axis=1) * 25).round(2), "n": groups.size()})
    for key in KEYS:
        error = groups[key].std() / result["n"] ** 0.5
        result[key] = (means[key] * 25).round(2)
        result[f"{key} low"], result[f"{key} high"] = (
            (means[key] - 1.96 * error) * 25,
            (means[key] + 1.96 * error) * 25,
        )
    error = groups["score"].std() / result["n"] ** 0.5 * 25
    result["low"], result["high"] = result["ikm"] - 1.96 * error, result["ikm"] + 1.96 * error
    result["mutu"] = pd.cut(result["ikm"], [0, 65.00, 76.61, 88.31, 101], right=False, labels=list("DCBA"))
    return result


def least(stored: Rows) -> list[int]:
    """Give every unit's index in hundredths and nothing else."""
    found = []
    for ints in stored:
        total = sum(value * sum(ints[place:39:4]) for value, place in ((1, 3), (2, 4), (3, 5), (4, 6)))
        found.append(half_up(25 * total, 9 * ints[0], 2))
    return found


def main() -> None:
    """Time the three in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--responses", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    frame, stored = simulate(options.units, options.responses)
    work: dict[str, Callable[[], object]] = {
        "ours": lambda: ours(stored),
        "elements": lambda: with_elements(stored),
        "pandas": lambda: with_pandas(frame),
        "limit": lambda: least(stored),
        "one": lambda: with_elements(stored[:1] * 200),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(options.rounds):
        for name, task in work.items():
            start = time.process_time()
            task()
            times[name].append(time.process_time() - start)
    median = {name: statistics.median(rounds) for name, rounds in times.items()}
    print(
        f"{options.units} units, {len(frame)} responses, median of {options.rounds} interleaved rounds, processor time"
    )
    for name, words, goal in (
        ("limit", "limit: the value alone, exact", ""),
        ("ours", "ours: value, category, interval", "goal 2 s for 10 000 units"),
        ("elements", "ours with elements and probabilities", "goal 2 s for 10 000 units"),
        ("pandas", "pandas group-by over the responses", ""),
    ):
        ratio = median[name] / median["pandas"]
        print(f"  {words:38} {median[name]:7.3f} s   {ratio:6.2f}x of pandas   {goal}")
    print(
        f"  {'ours with elements, one unit':38} {median['one'] / 200 * 1e3:7.3f} ms                   goal 1 ms"
    )
    print(f"  numbers read: ours {len(stored) * len(stored[0]):,}, pandas {frame.size:,}")
    exact, floats = ours(stored), with_pandas(frame)["ikm"]
    wrong = sum(f"{value:.2f}" != text for text, value in zip(exact, floats, strict=True))
    print(
        f"  printed values that pandas' floats and half-even rounding get wrong: {wrong} of {options.units}"
    )
    assert two_decimals(Fraction(least(stored)[0], 100)) == index(SKM, Tally.from_ints(SKM, stored[0])).value


if __name__ == "__main__":
    main()
