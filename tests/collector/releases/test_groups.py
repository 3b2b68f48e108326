"""Which groups may be shown: no sum and no difference of two of them is about fewer than five people."""

import random
from itertools import combinations

import pytest

from collector.releases.cells.groups import Beside, Set, by_code, choose, set_of


def crowd(sizes: dict[str, int]) -> tuple[Set, list[tuple[str, Set]]]:
    codes = [code for code, size in sizes.items() for _ in range(size)]
    return set_of(range(len(codes))), by_code(dict(enumerate(codes)))


def shown(sizes: dict[str, int], known: tuple[Beside, ...] = ()) -> set[str]:
    whole, groups = crowd(sizes)
    return set(choose(whole, {"sex": groups}, known).get("sex", {}))


def test_a_group_of_fewer_than_five_is_left_out_and_with_it_what_it_would_follow_from() -> None:
    assert shown({"L": 9, "P": 8}) == {"L", "P"}
    assert shown({"L": 9, "P": 4}) == set(), "nine out of thirteen would tell of the four"
    assert shown({"a": 9, "b": 8, "c": 3}) == {"a"}, "what is left must be five or more"
    assert shown({"a": 9, "b": 8, "c": 3, "d": 2}) == {"a", "b"}


def test_groups_that_almost_hold_the_same_people_are_not_both_shown() -> None:
    whole = set_of(range(20))
    first = set_of(range(10))
    for more, both in ((0, True), (1, False), (4, False), (5, True)):
        second = set_of(range(10 + more))
        found = choose(
            whole,
            {
                "service": [("kk", first), ("", whole ^ first)],
                "sex": [("L", second), ("P", whole ^ second)],
            },
            (),
        )
        assert ("sex" in found) is both, more


def test_groups_of_which_two_almost_make_everybody_are_not_both_shown() -> None:
    whole = set_of(range(24))
    kk, tani = set_of(range(12)), set_of(range(11, 24))
    assert (whole ^ tani ^ kk).bit_count() == 1
    found = choose(
        whole,
        {"service": [("kk", kk)], "job": [("tani", tani)]},
        (),
    )
    assert set(found) == {"service"}


def test_an_exact_total_that_is_out_counts_too() -> None:
    whole, groups = crowd({"L": 9, "P": 9})
    month = set_of(range(10))
    assert choose(whole, {"sex": groups}, (Beside(whole, (month,)),)) == {}


def test_what_an_earlier_edition_showed_is_not_shown_with_one_person_more() -> None:
    whole, groups = crowd({"L": 9, "P": 9})
    earlier = choose(whole, {"sex": groups}, ())["sex"]
    one_more = set_of(range(23))
    women = groups[1][1] | 1 << 18
    new = {"sex": [("L", one_more ^ women), ("P", women)]}
    found = choose(one_more, new, (Beside(whole, tuple(earlier.values())),))
    assert found == {}


@pytest.mark.parametrize("seed", range(60))
def test_in_random_crowds_no_two_sets_tell_of_fewer_than_five(seed: int) -> None:
    chance = random.Random(seed)
    number = chance.randint(5, 80)
    whole = set_of(range(number))
    dimensions = {
        name: by_code({place: chance.choice("abcd"[:wide]) for place in range(number)})
        for name, wide in (("service", 4), ("sex", 2), ("age", 4), ("kiosk", 2))
    }
    found = choose(whole, dimensions, ())
    sets = {whole, *(group for groups in found.values() for group in groups.values())}
    for groups in found.values():
        left = whole
        for group in groups.values():
            left ^= group
        sets |= {left} - {0}
    assert min(one.bit_count() for one in sets) >= 5
    for one, other in combinations(sets, 2):
        assert (one ^ other).bit_count() >= 5
        assert not 0 < (whole ^ one ^ other).bit_count() < 5
