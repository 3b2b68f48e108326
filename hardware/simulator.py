"""The simulated panel: buttons pressed by a program or a keyboard instead of a finger. A shipped feature.

Training, the demo, the long-run test and `ikm-kiosk simulate` use it; edges go through the same queue and the same
debouncer as those of real pins.
"""

import queue
from collections.abc import Callable
from dataclasses import dataclass, field

from hardware.events import BUTTONS, Edge


@dataclass(slots=True)
class SimulatedPanel:
    """A panel whose buttons are moved by calls; remembers its lights and beeps so that they can be seen."""

    edges: "queue.SimpleQueue[Edge]" = field(default_factory=queue.SimpleQueue)
    lit: set[int] = field(default_factory=set)
    beeps: int = 0
    closed: bool = False
    _wake: Callable[[], None] | None = None
    _down: set[int] = field(default_factory=set)

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
