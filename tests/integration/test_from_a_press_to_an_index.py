"""The whole way with the real processes: what was thanked is counted, once, whatever is killed."""

import json
import random
import time
from pathlib import Path

import pytest

from tests.world import World

pytestmark = pytest.mark.integration


def thanked(log: Path) -> list[tuple[str, int]]:
    """What the kiosk thanked for, as (stream, number); a line cut by a kill was not yet thanked."""
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    entries = [json.loads(line) for line in lines if line.endswith("\n")]
    return [(entry["stream"], entry["seq"]) for entry in entries]


def answers(world: World, *, walked_away: bool = False) -> set[tuple[str, int]]:
    """What the collector holds of what is thanked for, as (stream, number).

    What visitors had answered when they walked away is kept too, as incomplete; nobody is left to be thanked for it.
    """
    return {
        key
        for key, record in world.evidence().items()
        if record.kind in ("complaint", "addition")
        or (record.kind == "response" and (record.body.get("ended") == "timeout") == walked_away)
    }


def counted(world: World) -> int:
    """How many questionnaires the collector counts, complete or not."""
    index = world.index()
    return int(str(index["n"])) + int(str(index["incomplete"]))


def questionnaires(world: World) -> int:
    return sum(record.body.get("instrument") == "skm-2017" for record in world.evidence().values())


def drain(world: World, *, seconds: float = 90) -> None:
    world.until(lambda: world.waiting() == 0, what="everything confirmed", seconds=seconds)


def test_visits_made_offline_wait_and_are_then_counted_once(tmp_path: Path) -> None:
    with World(tmp_path / "world") as world:
        world.enrol()
        log = tmp_path / "thanked.jsonl"
        world.start_visits(visitors=20, seed=1, thanked_log=log)
        world.until(lambda: world.running["kiosk"].poll() is not None, what="the visits")
        assert len(thanked(log)) >= 20
        assert world.waiting() >= len(thanked(log)), "nothing may be let go before a receipt"
        world.start_uplink()  # still no broker: it has to wait for one
        world.start_broker()
        world.start_listener()
        drain(world)
        assert answers(world) == set(thanked(log))
        assert counted(world) == questionnaires(world) > 0
        assert world.alarms() == {"refused": 0, "conflicts": 0}


@pytest.mark.parametrize("visits", [60, pytest.param(500, marks=pytest.mark.long)])
def test_nothing_is_lost_or_doubled_when_anything_is_killed(tmp_path: Path, visits: int) -> None:
    chance = random.Random(2026)
    with World(tmp_path / "world") as world:
        world.start_broker()
        world.enrol()
        starts = {
            "broker": world.start_broker,
            "listener": world.start_listener,
            "uplink": world.start_uplink,
        }
        world.start_listener()
        world.start_uplink()
        log = tmp_path / "thanked.jsonl"
        kills = dict.fromkeys([*starts, "kiosk"], 0)
        life = 0
        # A visit is thanked for its pulse and its questionnaire.
        while len(thanked(log)) < 2 * visits or min(kills.values()) < 2:
            life += 1
            world.start_visits(visitors=visits, seed=life, thanked_log=log)
            end = time.monotonic() + chance.uniform(2, 4)
            while time.monotonic() < end:
                time.sleep(chance.uniform(0.2, 0.7))
                name = chance.choice(sorted(starts))
                kills[name] += world.kill(name)
                starts[name]()
            kills["kiosk"] += world.kill("kiosk")
        drain(world, seconds=120)
        held = answers(world)
        assert set(thanked(log)) <= held, "something thanked is missing"
        # Held beyond that is only what the journal holds too, gapless: answers that were on the disk when a kill came before
        # the thanks, or when the visitor walked away in the middle of a complaint.
        evidence = world.evidence()
        assert sorted(seq for _, seq in evidence) == list(range(1, len(evidence) + 1))
        assert len(evidence) == world.head()
        assert counted(world) == questionnaires(world)
        assert world.alarms() == {"refused": 0, "conflicts": 0}
