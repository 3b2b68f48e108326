"""How often the printed doubt is right when the answers of a day are alike: coverage, and false news of a change.

Run: python -m bench.coverage_days [--repeats 2000]

Draws days, each with a mood of its own that all its visitors share, and asks how often the printed interval holds the
long-run index of all such days; the interval that knows people alone stands beside it. *Alike* is the intra-day
correlation of the visitors' mean answers, as measured in a large draw. Prints the table of `docs/method.md`, section 3.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.coverage import SKM, Answers, holds, tally
from survey.index.clusters import Clusters
from survey.index.indices import Index, compare, index

Rng = np.random.Generator
Sizes = np.ndarray[tuple[int], np.dtype[np.int64]]
MANY_DAYS = 60_000


@dataclass(frozen=True)
class Office:
    """People who lean one way, and days that move all of them."""

    name: str
    mood: float
    between: float
    within: float
    one_question: bool = False
    """Whether the day moves the last question alone (a broken toilet) and not all nine."""

    def answers(self, rng: Rng, sizes: Sizes, day_sd: float) -> Answers:
        """Give the answers of days of these sizes, one day after the other."""
        people = int(sizes.sum())
        days = np.repeat(rng.normal(0, day_sd, len(sizes)), sizes)
        lean = rng.normal(self.mood, self.between, people)[:, None] + rng.normal(0, self.within, (people, 9))
        if self.one_question:
            lean[:, 8] += days
        else:
            lean += days[:, None]
        return (1 + (lean > -2) + (lean > -1) + (lean > 0.8)).astype(np.int64)

    def day_sd(self, alike: float) -> float:
        """Give the days' deviation that makes visitors of a day correlate so much, before answers are cut to four."""
        own = self.between**2 + self.within**2 / 9
        return float(np.sqrt(alike / (1 - alike) * own))


def even(days: int, people: int) -> Callable[[Rng], Sizes]:
    """Give days with equally many visitors."""
    return lambda _rng: np.full(days, people, dtype=np.int64)


def uneven(days: int, people: int) -> Callable[[Rng], Sizes]:
    """Give days with a few visitors or many: one in five has five times as many as the others."""
    usual = max(1, round(people * 5 / 9))
    return lambda rng: np.where(rng.random(days) < 0.2, 5 * usual, usual).astype(np.int64)


def batches(rng: Rng) -> Sizes:
    """Give forty days of which four hold 60 people each and the others 4: paper forms typed in at a time."""
    return rng.permutation(np.array([60] * 4 + [4] * 36, dtype=np.int64))


OFFICES = (
    Office("ordinary office", -0.05, 0.55, 0.75),
    Office("near the top", 1.8, 1.0, 1.0),
)
DESIGNS: tuple[tuple[str, Callable[[Rng], Sizes]], ...] = (
    ("10 x 3", even(10, 3)),
    ("10 x 10", even(10, 10)),
    ("20 x 10", even(20, 10)),
    ("10, uneven", uneven(10, 9)),
    ("20, uneven", uneven(20, 9)),
    ("60 x 3", even(60, 3)),
    ("60 x 10", even(60, 10)),
    ("60, uneven", uneven(60, 9)),
    ("40, batches", batches),
)
ALIKE = (0.0, 0.05, 0.19, 0.39)


def clustered(answers: Answers, sizes: Sizes) -> Clusters:
    """Give the sums over days of answers that lie one day after the other."""
    totals = np.add.reduceat(answers, np.concatenate(([0], np.cumsum(sizes)[:-1])))
    rows = np.column_stack((sizes, totals.sum(axis=1), totals))
    return Clusters.of(rows.tolist())


def found(answers: Answers, sizes: Sizes) -> Index:
    """Give the index of these days, days known."""
    return index(SKM, tally(answers), clusters=clustered(answers, sizes))


def correlation(answers: Answers, people: int) -> float:
    """Give the intra-day correlation of the visitors' mean answers, by analysis of variance over equal days."""
    means = answers.mean(axis=1).reshape(-1, people)
    between = people * means.mean(axis=1).var(ddof=1)
    within = means.var(axis=1, ddof=1).mean()
    return float((between - within) / (between + (people - 1) * within))


def cover(rng: Rng, repeats: int, named: str) -> None:
    """Print coverage with days, without them, and how often no change is called one."""
    print(
        "Percent of 95 % intervals that hold the long-run index / by people alone / pairs without change called"
    )
    print(f"{'office, alike':34}" + "".join(f"{name:>19}" for name, _ in DESIGNS))
    for office in (one for one in OFFICES if one.name.startswith(named)):
        for alike in ALIKE:
            day_sd = office.day_sd(alike)
            large = office.answers(rng, np.full(MANY_DAYS, 5, dtype=np.int64), day_sd)
            truth = 25 * float(large.mean())
            cells = [cell(rng, office, day_sd, truth, sizes_of, repeats) for _, sizes_of in DESIGNS]
            title = f"{office.name} {truth:.1f}, {correlation(large, 5):.2f}"
            print(f"{title:34}" + "".join(cells), flush=True)


def cell(
    rng: Rng, office: Office, day_sd: float, truth: float, sizes_of: Callable[[Rng], Sizes], repeats: int
) -> str:
    """Give one cell of the table."""
    held = alone = called = 0
    for _ in range(repeats):
        pair = []
        for _ in range(2):
            sizes = sizes_of(rng)
            answers = office.answers(rng, sizes, day_sd)
            pair.append(found(answers, sizes))
        held += sum(holds(one, truth) for one in pair)
        alone += holds(index(SKM, tally(answers)), truth)
        called += compare(*pair).unit.change != "cannot tell"
    return f"{50 * held / repeats:9.1f}/{100 * alone / repeats:4.1f}/{100 * called / repeats:4.1f}"


def elements(rng: Rng, repeats: int) -> None:
    """Print the coverage of an element's interval, whose days are taken to be those of the whole."""
    print("\nThe same for one element (the ninth): days move all questions, or that question alone (20 x 10)")
    for alone in (False, True):
        office = Office("", -0.05, 0.55, 0.75, one_question=alone)
        for alike in ALIKE:
            day_sd = office.day_sd(alike)
            sizes = np.full(20, 10, dtype=np.int64)
            truth = 25 * float(
                office.answers(rng, np.full(MANY_DAYS, 5, dtype=np.int64), day_sd)[:, 8].mean()
            )
            held = 0
            for _ in range(repeats):
                interval = found(office.answers(rng, sizes, day_sd), sizes).elements[8].interval
                held += interval is not None and float(interval.low) <= truth <= float(interval.high)
            words = "that one alone" if alone else "all questions "
            print(f"  {words} {alike:4}  {100 * held / repeats:5.1f}", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2_000)
    parser.add_argument("--office", default="", help="only offices whose name begins so")
    parser.add_argument("--seed", type=int, default=14)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    cover(rng, options.repeats, options.office)
    if not options.office:
        elements(rng, options.repeats)


if __name__ == "__main__":
    main()
