"""The panel: four buttons with lights, and a beeper, as the kiosk sees them.

Two implementations: `GpioPanel` on a Raspberry Pi's pins, and `hardware.simulator.SimulatedPanel`. Both put raw edges
on a queue and decide nothing; the frame loop debounces them with `hardware.debounce`.
"""

import queue
from collections.abc import Callable
from typing import Protocol

from hardware.events import Edge


class Panel(Protocol):
    """What the frame loop needs of a panel.

    `edges` is filled by the panel's own thread and drained by the frame loop. Everything else is called by the frame
    loop only, returns at once, and may be called again and again. `close` is idempotent.
    """

    edges: "queue.SimpleQueue[Edge]"

    def wake_with(self, wake: Callable[[], None]) -> None:
        """Call `wake` after each edge, from the panel's thread; it must do no more than set a flag."""

    def move(self, button: int, *, down: bool, at: float) -> None:
        """Move a button by a key of the keyboard; only simulated buttons can be moved so."""

    def levels(self) -> dict[int, bool]:
        """Read the pins now: which buttons are down. Used at the start and to notice that edges stopped arriving."""

    def aid_levels(self) -> dict[int, bool]:
        """Read the fifth button and the headphone jack now, those there are."""

    def case_open(self) -> bool | None:
        """Tell whether the case is open; None where it has no switch."""

    def light(self, button: int, *, on: bool) -> None:
        """Switch the light of one button; a panel without lights does nothing."""

    def beep(self) -> None:
        """Make the one short sound of a press, the same for every answer."""

    def close(self) -> None:
        """Let go of the pins."""
