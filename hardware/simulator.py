"""The simulated panel and microphone: moved by a program or a keyboard instead of a person. A shipped feature.

Training, the demo, the long-run test and `ikm-kiosk simulate` use it; edges go through the same queue and the same
debouncer as those of real pins.
"""

import queue
from collections.abc import Callable

from hardware.events import BUTTONS, FIFTH, JACK, Edge
from hardware.spoken import Failed, Outcome, Played, Recording


class SimulatedPanel:
    """A panel whose buttons are moved by calls; remembers its lights and beeps so that they can be seen."""

    def __init__(self) -> None:
        self.edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self.lit: set[int] = set()
        self.beeps = 0
        self.closed = False
        self.case: bool | None = None
        """Whether the case is open; None: it has no switch."""
        self._wake: Callable[[], None] | None = None
        self._down: set[int] = set()

    def move(self, button: int, *, down: bool, at: float) -> None:
        """Put one button down or up at a moment."""
        if down:
            self._down.add(button)
        else:
            self._down.discard(button)
        self.edges.put(Edge(button, down, at))
        if self._wake is not None:
            self._wake()

    def press(self, button: int, *, at: float, seconds: float = 0.08) -> float:
        """Press and release one button; gives the moment of the release."""
        self.move(button, down=True, at=at)
        self.move(button, down=False, at=at + seconds)
        return at + seconds

    def wake_with(self, wake: Callable[[], None]) -> None:
        """Call `wake` after each move."""
        self._wake = wake

    def levels(self) -> dict[int, bool]:
        """Tell which buttons are down."""
        return {button: button in self._down for button in BUTTONS}

    def aid_levels(self) -> dict[int, bool]:
        """Tell which of the two are down: both can be moved by keys."""
        return {number: number in self._down for number in (FIFTH, JACK)}

    def case_open(self) -> bool | None:
        """Tell what was set."""
        return self.case

    def light(self, button: int, *, on: bool) -> None:
        """Remember the light."""
        if on:
            self.lit.add(button)
        else:
            self.lit.discard(button)

    def beep(self) -> None:
        """Count the beep."""
        self.beeps += 1

    def close(self) -> None:
        """Switch everything off."""
        self.lit.clear()
        self.closed = True


class SimulatedMicrophone:
    """A microphone that always hears the same: `speech`, for as long as the clock it is given says."""

    def __init__(self, speech: bytes, clock: Callable[[], float], *, plays_seconds: float = 2.0) -> None:
        self._speech = speech
        self._clock = clock
        self._plays_seconds = plays_seconds
        self._ends_at: float | None = None
        self._outcome: Outcome = Played()
        self.broken = False
        """Whether it fails from now on."""
        self.heard: list[bytes] = []
        """What was played."""
        self.volume_percent = 100

    def set_volume(self, percent: int) -> None:
        """Remember the volume."""
        self.volume_percent = percent

    def fault(self) -> str:
        """Nothing is missing."""
        return ""

    def record(self, seconds: int) -> None:
        """Begin to record."""
        self._outcome = Failed("broken") if self.broken else Recording(self._speech)
        self._ends_at = self._clock() + (0 if self.broken else seconds)

    def stop(self) -> None:
        """End recording."""
        if self._ends_at is not None:
            self._ends_at = min(self._ends_at, self._clock())

    def play(self, speech: bytes) -> None:
        """Play a recording."""
        self.heard.append(speech)
        self._outcome = Failed("broken") if self.broken else Played()
        self._ends_at = self._clock() + (0 if self.broken else self._plays_seconds)

    def hush(self) -> None:
        """Drop what goes on."""
        self._ends_at = None

    def poll(self) -> Outcome | None:
        """Give what came of the latest call, once its time has come."""
        if self._ends_at is None or self._clock() < self._ends_at:
            return None
        self._ends_at = None
        return self._outcome

    def close(self) -> None:
        """Let go of everything."""
        self.hush()
