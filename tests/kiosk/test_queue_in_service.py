"""What changes at a kiosk in service by itself: what a queue system said, and what is offered on certain days alone."""

from pathlib import Path

from hardware.simulator import SimulatedPanel
from kiosk.app import make_loop
from kiosk.config import Config
from kiosk.device import open_device
from kiosk.keeping.queue import QueueBoard
from kiosk.show.views import LetterView
from kiosk.times import SimulatedTimes
from survey.visit.plan import Counter, OfferedService
from survey.visit.state import Step
from survey.wire.health import kiosk_health_of
from tests.kiosk.rigs import NOON, RecordingDisplay, Rig
from uplink.journal.home import KioskHome, read_status
from uplink.journal.stamp import ManualClock

COUNTERS = (Counter("Samsat", "Lantai 2", number="4", unit="samsat"), Counter("Pos", "Lantai 1", number="5"))
SERVICES = (OfferedService("info", "Informasi"), OfferedService("pajak", "Pajak", "samsat", "Samsat"))


def test_it_is_shown_between_visits_told_as_a_band_and_kept_nowhere(home: Path) -> None:
    board = QueueBoard()
    clock = ManualClock(NOON, up_ms=60_000)
    with open_device(home, Config(), make_clock=lambda _: clock) as device:
        panel, display = SimulatedPanel(), RecordingDisplay()
        times = SimulatedTimes(clock, device.zone)
        loop = make_loop(device, panel=panel, display=display, times=times, staff=True, queue=board)
        rig = Rig(device, loop, panel, display, times, clock)
        loop.service.use(loop.service.plan._replace(counters=COUNTERS, services=SERVICES))
        rig.wait(2)
        board.wait({"4": 12}, now=times.now)
        board.call("A-017", "4", now=times.now)
        rig.wait(12)
        assert loop.service.plan.waiting == (("4", 3),)
        told = kiosk_health_of(read_status(KioskHome(home).kiosk_status))
        assert told is not None
        assert told.waiting == (("4", 3),)
        loop.service.state = loop.service.state._replace(step=Step.COUNTERS)
        rig.wait(1)
        assert isinstance(rig.view, LetterView)
        assert "Menunggu: 10–19 orang." in rig.view.paragraphs[0]
        board.wait({"4": 0}, now=times.now)
        rig.wait(1)
        assert loop.service.plan.waiting == (("4", 3),), "nothing changes under a reader's eyes"
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"A-017" not in kept


def test_a_course_is_offered_on_its_days_and_never_by_a_clock_that_nobody_trusts(home: Path) -> None:
    clock = ManualClock(NOON, up_ms=60_000)
    with open_device(home, Config(), make_clock=lambda _: clock) as device:
        times = SimulatedTimes(clock, device.zone)
        today = times.local()
        assert today is not None
        day = today.date().isoformat()
        course = OfferedService("kades", "Pelatihan", "pelatihan-3", "Pelatihan Kepala Desa", day, day)
        plan = device.plan()._replace(services=(*SERVICES, course))
        panel, display = SimulatedPanel(), RecordingDisplay()
        loop = make_loop(device, panel=panel, display=display, times=times, plan=plan)
        rig = Rig(device, loop, panel, display, times, clock)

        def offers() -> bool:
            rig.wait(2)
            return "kades" in [one.code for one in loop.service.plan.services]

        assert offers()
        clock.sync = False
        assert not offers()
        clock.sync = True
        assert offers()
        rig.wait(86_400, frame=3_600)
        assert not offers()
        assert len(loop.service.plan.services) == len(SERVICES)
