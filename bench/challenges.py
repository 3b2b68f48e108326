"""How often test visits catch a kiosk build that alters answers: seeded runs beside the closed form.

Run: python -m bench.challenges [--runs 10000] [--visits 60] [--seed 20270105]

A build alters 5 % of answers in one of three ways. Spread over single answers it is seen at nearly once, so whoever writes one bundles them: all nine answers of 5 % of
the visits. Or it alters only bad visits, for those are what it is paid for; then it matters what the auditor presses. A run counts as caught where what was
recorded differs from what was pressed at one visit at least. Prints the table of `docs/log.md`.
"""

import argparse
import random
from collections.abc import Callable, Sequence

ALTERED = 0.05
ELEMENTS = 9
BAD = 2.5
"""A visit with a lower mean is a bad one."""
BAD_SHARE = 0.2
"""Of citizens' visits, where a build looks for them."""

Answers = tuple[int, ...]
Build = Callable[[random.Random, Answers], Answers]
Pressing = Callable[[random.Random], Answers]


def altered(answers: Answers) -> Answers:
    """Raise what can be raised; a visit of nothing but fours is lowered, so that an alteration always is one."""
    raised = tuple(min(4, one + 1) for one in answers)
    return raised if raised != answers else tuple(one - 1 for one in answers)


def single_answers(dice: random.Random, pressed: Answers) -> Answers:
    """Alter each answer with 5 %."""
    return tuple((one % 4) + 1 if dice.random() < ALTERED else one for one in pressed)


def whole_visits(dice: random.Random, pressed: Answers) -> Answers:
    """Alter 5 % of the visits, all of each."""
    return altered(pressed) if dice.random() < ALTERED else pressed


def bad_visits(dice: random.Random, pressed: Answers) -> Answers:
    """Alter as many visits, and only bad ones: a quarter of those."""
    is_bad = sum(pressed) / ELEMENTS < BAD
    return altered(pressed) if is_bad and dice.random() < ALTERED / BAD_SHARE else pressed


def good(dice: random.Random) -> Answers:
    """Press threes and fours, as an auditor who does not want to be noticed."""
    return tuple(dice.choice((3, 4)) for _ in range(ELEMENTS))


def bad(dice: random.Random) -> Answers:
    """Press ones and twos."""
    return tuple(dice.choice((1, 2)) for _ in range(ELEMENTS))


def as_citizens(dice: random.Random) -> Answers:
    """Press as citizens do: one visit in five is a bad one."""
    return bad(dice) if dice.random() < BAD_SHARE else good(dice)


def half_bad(dice: random.Random) -> Answers:
    """Press badly at every second visit."""
    return bad(dice) if dice.random() < 0.5 else good(dice)


def caught(build: Build, pressing: Pressing, *, visits: int, runs: int, seed: int) -> float:
    """Give the share of runs in which one visit at least shows it."""
    dice = random.Random(seed)
    return sum(_run(build, pressing, visits, dice) for _ in range(runs)) / runs


def _run(build: Build, pressing: Pressing, visits: int, dice: random.Random) -> bool:
    for _ in range(visits):
        pressed = pressing(dice)
        if build(dice, pressed) != pressed:
            return True
    return False


def closed_form(share: float, visits: int) -> float:
    """Give the chance that a build which alters this share of visits is seen at one of them."""
    return 1 - (1 - share) ** visits


def most_altered(visits: int, *, sure: float = 0.95) -> float:
    """Give the share of altered visits that so many clean ones leave possible."""
    return 1 - (1 - sure) ** (1 / visits)


CASES: Sequence[tuple[str, Build, Pressing, float]] = (
    ("5 % of visits, all nine answers", whole_visits, as_citizens, ALTERED),
    ("5 % of single answers", single_answers, as_citizens, 1 - (1 - ALTERED) ** ELEMENTS),
    ("only bad visits; auditors press as citizens", bad_visits, as_citizens, ALTERED),
    (
        "only bad visits; auditors press badly every second time",
        bad_visits,
        half_bad,
        ALTERED / BAD_SHARE / 2,
    ),
    ("only bad visits; auditors press well alone", bad_visits, good, 0.0),
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--visits", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20270105)
    given = parser.parse_args()
    print(f"{given.runs} runs of {given.visits} test visits, seed {given.seed}")
    print("| The build alters | caught | closed form |")
    print("| --- | --- | --- |")
    for name, build, pressing, share in CASES:
        found = caught(build, pressing, visits=given.visits, runs=given.runs, seed=given.seed)
        print(f"| {name} | {100 * found:.2f} % | {100 * closed_form(share, given.visits):.2f} % |")
    print("| Clean visits | at most altered, 95 % sure |")
    print("| --- | --- |")
    for visits in (10, 30, 60, 100, 300):
        print(f"| {visits} | {100 * most_altered(visits):.1f} % |")


if __name__ == "__main__":
    main()
