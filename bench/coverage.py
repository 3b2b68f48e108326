"""How often the printed doubt is right: coverage of the intervals, of the category's probability and of comparisons.

Run: python -m bench.coverage [--repeats 2000]

Draws respondents from populations of several kinds, from the ordinary to the most skewed, and asks how often the printed
interval holds the population's own index; the plain interval, mean ± t·s/√n, stands beside it. Prints the tables of
`docs/method.md`.
"""

import argparse
import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from survey.index.doubt import two_sided
from survey.index.indices import Index, compare, index
from survey.index.tally import Tally
from survey.instrument.definition import load

SKM = load("skm-2017")
SIZES = (10, 20, 30, 50, 100, 200, 400)
PEOPLE = 60_000
Answers = NDArray[np.int64]


def latent(
    rng: np.random.Generator, mood: float, *, between: float, within: float, people: int = PEOPLE
) -> Answers:
    """Give people who lean one way (`between`) and answer each question a little differently (`within`)."""
    lean = rng.normal(mood, between, people)[:, None] + rng.normal(0, within, (people, 9))
    return (1 + (lean > -2) + (lean > -1) + (lean > 0.8)).astype(np.int64)


def straight(rng: np.random.Generator, *shares: float) -> Answers:
    """Give people who press the same answer nine times."""
    return np.repeat(rng.choice([1, 2, 3, 4], PEOPLE, p=shares)[:, None], 9, axis=1)


def populations(rng: np.random.Generator) -> Iterator[tuple[str, Answers]]:
    """Give kinds of people by name."""
    yield "ordinary office", latent(rng, -0.05, between=0.55, within=0.75)
    yield "strong opinions", latent(rng, 0.2, between=1.0, within=1.0)
    yield "near the top", latent(rng, 1.8, between=1.0, within=1.0)
    top = latent(rng, 2.8, between=0.9, within=0.8)
    yield "at the top", top
    half = top.copy()
    half[rng.random(PEOPLE) < 0.5] = 4
    yield "at the top, half press 4 nine times", half
    yield "all press one answer nine times", straight(rng, 0.05, 0.0, 0.15, 0.80)
    angry = np.where(rng.random((PEOPLE, 9)) < 0.02, 3, 4)
    few = rng.random(PEOPLE) < 0.03
    angry[few] = rng.integers(1, 3, (int(few.sum()), 9))
    yield "97 content, 3 angry", angry


def tally(answers: Answers) -> Tally:
    """Give the tally of complete responses."""
    counts = [int((answers[:, place] == value).sum()) for place in range(9) for value in (1, 2, 3, 4)]
    scores = answers.sum(axis=1)
    return Tally.from_ints(SKM, [len(answers), 0, int((scores * scores).sum()), *counts, *[0] * 36])


def draw(rng: np.random.Generator, people: Answers, n: int) -> Answers:
    """Give `n` of the people, each drawn independently."""
    return people[rng.integers(0, len(people), n)]


def holds(found: Index, truth: float) -> bool:
    """Say whether the printed interval holds the truth, to the printed hundredth."""
    return (
        found.interval is not None
        and float(found.interval.low) - 0.005 <= truth <= float(found.interval.high) + 0.005
    )


def plainly(scores: NDArray[np.float64], truth: float) -> bool:
    """Say whether mean ± t·s/√n holds the truth."""
    n = len(scores)
    return bool(abs(scores.mean() - truth) <= two_sided(n - 1) * scores.std(ddof=1) / n**0.5 + 0.005)


def cover(rng: np.random.Generator, repeats: int) -> None:
    """Print the coverage of unit and element intervals beside the plain ones."""
    print(
        "Coverage of the 95 % interval in percent: unit / nine elements; below it mean ± t·s/√n; then the mean width\n"
    )
    print(f"{'population (index, sd)':48}" + "".join(f"{f'n={n}':>15}" for n in SIZES))
    for name, people in populations(rng):
        truth = 25 * people.mean()
        truths = 25 * people.mean(axis=0)
        spread = 25 * people.mean(axis=1).std()
        lines: tuple[list[str], list[str], list[str]] = [], [], []
        for n in SIZES:
            unit = elements = plain = plain_elements = 0
            width = 0.0
            for _ in range(repeats):
                rows = draw(rng, people, n)
                found = index(SKM, tally(rows))
                unit += holds(found, truth)
                plain += plainly(25 * rows.mean(axis=1), truth)
                place = int(rng.integers(0, 9))  # one of the nine, for the nine are alike
                element = found.elements[place]
                elements += (
                    element.interval is not None
                    and float(element.interval.low) - 0.005
                    <= truths[place]
                    <= float(element.interval.high) + 0.005
                )
                plain_elements += plainly(25.0 * rows[:, place], truths[place])
                if found.interval is not None:
                    width += float(found.interval.high - found.interval.low)
            lines[0].append(f"{100 * unit / repeats:8.1f} /{100 * elements / repeats:5.1f}")
            lines[1].append(f"{100 * plain / repeats:8.1f} /{100 * plain_elements / repeats:5.1f}")
            lines[2].append(f"{width / repeats:15.1f}")
        print(f"{f'{name} ({truth:.1f}, {spread:.1f})':48}" + "".join(lines[0]))
        print(f"{'  plain':48}" + "".join(lines[1]))
        print(f"{'  width of ours':48}" + "".join(lines[2]), flush=True)


def finite(rng: np.random.Generator, repeats: int) -> None:
    """Print the coverage with the finite population correction, drawing without return."""
    print("\nWithout return from N users, N known: coverage of the unit's interval in percent")
    for size, n in ((50, 44), (150, 30), (150, 108), (500, 217)):
        held = 0
        people = latent(rng, 1.0, between=0.8, within=0.8, people=size)
        truth = 25 * people.mean()
        for _ in range(repeats):
            rows = people[rng.permutation(size)[:n]]
            held += holds(index(SKM, tally(rows), population=size), truth)
        print(f"  N={size:4} n={n:4}  {100 * held / repeats:5.1f}", flush=True)


def categories(rng: np.random.Generator, repeats: int) -> None:
    """Print how often the category shown is the true one, by the probability printed beside it."""
    shown: dict[str, list[tuple[float, bool]]] = {}
    bands = SKM.bands
    if bands is None:
        sys.exit("the SKM has bands")
    for _ in range(repeats * 4):
        people = latent(rng, rng.uniform(-1.0, 2.2), between=0.6, within=0.75, people=4_000)
        truth = index(SKM, tally(people)).category.letter
        found = index(SKM, tally(draw(rng, people, int(rng.choice([15, 30, 60, 120])))))
        stated = found.likelihood or 0.0
        for low, high in ((0.0, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01)):
            if low <= stated < high:
                shown.setdefault(f"{low:.0%} to {min(high, 1):.0%}", []).append(
                    (stated, truth == found.category.letter)
                )
    print("\nProbability of the category: as printed, and how often the category was the true one")
    for name, cases in sorted(shown.items()):
        stated, right = (sum(case[place] for case in cases) / len(cases) for place in (0, 1))
        print(f"  {name:12} printed {stated:6.1%}   true {right:6.1%}   of {len(cases)} units", flush=True)


def changes(rng: np.random.Generator, repeats: int) -> None:
    """Print how often two periods are called different when they are not, and when they are."""
    print("\nTwo periods, n each: called better or worse, in percent of pairs")
    same = latent(rng, 0.6, between=0.6, within=0.75)
    better = latent(rng, 0.85, between=0.6, within=0.75)
    top = latent(rng, 2.8, between=0.9, within=0.8)
    for name, first, second in (
        (f"no change at {25 * same.mean():.1f}", same, same),
        (f"no change at {25 * top.mean():.1f}", top, top),
        (f"{25 * same.mean():.1f} to {25 * better.mean():.1f}", same, better),
    ):
        row = []
        for n in (20, 50, 100, 200, 400):
            called = sum(
                compare(
                    index(SKM, tally(draw(rng, first, n))), index(SKM, tally(draw(rng, second, n)))
                ).unit.change
                != "cannot tell"
                for _ in range(repeats)
            )
            row.append(f"n={n}: {100 * called / repeats:5.1f}")
        print(f"  {name:24} " + "   ".join(row), flush=True)


def partial(rng: np.random.Generator, repeats: int) -> None:
    """Print the coverage when incomplete responses count and a third of the people stop somewhere."""
    print(
        "\nPolicy `all`, a third of the people stop at a random question: coverage of the unit's interval in percent"
    )
    people = latent(rng, 0.6, between=0.6, within=0.75)
    truth = 25 * people.mean()
    for n in (20, 50, 100, 200):
        held = 0
        for _ in range(repeats // 4):
            found = Tally.empty(SKM)
            for row in draw(rng, people, n).tolist():
                stop = int(rng.integers(1, 9)) if rng.random() < 1 / 3 else 9
                found.add(dict(zip(SKM.question_order[:stop], row, strict=False)))
            held += holds(index(SKM, found, policy="all"), truth)
        print(f"  n={n:4}  {400 * held / repeats:5.1f}", flush=True)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=14)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    for table in (cover, finite, categories, changes, partial):
        table(rng, options.repeats)


if __name__ == "__main__":
    main()
