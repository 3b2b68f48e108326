"""An attacker who collects all shares of a village over its history, and is told who stands in each release, learns of no answer of one to four people.

What he knows of a question are, for each edition, the people in it and the number or the band of each answer. He computes by linear programming, for
each block of people who stand in the same editions, how many of it gave each answer.
"""

import contextlib
import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from scipy.optimize import linprog

from collector.errors import CollectorError
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.people import unpack_basis, unpack_members
from collector.releases.shares import Telling
from collector.releases.states import State
from collector.scores.models import Response
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.instrument.definition import load
from tests.collector.conftest import OwnClock
from tests.collector.releases.attacker import everything, pairs_that_differ_by_few, small_blocks
from tests.collector.scores.village import Post, add_unit, at

pytestmark = pytest.mark.django_db
ASKED, WHO = load("partisipasi"), "console:test"
FEW, MANY = 4, 60
Known = dict[frozenset[int], Mapping[str, Any]]
"""Each edition's people, and what it says of each question."""


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


def visits(post: Post, number: int, chance: random.Random) -> None:
    records = []
    for _ in range(number):
        day = date(2026, 10, 1) + timedelta(days=chance.randrange(92))
        given = {key: chance.choices((1, 2, 3), (3, 1, 2))[0] for key in ASKED.element_keys}
        if chance.random() < 0.1:
            del given["ditanggapi"]
        moment = at(day, "09:00", seconds=chance.randrange(20_000))
        records.append(post.response(given, moment, instrument=ASKED.id))
    with transaction.atomic():
        assert project(records) == []


def history(seed: int, client: Client) -> Known:
    """A village that publishes, corrects, withdraws and publishes again; everything that was ever out."""
    chance = random.Random(seed)
    post = Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"))
    visits(post, chance.randint(5, 45), chance)
    known: Known = {}
    for _ in range(4):
        with contextlib.suppress(CollectorError):
            publishing.publish(post.unit, parse("2026-TW4"), who=WHO, instrument=ASKED.id)
        learn(known, client)
        visits(post, chance.choice((0, 3, 5, 8, 25)), chance)
        for release in Release.objects.filter(state=State.PUBLISHED):
            with contextlib.suppress(CollectorError):
                if chance.random() < 0.7:
                    publishing.correct(release, who=WHO, why="datang terlambat")
                else:
                    publishing.withdraw(release, who=WHO, why="salah")
        learn(known, client)
    return known


def alone(seed: int, client: Client) -> Iterator[Known]:
    """Give a history of its own world, and undo it."""
    with contextlib.suppress(_Undone), transaction.atomic():
        yield history(seed, client)
        raise _Undone


class _Undone(Exception):  # noqa: N818 - it is no error
    pass


def learn(known: Known, client: Client) -> None:
    for address, content in everything(client).items():
        if address.startswith("/api/v1/releases/") and address.endswith(".json"):
            said = json.loads(content)
            if said.get("shares"):
                basis: Any = unpack_basis(bytes(Release.objects.get(address=said["address"]).basis))
                people = frozenset(unpack_members(basis["members"]))
                known[people] = {one["key"]: one for one in said["shares"]["questions"]}


def blocks(known: Known) -> list[list[int]]:
    found: dict[tuple[bool, ...], list[int]] = {}
    for person in sorted(set().union(*known)):
        found.setdefault(tuple(person in one for one in known), []).append(person)
    return list(found.values())


def ranges(known: Known, key: str, *, place: int) -> Iterator[tuple[int, int, int]]:
    """Give for each block how many of it gave an answer at least and at most, and how many did."""
    parts, answers = blocks(known), len(ASKED.values)
    width = len(parts) * answers
    rows, low, high = [], [], []
    for people, questions in known.items():
        inside = [number for number, part in enumerate(parts) if part[0] in people]
        for which, told in enumerate(questions[key]["answers"]):
            row = np.zeros(width)
            row[[number * answers + which for number in inside]] = 1
            rows.append(row)
            ends = {Telling.FEW: (1, 4), Telling.MANY: (5, len(people)), Telling.NOTHING: (0, len(people))}
            bottom, top = ends.get(told["told"], (told["count"], told["count"]))
            low.append(bottom)
            high.append(top)
    sums = np.zeros((len(parts), width))
    for number in range(len(parts)):
        sums[number, number * answers : (number + 1) * answers] = 1
    sizes = [len(part) for part in parts]
    true = {
        one.pk: int(one.answers[ASKED.element_keys.index(key)])
        for one in Response.objects.all()
        if "-" not in one.answers
    }
    for number, part in enumerate(parts):
        aim = np.zeros(width)
        aim[number * answers + place] = 1
        ends_of = []
        for sign in (1, -1):
            solved = linprog(
                sign * aim, A_ub=np.vstack([rows, -np.array(rows)]), b_ub=np.concatenate([high, -np.array(low)]),
                A_eq=sums, b_eq=sizes, bounds=(0, None),
            )  # fmt: skip
            assert solved.success
            ends_of.append(round(sign * solved.fun))
        yield ends_of[0], ends_of[1], sum(true[person] == ASKED.values[place] for person in part)


def check(known: Known) -> None:
    if not known:
        return
    assert list(pairs_that_differ_by_few(list(known))) == []
    assert small_blocks(blocks(known)) == {}
    for key in ASKED.element_keys:
        for place in range(len(ASKED.values)):
            for low, high, true in ranges(known, key, place=place):
                assert low <= true <= high
                assert low < high or not 0 < true < 5, "an answer of one to four people of a block is known"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(FEW, MANY))
def test_no_answer_of_one_to_four_follows_in_sixty_villages(seed: int, client: Client) -> None:
    check(history(seed, client))


@pytest.mark.heavy
def test_no_answer_of_one_to_four_follows_from_all_shares_that_were_out(client: Client) -> None:
    """Several editions and all ways of telling: an attacker who finds nothing to compute with proves nothing."""
    found = []
    for seed in range(FEW):
        for one in alone(seed, client):
            check(one)
            found.append(one)
    assert max(len(known) for known in found) > 2
    told = {
        one["told"]
        for known in found
        for each in known.values()
        for question in each.values()
        for one in question["answers"]
    }
    assert told == set(Telling)


def test_the_attack_would_see_what_two_plain_editions_give_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every count is told, blocks of five and more still give small answers away."""
    plain = (Telling.COUNT,) * len(ASKED.values)
    monkeypatch.setattr("collector.releases.shares.telling", lambda *_given: plain)
    with pytest.raises(AssertionError, match="an answer of one to four people"):
        check(history(2, client))
