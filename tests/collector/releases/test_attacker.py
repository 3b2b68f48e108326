"""Whoever collects everything that can be had without an account learns nothing of anybody: random villages, over their history."""

import contextlib
import random
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from collector.errors import CollectorError
from collector.releases import larger, publishing
from collector.releases.models import Release
from collector.releases.states import State
from collector.scores.models import Response
from collector.scores.tallies import flagging
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.releases.attacker import (
    Knowledge,
    everything,
    pairs_that_differ_by_few,
    said_by_group,
    small_blocks,
)
from tests.collector.scores.village import SKM, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

FEW, MANY = 2, 200
WHO = "console:test"
PERIODS = ("2026-TW4", "2026-10", "2026-11", "2026-12", "2026-S2", "2026")


class Village:
    """One village with a neighbour, both with a past."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.posts = [
            Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"), name="k1", stream=1),
            Post(add_unit("mekarsari", region="18.01.06.2001", agency="desa"), name="k2", stream=2),
        ]
        self.services = [[post.service(code) for code in ("kk", "ktp", "akta")] for post in self.posts]

    def visits(self, number: int) -> None:
        chance = self.chance
        for place, post in enumerate(self.posts):
            records = []
            for _ in range(number if not place else chance.randint(0, 30)):
                day = date(2026, 10, 1) + timedelta(days=chance.randrange(92))
                given = answers(*chance.choices((1, 2, 3, 4), (1, 3, 8, 4), k=chance.choice((9, 9, 9, 9, 3))))
                records.append(
                    post.response(
                        given,
                        at(day, "09:00", seconds=chance.randrange(20_000)),
                        service=chance.choice([None, *self.services[place]]),
                        profile={"sex": chance.choice("LP"), "age": chance.choice(("18-25", "60+"))},
                        duration_s=chance.choice((5, 60, 60)),
                    )
                )
                records.append(
                    post.pulse(chance.randint(1, 4), at(day, "08:00", seconds=chance.randrange(900)))
                )
            if number > 9 and chance.random() < 0.5:  # somebody praises the office, in one go
                praise = dict.fromkeys(SKM.element_keys, 4)
                records += [
                    post.response(praise, at(date(2026, 11, 10), "15:00", seconds=35 * one), duration_s=9)
                    for one in range(chance.choice((3, 7)))
                ]
            with transaction.atomic():
                project(records)
        flagging.settle()

    def publish_something(self) -> None:
        chance = self.chance
        for post in self.posts:
            for period in chance.sample(PERIODS, 4):
                with contextlib.suppress(CollectorError):
                    found = parse(period)
                    if period in ("2026", "2026-S2"):
                        larger.publish(larger.unit_over_time(post.unit), found, who=WHO, why="lagi")
                    else:
                        publishing.publish(post.unit, found, who=WHO)
        for whole in (larger.region("18.01"), larger.agency("desa")):
            with contextlib.suppress(CollectorError):
                larger.publish(whole, parse(chance.choice(("2026-TW4", "2026"))), who=WHO, why="lagi")

    def change_something(self) -> None:
        for release in Release.objects.filter(state=State.PUBLISHED, subject="unit"):
            with contextlib.suppress(CollectorError):
                if self.chance.random() < 0.7:
                    publishing.correct(release, who=WHO, why="datang terlambat")
                elif self.chance.random() < 0.3:
                    publishing.withdraw(release, who=WHO, why="salah")


def attack(seed: int, client: Client) -> Knowledge:
    village, knows = Village(seed), Knowledge()
    village.visits(village.chance.randint(5, 60))
    for _ in range(3):
        village.publish_something()
        knows.learn(everything(client))
        village.visits(village.chance.choice((0, 1, 3, 6, 20)))
        village.change_something()
        knows.learn(everything(client))
    return knows


def check(knows: Knowledge, chance: random.Random) -> None:
    assert list(pairs_that_differ_by_few(knows.sets)) == []
    for others in knows.others.values():
        assert list(pairs_that_differ_by_few(others)) == []
        assert small_blocks(knows.blocks(others)) == {}
    blocks = knows.blocks()
    assert small_blocks(blocks) == {}
    true = {one.pk: sum(map(int, one.answers.replace("-", ""))) for one in Response.objects.all()}
    for block in chance.sample(blocks, min(3, len(blocks))):
        person = chance.choice(block)
        low, high = knows.bounds(person)
        best = said_by_group(len(block), sum(true[one] for one in block))
        slack = 0.5 * len(knows.sets) + 0.001
        assert low <= best[0] + slack, "more is known than the block's total says"
        assert high >= best[1] - slack, "more is known than the block's total says"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(FEW - 1))  # the last of the few is judged below
def test_nothing_follows_of_anybody_from_everything_that_is_out(seed: int, client: Client) -> None:
    check(attack(seed, client), random.Random(seed))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(FEW, MANY))
def test_nothing_follows_in_two_hundred_villages(seed: int, client: Client) -> None:
    check(attack(seed, client), random.Random(seed))


@pytest.mark.heavy
def test_the_attack_reaches_numbers_services_and_more_than_one_edition(client: Client) -> None:
    """An attacker who finds nothing to compute with proves nothing."""
    knows = attack(FEW - 1, client)
    check(knows, random.Random(FEW - 1))
    assert len(knows.sets) > 3
    assert knows.others["pulse"]
    assert knows.others["question 0"]
    found = Release.objects.exclude(n=None)
    assert found.filter(number__gt=1).exists()
    assert {"unit", "region", "agency"} == set(found.values_list("subject", flat=True))


def test_the_attack_would_see_what_two_live_answers_give_away() -> None:
    """Before releases, a count before and after one visit told all nine answers."""
    knows = Knowledge()
    before, after = frozenset(range(1, 21)), frozenset(range(1, 22))
    knows._totals[before], knows._totals[after] = {"all": 500}, {"all": 518}
    assert list(pairs_that_differ_by_few(knows.sets)) == [(1, 20)]
    assert small_blocks(knows.blocks()) == {1: 1}
    low, high = knows.bounds(21)
    assert (round(low), round(high)) == (17, 19)


@pytest.mark.heavy
def test_the_same_address_before_and_after_one_visit_gives_the_same_bytes(client: Client) -> None:
    village = Village(3)
    village.visits(40)
    village.publish_something()
    before = everything(client)
    post = village.posts[0]
    with transaction.atomic():
        project(
            [
                post.response(answers(1), at(date(2026, 12, 1))),
                post.response(answers(1), at(date(2027, 1, 4))),
            ]
        )
    assert everything(client) == before


def test_no_profile_no_hour_and_no_kiosk_is_a_group_anywhere(client: Client) -> None:
    village = Village(4)
    village.visits(60)
    village.publish_something()
    for address, content in everything(client).items():
        text = content.decode()
        assert not re.search(r'"(sex|age|education|job|disability|hour|profile)"', text), address
        assert "60+" not in re.sub(r"&\w+;", "", text), address


def test_every_live_door_is_shut(client: Client) -> None:
    Village(5).visits(20)
    seen = everything(client)
    assert [seen[address] for address in seen if address.startswith("/api/v1/indices")] == [b"403"] * 4
    assert seen["/unit/sukamaju/?period=2026-11-02..2026-11-03"] == b"404"
