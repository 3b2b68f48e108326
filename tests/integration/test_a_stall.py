"""A stall that goes from place to place for a month without a network, with a clock that jumps, and is emptied by stick and at the office."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.desk.pin import set_pin
from tests.kiosk.desk.test_setting import PIN, leave, to_the_tiles
from tests.kiosk.journals import records
from tests.kiosk.rigs import rig
from tests.world import COLLECTOR, KIOSK, World
from uplink.journal.home import KioskHome
from uplink.journal.verify import verify

pytestmark = pytest.mark.integration

DAY_MS = 86_400_000
PLACES = ["pasar-kemis", "posyandu", "balai-dusun"]
JUMPS_MS = (0, -20 * DAY_MS, DAY_MS, 0)
"""By week: how far the clock is off when the kiosk is switched on, as one without a battery is."""
CODES = f'places=["{PLACES[0]}","{PLACES[1]}","{PLACES[2]}"]'


@pytest.mark.heavy
def test_a_month_without_a_network_loses_nothing_and_each_answer_has_its_place(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.start_broker()
        world.enrol()
        for code in PLACES:
            world.ask(COLLECTOR, "place", "add", "--code", code, "--name", code, "--region", "18.01.05.2003")
        settings = KioskHome(world.home).settings
        before = settings.read_bytes() if settings.exists() else b""
        world.ask(COLLECTOR, "kiosk", "settings", "k-0001", "--set", CODES)
        with rig(world.home, at_ms=time.time_ns() // 1_000_000):
            pass  # it has begun its journal; without one nothing is sent or fetched
        at_the_office(world, until=lambda: settings.read_bytes() != before)
        set_pin(world.home, PIN)
        began = time.time_ns() // 1_000_000
        for week, jump in enumerate(JUMPS_MS):
            for day in range(2):
                at_ms = began + (7 * week + day) * DAY_MS + jump
                market_day(world.home, PLACES[(week + day) % len(PLACES)], at_ms=at_ms, visits=2)
            if week == 1:
                by_stick(world, tmp_path / "stick")
        given = {one.seq: one.body["place"] for one in records(world.home, "response")}
        wanted = [
            PLACES[(week + day) % len(PLACES)]
            for week in range(len(JUMPS_MS)) for day in range(2) for _ in range(2)
        ]  # fmt: skip
        assert list(given.values()) == wanted
        at_the_office(world, until=lambda: world.waiting() == 0)
        held = world.evidence()
        assert {seq for _, seq in held} == set(range(1, world.head() + 1)), "nothing is missing"
        assert {seq: one.body["place"] for (_, seq), one in held.items() if one.kind == "response"} == given
        assert world.alarms() == {"refused": 0, "conflicts": 0}
        assert verify(world.home).clean


def market_day(home: Path, place: str, *, at_ms: int, visits: int) -> None:
    """Put it up, say at the desk where it stands, let citizens press, and pull the plug."""
    with rig(home, at_ms=at_ms) as kiosk:
        kiosk.clock.sync = False
        kiosk.wait(6)
        to_the_tiles(kiosk)
        kiosk.touch("staff-place")
        kiosk.touch(f"tile:{PLACES.index(place)}")
        leave(kiosk)
        for visit in range(visits):
            kiosk.clock.jump(-3_600_000 if visit else 0)  # somebody sets the clock in the middle of the day
            kiosk.press(3)
            kiosk.wait(60)


def by_stick(world: World, stick: Path) -> None:
    """Carry what there is to the centre, and its receipts back."""
    stick.mkdir()
    world.ask(KIOSK, "export", "--home", world.home, stick)
    world.ask(COLLECTOR, "import", stick)
    world.ask(KIOSK, "export", "--home", world.home, stick)
    assert world.waiting() == 0


def at_the_office(world: World, *, until: Callable[[], bool]) -> None:
    """Within reach of the office's Wi-Fi."""
    world.start_listener()
    world.start_uplink()
    world.until(until, what="what the office's network is for")
    for name in ("uplink", "listener"):
        world.kill(name)
