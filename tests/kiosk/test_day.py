"""Twenty-four hours with a visitor every thirty seconds while disk, clock and road fail: nothing is lost, nothing grows."""

import logging
import os
import random
import time
from pathlib import Path

import pytest

from hardware.simulator import SimulatedPanel
from kiosk.app import make_loop
from kiosk.config import Config
from kiosk.device import Device, open_device
from kiosk.loop import Loop
from kiosk.rehearsal.player import BlindDisplay
from kiosk.times import SimulatedTimes
from survey.visit.state import Step
from survey.wire.trouble import trouble
from tests.kiosk.journals import pulses, questionnaires
from tests.kiosk.rigs import NOON
from tests.kiosk.test_long_run import footprint
from uplink.journal.home import KioskHome, write_status
from uplink.journal.stamp import ManualClock

EVERY = 30.0
FAULT_EVERY = 40
"""A fault comes after so many visitors, and is over two visitors later."""


class Day:
    """One kiosk, whose visitors press any face and go, at once or after a question; what breaks is rolled by dice."""

    def __init__(self, device: Device, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.device, self.clock, self._patch = device, clock, monkeypatch
        self.panel, self.times = SimulatedPanel(), SimulatedTimes(clock, device.zone)
        self.loop: Loop = make_loop(
            device, panel=self.panel, display=BlindDisplay(), times=self.times, staff=True
        )
        self.dice = random.Random(11)
        self.kept: list[int] = []
        self.refused = self.answered = 0
        self.faults: list[str] = []
        self._sync = device.journal._storage._disk.sync

    def wait(self, seconds: float) -> None:
        until = self.times.now + seconds
        while self.times.now < until:
            self._pass(min(0.5, until - self.times.now))

    def _pass(self, step: float) -> None:
        self.clock.advance(round(step * 1000))
        self.times.advance_to(self.times.now + step)
        self.loop.step()
        deadline = time.monotonic() + 10
        while self.loop.service.recorder.waiting:
            assert time.monotonic() < deadline, "the journal does not answer"
            time.sleep(0.0005)
            self.loop.step()

    def visitors(self, count: int) -> None:
        for number in range(1, count + 1):
            if number % FAULT_EVERY == 0:
                self._break(("disk", "clock", "road")[number // FAULT_EVERY % 3])
            elif number % FAULT_EVERY == 2:
                self.mend()
            self._visit()

    def _visit(self) -> None:
        came, face = self.times.now, self.dice.randint(1, 4)
        self.panel.press(face, at=self.times.now)
        self.wait(1.5)
        if self.loop.service.state.step is Step.FAILED:
            self.refused += 1
        else:
            self.kept.append(face)
            if (
                self.dice.random() < 0.3
            ):  # on to the questions, one of which is answered; then the visitor leaves
                self.answered += 1
                self.panel.press(4, at=self.times.now)
                self.wait(1)
                self.panel.press(self.dice.randint(1, 4), at=self.times.now)
        self.wait(came + EVERY - self.times.now)

    def _break(self, what: str) -> None:
        self.faults.append(what)
        if what == "disk":
            self._patch.setattr(self.device.journal._storage._disk, "sync", _fail)
        elif what == "clock":
            self.clock.jump(self.dice.choice((-1, 1)) * self.dice.randrange(60_000, 5_400_000))
        else:
            told = {"connected": False, "trouble": trouble("broker_refuses", code=135).to_fields()}
            write_status(KioskHome(self.device.home).uplink_status, told)

    def mend(self) -> None:
        """Let all that broke work again."""
        self._patch.setattr(self.device.journal._storage._disk, "sync", self._sync)
        write_status(KioskHome(self.device.home).uplink_status, {"connected": True})
        deadline = time.monotonic() + 20
        while self.loop.service.state.step is Step.FAILED:  # the writer looks at the disk again in real time
            assert time.monotonic() < deadline, "the kiosk does not come back"
            self._pass(1.1)
            time.sleep(0.05)
        self.wait(2)  # the buttons rest for a second before the next visitor


def _fail(_handle: int) -> None:
    raise OSError(5, "Input/output error")


def files_of(home: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(home))


def live(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    warm_up: int,
    visitors: int,
) -> tuple[int, ...]:
    """Give by how much memory, objects, threads, open files, and files in the kiosk's folder grew."""
    caplog.set_level(logging.CRITICAL)  # what pytest would keep of every fault's words is not the kiosk's
    clock = ManualClock(NOON, up_ms=60_000)
    with open_device(home, Config(), make_clock=lambda _: clock) as device:
        day = Day(device, clock, monkeypatch)
        day.wait(3)
        day.visitors(warm_up)
        before = (*footprint(), files_of(home))
        day.visitors(visitors)
        day.mend()
        day.wait(60)
        after = (*footprint(), files_of(home))
        assert len(set(day.faults)) == 3
        assert 0 < day.refused <= 2 * day.faults.count("disk"), (
            "only what was said not to be kept is not kept"
        )
        assert not day.loop.service.debouncer.stuck
        recorder = day.loop.service.recorder
        assert not recorder._unanswered, "tokens of records that the disk refused"
        assert not recorder._codes
    grown = tuple(late - early for early, late in zip(before, after, strict=True))
    told = [one.body["answers"]["kepuasan"] for one in pulses(home)]
    found = iter(told)
    assert all(face in found for face in day.kept), "a press that was thanked for is lost"
    # What could not be flushed may stand on the disk all the same: its visitor was not thanked, and is counted at most once.
    assert len(told) <= len(day.kept) + day.refused
    # With a refused press may go what the visitor before had answered: the disk kept neither.
    assert day.answered - day.refused <= len(questionnaires(home)) <= day.answered
    return grown


@pytest.mark.heavy
def test_an_hour_with_every_fault_loses_no_press_and_leaves_nothing_behind(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _, objects, threads, handles, files = live(
        home, monkeypatch, caplog, warm_up=2 * FAULT_EVERY + 2, visitors=125
    )
    assert objects < 400
    assert (threads, handles) == (0, 0)
    assert files <= 1, "the journal's next segment"


@pytest.mark.long
def test_a_day_with_every_fault_loses_no_press_and_leaves_nothing_behind(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    memory_kb, objects, threads, handles, files = live(home, monkeypatch, caplog, warm_up=122, visitors=2880)
    assert memory_kb < 10_000
    assert objects < 1_000
    assert (threads, handles) == (0, 0)
    assert files <= 8, "segments of the journal"
