"""Nobody's answers follow from what is published: every block of people that the published sets cut holds five or more."""

import random
from collections import Counter

import pytest

from collector.releases.protection import OTHERS, Person, TooFewDiffer, choose


def crowd(*groups: tuple[int, dict[str, object]], start: int = 1) -> list[Person]:
    """So many people of each kind."""
    people: list[Person] = []
    for number, kind in groups:
        for _ in range(number):
            fields = {"service": "", "flagged": False, "complete": True, "answered": "444444444"} | kind
            people.append(Person(start + len(people), **fields))  # type: ignore[arg-type]
    return people


def test_fewer_than_five_have_no_number() -> None:
    assert not choose(crowd((4, {}))).has_number
    assert choose(crowd((5, {}))).has_number


def test_the_index_without_flagged_stands_beside_only_where_none_or_five_are_flagged() -> None:
    assert choose(crowd((9, {}))).without_flagged
    assert not choose(crowd((9, {}), (4, {"flagged": True}))).without_flagged
    assert choose(crowd((9, {}), (5, {"flagged": True}))).without_flagged
    assert not choose(crowd((4, {}), (9, {"flagged": True}))).without_flagged


def test_small_services_are_put_together_and_what_is_left_alone_is_large_enough() -> None:
    shown = choose(
        crowd(
            (9, {"service": "kk"}), (3, {"service": "ktp"}), (4, {"service": "akta"}), (8, {"service": "sku"})
        )
    )
    assert shown.services == {"kk": "kk", "sku": "sku", "ktp": OTHERS, "akta": OTHERS}
    assert choose(crowd((9, {"service": "kk"}), (3, {"service": "ktp"}))).services == {}
    three = choose(crowd((9, {"service": "kk"}), (8, {"service": "sku"}), (3, {"service": "ktp"})))
    assert three.services == {"kk": "kk", "sku": OTHERS, "ktp": OTHERS}, (
        "three alone would follow by subtracting"
    )


def test_services_and_flags_together_leave_no_small_block() -> None:
    people = crowd(
        (20, {"service": "kk"}), (20, {"service": "ktp"}),
        (3, {"service": "kk", "flagged": True}), (3, {"service": "ktp", "flagged": True}),
    )  # fmt: skip
    shown = choose(people)
    assert shown.without_flagged, "six are flagged"
    assert not shown.services, "three of them in each service would follow"


def test_the_incomplete_count_in_only_where_each_question_has_none_or_five_of_them() -> None:
    assert not choose(crowd((9, {}), (4, {"complete": False, "answered": "4--------"}))).other_policy
    assert choose(crowd((9, {}), (5, {"complete": False, "answered": "4--------"}))).other_policy
    mixed = crowd(
        (9, {}),
        (5, {"complete": False, "answered": "4--------"}),
        (2, {"complete": False, "answered": "44-------"}),
    )
    assert not choose(mixed).other_policy, "two answered the second question"
    assert not choose(crowd((9, {}))).other_policy, "there it is the same number"


def test_a_correction_waits_until_five_differ_or_none() -> None:
    people = crowd((20, {}))
    before = choose(people).members
    assert choose(people, [before]).has_number
    for more in (1, 4):
        with pytest.raises(TooFewDiffer):
            choose(crowd((20 + more, {})), [before])
        with pytest.raises(TooFewDiffer):
            choose(people[more:], [before])
    assert choose(crowd((25, {})), [before]).has_number
    with pytest.raises(TooFewDiffer):
        choose(people[3:] + crowd((9, {}), start=100), [before])


def test_a_correction_is_held_against_every_edition_that_was_ever_out() -> None:
    first = choose(crowd((20, {}))).members
    second = choose(crowd((26, {})), [first]).members
    with pytest.raises(TooFewDiffer):
        choose(crowd((22, {})), [first, second])


def test_a_month_gives_way_where_the_rest_of_its_quarter_is_small() -> None:
    people = crowd((20, {}))
    quarter = choose(people).members
    assert choose(people[:12], [quarter]).has_number
    with pytest.raises(TooFewDiffer):
        choose(people[:17], [quarter])
    july = choose(people[:8], [quarter]).members
    with pytest.raises(TooFewDiffer):
        choose(people[8:18], [quarter, july])
    assert choose(people[8:], [quarter, july]).has_number


@pytest.mark.parametrize("seed", range(200))
def test_in_random_villages_no_block_is_small(seed: int) -> None:
    chance = random.Random(seed)
    people = [
        Person(
            number,
            chance.choice(["", "kk", "ktp", "akta", "sku"]),
            chance.random() < chance.choice((0.02, 0.2)),
            chance.random() < 0.8,
            "".join(chance.choice("4-") for _ in range(9)),
        )
        for number in range(1, chance.randint(5, 60))
    ]
    out: list[dict[int, str]] = []
    editions = [
        people,
        people[: len(people) // 2],
        people + crowd((chance.randrange(12), {}), start=1_000),
        people[7:],
    ]
    for edition in editions:
        try:
            shown = choose(edition, out)
        except TooFewDiffer:
            continue
        out.append(shown.members)
        complete = {number for members in out for number, label in members.items() if label != "i"}
        blocks = Counter(tuple(members.get(number) for members in out) for number in complete)
        assert not blocks or min(blocks.values()) >= 5
