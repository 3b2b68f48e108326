"""Whoever collects every release, every opened counter and every leaf learns of nobody what he pressed: random villages with real tallies.

The attacker is the releases' own (`tests/collector/releases/attacker.py`): told who stands in each total, he computes what follows by linear programming.
Here he has the counters besides: of each kiosk all that it ever counted by a border, who stands in it worked out from the records and not from what
the collector keeps of it.
"""

import contextlib
import json
import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from collector.challenges import shown
from collector.challenges.models import DeclaredTest, Verdict
from collector.errors import CollectorError
from collector.evidence.models import Stream, TakenOut
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.releases.models import OpenedCounters, Release
from collector.releases.states import State
from collector.scores.models import Response
from survey.index.periods import parse
from survey.log.counter import NOTHING, Counted, read_told
from survey.record.record import decode
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.log.village import Card, Village, moment
from tests.collector.log.visiting import declare, log_now, made, visit
from tests.collector.releases.attacker import Knowledge, everything, said_by_group, small_blocks

pytestmark = pytest.mark.django_db
PERIODS = ("2026-TW4", "2026-10", "2026-11", "2026-12")
FEW, MANY = 1, 60


class Attacker(Knowledge):
    """Knows the counters too."""

    def learn_counters(self) -> int:
        """Take in what was opened; gives how many counters."""
        number = 0
        for content in OpenedCounters.objects.values_list("content", flat=True):
            for told in json.loads(bytes(content))["kiosks"]:
                stream = Stream.objects.get(uid=told["stream"])
                for end in ("begin", "end"):
                    one = read_told(told[end]) if told[end] is not None else None
                    if one is None or not one.counted.n:
                        continue
                    upto = decode(one.line).body["upto"]
                    people = frozenset(
                        Response.objects.filter(pk__range=(stream.pk << 32, stream.pk << 32 | int(str(upto))))
                        .exclude(answers__contains="-")
                        .values_list("pk", flat=True)
                    )
                    tests = counted_in_tests(stream, int(str(upto)))
                    assert len(people) == one.counted.n - tests.n, "what is left is people, and nobody else"
                    self._totals[people]["all"] = sum(one.counted.sums.values()) - sum(tests.sums.values())
                    number += 1
        return number


def counted_in_tests(stream: Stream, upto: int) -> Counted:
    """What the test visits of a stream add to its counter: the attacker knows every one of them, published or not."""
    total = NOTHING
    for _, proven in shown.taken_out_of(stream.pk):
        assert proven is not None
        for one in proven.responses:
            total = total.plus(one.counted("/skm-2017@1")) if one.seq <= upto else total
    return total


def try_out(village: Village, card: Card, chance: random.Random) -> None:
    """Have an auditor make a test visit, with a card that the kiosk saw in the log."""
    (made_card,) = made(card.kiosk.name)
    village.log()
    pressed = [chance.choice((1, 2, 3, 4)) for _ in range(9)]
    declare(card, made_card.code, visit(card, *pressed, day=card.day), log=log_now())


def live(village: Village, seed: int, client: Client, *, outages: bool = False, tests: float = 0) -> int:
    """Let a village have a quarter, and publish in some order; attack after each step. Gives how many counters were opened.

    `outages`: whether its kiosks go off over a month's border now and then. `tests`: how likely an auditor comes on a day on which people come.
    """
    chance = random.Random(seed)
    for place in range(chance.choice((1, 2, 2, 3))):
        card = village.card(f"s{seed}-{place}")
        most = chance.choice((4, 12, 20))
        day = card.day
        while day < date(2026, 12, 30):
            number = min(chance.randint(0, most), most)
            card.serve(day, *[chance.choice((1, 2, 3, 4)) for _ in range(number)])
            if chance.random() < tests:
                try_out(village, card, chance)
            day += timedelta(days=chance.choice((1, 9, 25)))
            # Off over a border as likely as not, and a few answer before it knows the day.
            if outages and chance.random() < 0.4:
                back = min(max(card.day, day) + timedelta(days=chance.randint(3, 20)), date(2027, 1, 1))
                card.off(back, *[chance.choice((1, 2, 3, 4)) for _ in range(chance.randint(1, 6))])
                day = back + timedelta(days=1)
    village.send()
    opened = 0
    steps = [*chance.sample(PERIODS, 4), *chance.sample(PERIODS, 2)]
    for period in sorted(steps[:1]) + steps[1:]:
        with contextlib.suppress(CollectorError):
            village.publish(parse(period))
        if chance.random() < 0.2:
            out = Release.objects.filter(unit=village.unit, state=State.PUBLISHED).first()
            if out is not None:
                publishing.withdraw(out, who="console:test", why="salah")
        village.log()
        attacker = Attacker()
        attacker.learn(everything(client))
        opened += attacker.learn_counters()
        if not attacker.sets:
            continue
        blocks = attacker.blocks()
        assert small_blocks(blocks) == {}, (seed, period)
        answered = {
            one.pk: sum(map(int, one.answers)) for one in Response.objects.exclude(answers__contains="-")
        }
        for block in blocks[:3]:
            low, high = attacker.bounds(block[0])
            total = sum(answered[person] for person in block)
            wide = said_by_group(len(block), total)
            assert low <= wide[0] + 1.01, (seed, period)
            assert high >= wide[1] - 1.01, (seed, period)
    return opened


@pytest.fixture
def village(
    unit: Unit, own_clock: OwnClock, arrive: Arrive, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> Village:
    """A village before its first day, with a folder of its own."""
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)
    own_clock.moment = moment(date(2026, 9, 27))
    return Village(unit, own_clock, arrive)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "seed", [*range(FEW), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(FEW, MANY))]
)
def test_counters_beside_releases_tell_of_nobody(seed: int, village: Village, client: Client) -> None:
    live(village, seed, client)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, MANY))]
)
def test_answers_that_stay_in_the_period_of_their_counter_tell_of_nobody(
    seed: int, village: Village, client: Client
) -> None:
    """The same, with kiosks that go off, lose the day, and have a few answers dated over a month's border."""
    live(village, 1_000 + seed, client, outages=True)


@pytest.mark.heavy
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, MANY))]
)
def test_test_visits_beside_releases_tell_of_nobody(seed: int, village: Village, client: Client) -> None:
    """The attacker knows every test, so counters and tests together must leave no block of fewer than five people."""
    live(village, seed, client, tests=0.3)
    told = {
        (one["stream"], one["number"])
        for out in Release.objects.exclude(content=b"")
        for one in _tests_of(out)
    }
    out_of_count = {
        (one.stream.uid, one.number) for one in DeclaredTest.objects.filter(verdict=Verdict.TAKEN_OUT)
    }
    assert DeclaredTest.objects.count() == len(out_of_count) > 0
    assert told <= out_of_count, "no visit but a test is ever told"
    assert not Response.objects.filter(
        pk__in=[stream_pk << 32 | seq for stream_pk, seq in _taken_out()]
    ).exists()


def _tests_of(release: Release) -> list[dict[str, Any]]:
    return list(json.loads(bytes(release.content)).get("tests", []))


def _taken_out() -> list[tuple[int, int]]:
    return list(TakenOut.objects.values_list("stream_id", "seq"))


def test_the_attacker_would_see_a_counter_that_should_have_stayed_closed(
    unit: Unit,
    own_clock: OwnClock,
    arrive: Arrive,
    client: Client,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the rule switched off, three people of a small kiosk are a block of their own."""
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)
    monkeypatch.setattr("collector.releases.counted.may_stand_beside", lambda *_args, **_more: True)
    monkeypatch.setattr("collector.releases.counted.SMALLEST_GROUP", 1)
    own_clock.moment = moment(date(2026, 9, 27))
    village = Village(unit, own_clock, arrive)
    for name, number in (("besar", 12), ("kecil", 3)):
        village.card(name).serve(date(2026, 10, 5), *[3] * number)
    village.send()
    village.publish()
    village.log()
    attacker = Attacker()
    attacker.learn(everything(client))
    attacker.learn_counters()
    assert small_blocks(attacker.blocks()) == {3: 1}
