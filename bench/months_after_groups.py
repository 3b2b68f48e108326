"""How many months still come out after their quarter when they are held against its groups, beside how many would without.

    python -m bench.months_after_groups [--villages 300] [--seed 1]

Invented quarters of one office: everybody falls into one of three months and into a group by sex, age, schooling, occupation and hour, each
by chance. The groups are chosen as they are for evaluators, the months published one after another.
"""

import argparse
import random
from collections.abc import Mapping, Sequence

from collector.releases.cells.groups import Beside, by_code
from collector.releases.cells.groups import choose as choose_groups
from collector.releases.protection import Members, Person, TooFewDiffer, choose

SIZES = ((10, 30), (30, 60), (60, 200))
CODES: Mapping[str, str] = {
    "sex": "LP",
    "age": "abcdefg",
    "education": "abcde",
    "job": "abcdef",
    "hour": "abcdefg",
}


def sets_of(people: int, chance: random.Random) -> list[frozenset[int]]:
    """Give the groups that are shown of a quarter, what each leaves of everybody, and what all of a kind leave."""
    whole = (1 << people) - 1
    dimensions = {
        name: by_code({place: chance.choice(codes) for place in range(people)})
        for name, codes in CODES.items()
    }
    found: list[int] = []
    for groups in choose_groups(whole, dimensions, [Beside(whole, ())]).values():
        found += [one for group in groups.values() for one in (group, whole ^ group)]
        found.append(whole ^ sum(groups.values()))
    return [frozenset(place for place in range(people) if one >> place & 1) for one in found if one]


def published(crowds: Sequence[Sequence[Person]], quarter: Members, groups: Sequence[frozenset[int]]) -> int:
    """Give how many months come out, one after another."""
    out = [quarter]
    for crowd in crowds:
        try:
            members = choose(crowd, out, groups=groups).members
        except TooFewDiffer:
            continue
        if members:
            out.append(members)
    return len(out) - 1


def main() -> None:
    """Invent and count."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--villages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    print(
        f"{'people in the quarter':24} {'months':>7} {'out, without groups':>20} {'out, beside groups':>19}"
    )
    for low, high in SIZES:
        without = beside = 0
        for _ in range(options.villages):
            people = [
                Person(place, service="", flagged=False, complete=True, answered="1")
                for place in range(chance.randint(low, high))
            ]
            months = [chance.randrange(3) for _ in people]
            crowds = [[one for one in people if months[one.number] == month] for month in range(3)]
            quarter, groups = choose(people).members, sets_of(len(people), chance)
            without += published(crowds, quarter, ())
            beside += published(crowds, quarter, groups)
        print(f"{f'{low} to {high}':24} {3 * options.villages:7} {without:20} {beside:19}")


if __name__ == "__main__":
    main()
