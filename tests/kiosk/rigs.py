"""A whole kiosk for tests: real loop, journal and debouncer; simulated panel, display and time."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hardware.simulator import SimulatedPanel
from hardware.spoken import Microphone
from hardware.wifi import Wifi
from kiosk.app import make_loop
from kiosk.config import Config
from kiosk.device import Device, open_device
from kiosk.loop import Loop
from kiosk.ports import Voice
from kiosk.rehearsal.player import BlindDisplay
from kiosk.show.views import Lifted, Touched, View
from kiosk.times import SimulatedTimes
from uplink.journal.journal import Journal
from uplink.journal.stamp import ManualClock

NOON = 1_772_427_600_000  # Monday 2 March 2026, 12:00 in Jakarta


@dataclass
class RecordingDisplay(BlindDisplay):
    """Keeps every view that was shown."""

    views: list[View] = field(default_factory=list)
    looks: list[tuple[float | None, bool | None]] = field(default_factory=list)
    sunlit: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def show(self, view: View) -> None:
        if not self.views or self.views[-1] != view:
            self.views.append(view)

    def change_look(
        self,
        *,
        text_scale: float | None = None,
        high_contrast: bool | None = None,
        sunlit: bool | None = None,
    ) -> None:
        if sunlit is None:
            self.looks.append((text_scale, high_contrast))
        else:
            self.sunlit.append(sunlit)


@dataclass
class Rig:
    """One running kiosk, and the fingers and the clock that move it."""

    device: Device
    loop: Loop
    panel: SimulatedPanel
    display: RecordingDisplay
    times: SimulatedTimes
    clock: ManualClock

    def wait(self, seconds: float, *, frame: float = 0.25) -> None:
        until = self.times.now + seconds
        while self.times.now < until:
            step = min(frame, until - self.times.now)
            self.clock.advance(round(step * 1000))
            self.times.advance_to(self.times.now + step)
            self.loop.step()
        self.settle()

    def settle(self) -> None:
        """Let the writer's thread answer, and who looks tickets up; simulated time stands still."""
        for _ in range(2000):
            self.loop.step()
            recorder = self.loop.service.recorder
            if not recorder.busy:
                return
            if recorder.waiting:
                self.device.writer.results.put(self.device.writer.results.get(timeout=10))
            else:
                time.sleep(0.01)
        raise AssertionError("the journal did not answer, or nobody looked the ticket up")

    def press(self, button: int, *, seconds: float = 0.1) -> None:
        self.wait(1.5)
        self.panel.press(button, at=self.times.now, seconds=seconds)
        self.wait(seconds + 0.6)

    def touch(self, action: str, *, seconds: float = 0.1) -> None:
        self.wait(0.5)
        self.display.touches.append(Touched(action, self.times.now))
        self.wait(seconds)
        self.display.touches.append(Lifted(action, self.times.now))
        self.wait(0.6)

    @property
    def view(self) -> View:
        assert self.loop.view is not None
        return self.loop.view


@contextlib.contextmanager
def rig(
    home: Path,
    config: Config | None = None,
    *,
    staff: bool = True,
    at_ms: int = NOON,
    voice: Voice | None = None,
    microphone: Callable[[SimulatedTimes], Microphone] | None = None,
    wifi: Wifi | None = None,
) -> Iterator[Rig]:
    clock = ManualClock(at_ms, up_ms=60_000)

    def make_clock(journal: Journal) -> ManualClock:
        clock.boot = journal.last_boot + 1
        return clock

    with open_device(home, config or Config(), make_clock=make_clock) as device:
        panel, display = SimulatedPanel(), RecordingDisplay()
        times = SimulatedTimes(clock, device.zone)
        loop = make_loop(
            device,
            panel=panel,
            display=display,
            times=times,
            staff=staff,
            voice=voice,
            microphone=microphone(times) if microphone is not None else None,
            wifi=wifi,
        )
        loop.step()
        yield Rig(device, loop, panel, display, times, clock)
