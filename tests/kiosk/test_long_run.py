"""Visits without end leave nothing behind: no memory, no threads, no open files."""

import gc
import random
import threading
import time
from pathlib import Path

import pytest

from hardware.simulator import SimulatedPanel
from kiosk.app import make_loop
from kiosk.config import Config
from kiosk.device import open_device
from kiosk.rehearsal.player import BlindDisplay, Player
from kiosk.rehearsal.visitor import varied_wish
from kiosk.times import SimulatedTimes


def resident_kb() -> int:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def footprint() -> tuple[int, int, int, int]:
    gc.collect()
    return (
        resident_kb(),
        len(gc.get_objects()),
        threading.active_count(),
        min(_open_files() for _ in range(20)),
    )


def _open_files() -> int:
    """Count them; a thread that keeps the journal's head has one more for a moment, so one look is not enough."""
    time.sleep(0.01)
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def play(home: Path, *, warm_up: int, visits: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    with open_device(home, Config()) as device:
        panel, display = SimulatedPanel(), BlindDisplay()
        times = SimulatedTimes(device.clock, device.zone)
        loop = make_loop(device, panel=panel, display=display, times=times, staff=True)
        dice = random.Random(3)
        player = Player(loop, panel, display, times, dice=dice)
        for _ in range(warm_up):
            player.play(varied_wish(loop.service.plan, dice))
        before = footprint()
        for _ in range(visits):
            player.play(varied_wish(loop.service.plan, dice))
        player.rest()
        after = footprint()
        return before, after, loop.service.recorder.thanked


@pytest.mark.heavy
def test_a_busy_day_leaves_nothing_behind(home: Path) -> None:
    before, after, thanked = play(home, warm_up=40, visits=80)
    assert thanked > 150
    assert after[2:] == before[2:]
    assert after[1] - before[1] < 300, "objects that nobody lets go of"


@pytest.mark.long
def test_ten_thousand_visits_leave_nothing_behind(home: Path) -> None:
    before, after, thanked = play(home, warm_up=500, visits=10_000)
    assert thanked > 15_000
    assert after[2:] == before[2:]
    assert after[1] - before[1] < 1_000
    # What remains is the journal's index of records nobody has confirmed: a few bytes each.
    assert after[0] - before[0] < 8_000
