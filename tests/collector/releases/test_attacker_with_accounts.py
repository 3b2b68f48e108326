"""What whoever has an evaluator's or an officer's account, and collects everything it may, learns of anybody: random villages, over their history."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

import numpy as np
import pytest
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.evidence.intake.accepted import AcceptedRecord
from collector.fleet.models import Service
from collector.releases import editions
from collector.releases.cells import cutting
from collector.releases.cells.noise import Noisy, noisy, record_key, table
from collector.releases.models import Release
from collector.scores.models import Response
from collector.scores.tallies import flagging
from collector.scores.tallies.projection import project
from tests.collector.conftest import OwnClock
from tests.collector.releases.account_attacker import (
    PERIODS,
    VALUES,
    Odds,
    People,
    Sums,
    answers_to,
    groups_in,
)
from tests.collector.releases.accounts import logged_in
from tests.collector.releases.attacker import Knowledge, everything
from tests.collector.releases.test_attacker import FEW, MANY, Village
from tests.collector.scores.village import SKM, Post, answers, at

pytestmark = pytest.mark.django_db

SPREAD = (1 / 16, 3 / 16, 8 / 16, 4 / 16)
"""How answers are spread in these villages; the attacker knows it."""
NEVER_SURER = 0.97
"""No answer of anybody is likelier than this after all that was seen; measured: see `docs/releases.md`."""
GUESSES_BETTER = 0.075
"""So much more often is the likeliest answer the true one than from the releases alone; at most."""
SEED = b"one seed, of exactly 32 bytes ok"


class VillageWithProfiles(Village):
    """A village of two kiosks whose visitors tell who they are, with a neighbour."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.second = Post(self.posts[0].unit, name="k3", stream=3)

    def visits(self, number: int) -> None:
        chance = self.chance
        for place, post in enumerate(self.posts):
            records = []
            for _ in range(number if not place else chance.randint(0, 30)):
                kiosk = self.second if not place and chance.random() < 0.25 else post
                records.append(self._visit(kiosk, chance.choice([None, *self.services[place]])))
            with transaction.atomic():
                project(records)
        flagging.settle()

    def _visit(self, kiosk: Post, service: Service | None) -> AcceptedRecord:
        chance = self.chance
        day = date(2026, 10, 1) + timedelta(days=chance.randrange(92))
        return kiosk.response(
            answers(*chance.choices((1, 2, 3, 4), SPREAD, k=9)),
            at(day, "08:00", seconds=chance.randrange(20_000)),
            service=service,
            profile={
                "sex": chance.choice("LP"),
                "age": chance.choice(("17", "18-25", "26-35", "36-45", "46-60", "60+")),
                "education": chance.choice(("sd", "smp", "sma", "s1")),
                "job": chance.choice(("tani", "dagang", "pns", "rumah")),
            },
            duration_s=chance.choice((5, 60, 60, 60)),
        )


class Spy:
    """One with an evaluator's account for the whole province, who also reads all that is public."""

    def __init__(self) -> None:
        self.client = logged_in("wati", roles.EVALUATOR, region="18")
        self.public = Knowledge()
        self.groups: dict[People, tuple[float, ...]] = {}

    def look(self) -> None:
        out = Release.objects.exclude(published_at=None)
        self.public.learn({f"/api/v1/releases/{one.address}.json": bytes(one.content) for one in out})
        for people, sums in groups_in(answers_to(self.client)).items():
            assert self.groups.setdefault(people, sums) == sums, "asking again gives the same numbers"

    def odds(self, *, noisy: bool = True) -> Odds:
        """Give what follows; with `noisy` false as if the groups' sums had been told as they are."""
        exact = [Sums(people, true_sums(people)) for people in self.public.sets]
        known = set(self.public.sets)
        groups = [
            Sums(people, sums if noisy else true_sums(people))
            for people, sums in self.groups.items()
            if people not in known
        ]
        return Odds(exact, groups, spread=SPREAD, by=table() if noisy else None)


def true_sums(people: People) -> tuple[float, ...]:
    rows = list(Response.objects.filter(pk__in=people).values_list("answers", flat=True))
    assert len(rows) == len(people)
    return tuple(float(sum(map(int, column))) for column in zip(*rows, strict=True))


def spied_on(seed: int) -> Spy:
    village = VillageWithProfiles(seed)
    village.visits(village.chance.randint(5, 60))
    spy = Spy()
    for _ in range(3):
        village.publish_something()
        spy.look()
        village.visits(village.chance.choice((0, 1, 3, 6, 20)))
        village.change_something()
        spy.look()
    return spy


def surest(odds: Odds, *, of_releases_alone: bool = False) -> float:
    return float(odds.chances(of_releases_alone=of_releases_alone).max())


def right(odds: Odds, *, of_releases_alone: bool = False) -> float:
    """Give how often the likeliest answer is the true one."""
    told = dict(Response.objects.filter(pk__in=odds.everybody).values_list("pk", "answers"))
    true = np.array([[int(digit) for digit in told[person]] for person in odds.everybody])
    guessed = VALUES[odds.chances(of_releases_alone=of_releases_alone).argmax(2)]
    return float((guessed == true).mean())


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _one_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured is measured with one noise."""
    monkeypatch.setattr(editions, "seed", lambda: SEED)


@pytest.fixture
def without_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show every group, as if noise were enough."""
    monkeypatch.setattr(cutting, "choose", partial(cutting.choose, smallest=1))
    monkeypatch.setattr(cutting, "noisy", lambda *told, **more: _at_least_one(noisy(*told, **more)))


def _at_least_one(found: Noisy) -> Noisy:
    return found._replace(n=max(found.n, 1))


def check(spy: Spy, chance: random.Random) -> None:
    """Hold what `docs/releases.md` promises of whoever has an evaluator's account."""
    if not spy.groups:
        return
    odds = spy.odds()
    assert surest(odds) <= NEVER_SURER
    assert right(odds) <= right(odds, of_releases_alone=True) + GUESSES_BETTER
    for person in chance.sample(odds.everybody, 2):
        question = chance.randrange(9)
        alone = odds.bounds(person, question, of_releases_alone=True)
        assert odds.bounds(person, question) == pytest.approx(alone, abs=1e-6), "nothing is ruled out"


@pytest.mark.parametrize("seed", range(1, FEW))  # the first of the few is judged below
def test_no_answer_becomes_certain_to_whoever_sees_all_breakdowns(seed: int) -> None:
    check(spied_on(seed), random.Random(seed))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(FEW, MANY))
def test_no_answer_becomes_certain_in_two_hundred_villages(seed: int) -> None:
    check(spied_on(seed), random.Random(seed))


@pytest.mark.heavy
def test_the_attack_reaches_groups_of_several_editions() -> None:
    """An attacker who finds nothing to compute with proves nothing."""
    spy = spied_on(0)
    check(spy, random.Random(0))
    assert len(spy.groups) > 40
    assert Release.objects.exclude(breakdown=b"").filter(number__gt=1).exists()
    assert any(people & other and people != other for people in spy.groups for other in spy.groups)
    assert min(map(len, spy.groups)) >= 5


@pytest.mark.heavy
def test_without_noise_the_same_attack_succeeds() -> None:
    spy = spied_on(3)
    in_clear = spy.odds(noisy=False)
    assert surest(in_clear) > 0.99
    assert right(in_clear) > right(in_clear, of_releases_alone=True) + GUESSES_BETTER
    bounds = [in_clear.bounds(person, 0) for person in in_clear.everybody[:10]]
    assert any(high - low < 1 for low, high in bounds), "linear programming pins somebody's answer"


@pytest.mark.heavy
@pytest.mark.usefixtures("without_minimum")
def test_with_noise_and_no_minimum_the_same_attack_learns_more_than_it_may() -> None:
    odds = spied_on(13).odds()
    assert right(odds) > right(odds, of_releases_alone=True) + GUESSES_BETTER


def test_a_live_door_with_the_same_noise_would_give_a_visitor_away() -> None:
    """Before and after one visit: in nine kinds of groups, four periods and three areas, each with noise of its own."""
    chance = random.Random(1)
    spread = dict(zip(VALUES, SPREAD, strict=True))
    given = {one: chance.choices(list(spread), list(spread.values()), k=9) for one in range(400)}
    visitor = 399
    told = []
    for _ in range(9 * 4 * 3):
        before = chance.sample(range(399), chance.randint(5, 60))
        told += [_noisy(people, given) for people in (before, [*before, visitor])]
    odds = Odds([], told, spread=SPREAD, by=table())
    chances = odds.chances()[odds.everybody.index(visitor)]
    assert (VALUES[chances.argmax(1)] == np.array(given[visitor])).mean() > 0.8
    assert chances.max() > 0.99


def test_asking_again_and_again_averages_nothing_out() -> None:
    people, given = list(range(12)), {one: [3] * 9 for one in range(12)}
    assert len({_noisy(people, given) for _ in range(50)}) == 1


def _noisy(people: Sequence[int], given: Mapping[int, Sequence[int]]) -> Sums:
    sums = [sum(column) for column in zip(*(given[one] for one in people), strict=True)]
    found = noisy(SEED, [record_key(SEED, one) for one in people], sums, scale=(SKM.lowest, SKM.highest))
    return Sums(frozenset(people), tuple(len(people) * mean for mean in found.means))


@pytest.mark.heavy
def test_an_officers_account_shows_what_everybody_sees_and_a_band() -> None:
    village = VillageWithProfiles(1)
    village.visits(40)
    village.publish_something()
    officer = logged_in("sari", roles.UNIT_OFFICER, unit="sukamaju")
    seen = {address: json.loads(content) for address, content in answers_to(officer).items() if content}
    assert set(seen) == {f"/api/v1/breakdowns?unit=sukamaju&period={period}" for period in PERIODS}
    assert all(said["groups"] is None and said["releases"] == [] for said in seen.values())
    assert everything(officer) == everything(Client())
