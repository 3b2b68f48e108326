"""How well the flags find planted patterns, and how often they cry wrong: simulated days of one kiosk.

    python -m bench.flag_rules [--days 400] [--seed 1]

Honest days have mornings busier than afternoons, people who come in pairs, respondents whose nine answers resemble each other, one in
eight who gives the best answer to everything, one in three who gives only the smiley, and everybody a pace of his own. Six kinds of
office differ in how good and how busy they are; in the last but one a crowd gives the best answers all day long, in the last staff see
to it that everybody in the queue fills in the whole form. Then days of the first four
get one pattern each, between and over the honest visits. A planted response counts as found when it carries any flag; an honest
response that carries one is a false alarm. Every day has 28 days of the same office before it, for the rule that looks at a kiosk's own
past; on some days many more come than on any of those.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.flag_days import (
    CROWDS,
    OFFICES,
    PATTERNS,
    TYPED_PATTERNS,
    Day,
    Filling,
    Office,
    Pasts,
    honest,
    sheets,
)
from collector.scores.tallies.flags import Flag, flags_of


@dataclass
class Outcome:
    """Counts of one kind of day."""

    planted: int = 0
    found: int = 0
    honest: int = 0
    alarms: int = 0

    def add(self, day: Day) -> dict[int, Flag]:
        """Judge a day."""
        flags = flags_of(day.responses, staff=day.staff, past=day.past)
        self.planted += len(day.planted)
        self.found += len(day.planted & set(flags))
        self.honest += len(day.responses) - len(day.planted)
        self.alarms += len(set(flags) - day.planted)
        return {number: flag for number, flag in flags.items() if number not in day.planted}


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--days", type=int, default=400, help="days of each kind in each office")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, pasts = random.Random(options.seed), Pasts(options.seed)
    _honest_days(chance, options.days, honest, pasts)
    _planted_days(chance, options.days, honest, PATTERNS, pasts)
    print("\nmany more than on other days (twelve)")
    _honest_days(random.Random(options.seed), options.days, honest, pasts, offices=CROWDS, ordinary=12)
    print("\ntyped in from paper")
    chance = random.Random(options.seed)
    _honest_days(chance, options.days, sheets, pasts)
    _planted_days(chance, options.days, sheets, TYPED_PATTERNS, pasts)


def _honest_days(
    chance: random.Random,
    days: int,
    fill: Filling,
    pasts: Pasts,
    *,
    offices: Sequence[Office] = OFFICES,
    ordinary: int | None = None,
) -> None:
    causes: Counter[str] = Counter()
    print(f"{'honest days':28} {'responses':>10} {'false alarms':>13} {'share':>8}")
    for office in offices:
        outcome = Outcome()
        for _ in range(days):
            day = Day(chance)
            fill(day, office)
            day.past = pasts.of(office, ordinary or office.visits)
            for flag in outcome.add(day).values():
                causes.update(one.name or "" for one in flag)
        print(
            f"{office.name:28} {outcome.honest:10} {outcome.alarms:13} {outcome.alarms / outcome.honest:8.2%}"
        )
    print(
        "false alarms by rule:",
        ", ".join(f"{name} {number}" for name, number in causes.most_common()) or "none",
    )
    print()


def _planted_days(
    chance: random.Random,
    days: int,
    fill: Filling,
    patterns: Sequence[tuple[str, Callable[[Day], None]]],
    pasts: Pasts,
) -> None:
    print(
        f"{'planted pattern':28} {'planted':>8} {'found':>7} {'recall':>8} {'honest beside':>14} {'of them flagged':>16}"
    )
    for name, plant in patterns:
        outcome = Outcome()
        for office in OFFICES[:4]:
            for _ in range(days // 4):
                day = Day(chance)
                fill(day, office)
                plant(day)
                day.past = pasts.of(office, office.visits)
                outcome.add(day)
        print(
            f"{name:28} {outcome.planted:8} {outcome.found:7} {outcome.found / outcome.planted:8.1%}"
            f" {outcome.honest:14} {outcome.alarms / outcome.honest:16.2%}"
        )


if __name__ == "__main__":
    main()
