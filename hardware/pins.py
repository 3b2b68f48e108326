"""The panel on real pins, through gpiozero with an injected pin factory.

Traps this module is built around: gpiozero silently falls back to other drivers, so the factory is always named;
lgpio makes a FIFO in the working directory at import, so `LG_WD` must point at a writable folder; an exception in a
callback kills lgpio's only notification thread, and all buttons with it, so a callback does nothing but put an edge
on a queue.
"""

import logging
import os
import queue
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gpiozero
from gpiozero.pins import Factory

from hardware.errors import NoPins
from hardware.events import BUTTONS, FIFTH, JACK, Edge

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Which GPIO number (BCM) each part hangs on; buttons connect to ground, lights to a transistor or resistor."""

    buttons: Mapping[int, int]
    lights: Mapping[int, int]
    beeper: int | None = None
    case: int | None = None
    """The switch that connects to ground while the case is shut."""
    fifth: int | None = None
    jack: int | None = None
    """The switch that connects to ground while a plug is in."""


def open_factory() -> Factory:
    """Open lgpio's pin factory; the caller owns it.

    Raises:
        NoPins: lgpio is not installed, finds no chip, or may not use it; the message names the remedy.
    """
    try:
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - importing lgpio makes a FIFO in a folder

        return LGPIOFactory()
    except ImportError as error:
        raise NoPins(
            "the pin driver lgpio is missing: sudo apt install python3-lgpio, "
            "or start with --simulate where there are no buttons"
        ) from error
    except FileNotFoundError as error:
        raise NoPins(
            f"lgpio cannot make its FIFO in {os.environ.get('LG_WD', os.curdir)!r}: "
            "set LG_WD to a folder this user may write (the systemd unit sets its RuntimeDirectory)"
        ) from error
    except Exception as error:  # lgpio raises its own undocumented classes; all of them mean the same here
        log.info("lgpio: %s", error)
        raise NoPins(
            "no usable GPIO chip: is this a Raspberry Pi, and is this user in the group gpio? "
            "Start with --simulate where there are no buttons"
        ) from error


class GpioPanel:
    """The buttons, lights and beeper of a real kiosk.

    gpiozero's notification thread calls `_went_down` and `_went_up`, which only queue the edge; everything else belongs to the
    frame loop.
    """

    def __init__(
        self, wiring: Wiring, factory: Factory, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self._wake: Callable[[], None] | None = None
        self._monotonic = monotonic
        self._opened: list[Any] = []
        self._factory = factory
        try:
            self._buttons = {number: self._button(number, wiring.buttons[number]) for number in BUTTONS}
            aids = {FIFTH: wiring.fifth, JACK: wiring.jack}
            self._aids = {
                number: self._button(number, pin) for number, pin in aids.items() if pin is not None
            }
            self._lights = {
                number: self._keep(gpiozero.LED(pin, pin_factory=factory))
                for number, pin in wiring.lights.items()
            }
            self._beeper = (
                self._keep(gpiozero.Buzzer(wiring.beeper, pin_factory=factory))
                if wiring.beeper is not None
                else None
            )
            self._case = (
                self._keep(gpiozero.Button(wiring.case, pull_up=True, pin_factory=factory))
                if wiring.case is not None
                else None
            )
        except (gpiozero.GPIOZeroError, OSError) as error:
            self.close()
            log.info("gpiozero: %s", error)
            raise NoPins(
                "the panel's pins cannot be opened: check [panel] in the configuration, "
                "and that no other program holds the pins"
            ) from error

    def wake_with(self, wake: Callable[[], None]) -> None:
        """Call `wake` after each edge, from gpiozero's thread."""
        self._wake = wake

    def move(self, button: int, *, down: bool, at: float) -> None:
        """Do nothing: real buttons are moved by fingers alone."""

    def levels(self) -> dict[int, bool]:
        """Read the pins now: which buttons are down."""
        return {number: bool(button.is_pressed) for number, button in self._buttons.items()}

    def aid_levels(self) -> dict[int, bool]:
        """Read the fifth button and the jack, those there are."""
        return {number: bool(button.is_pressed) for number, button in self._aids.items()}

    def case_open(self) -> bool | None:
        """Read the switch now; a wire that is cut counts as an open case."""
        return None if self._case is None else not self._case.is_pressed

    def light(self, button: int, *, on: bool) -> None:
        """Switch the light of one button; a panel without lights does nothing."""
        light = self._lights.get(button)
        if light is not None:
            light.value = on

    def beep(self) -> None:
        """Make the one short sound of a press in gpiozero's background thread."""
        if self._beeper is not None:
            self._beeper.beep(on_time=0.03, off_time=0.01, n=1, background=True)

    def close(self) -> None:
        """Let go of all pins and of the factory."""
        while self._opened:
            self._opened.pop().close()
        self._factory.close()

    def _button(self, number: int, pin: int) -> Any:
        button = self._keep(gpiozero.Button(pin, pull_up=True, bounce_time=None, pin_factory=self._factory))
        button.when_pressed = partial(self._went_down, number)
        button.when_released = partial(self._went_up, number)
        return button

    def _went_down(self, number: int) -> None:
        self._tell(Edge(number, down=True, at=self._monotonic()))

    def _went_up(self, number: int) -> None:
        self._tell(Edge(number, down=False, at=self._monotonic()))

    def _tell(self, edge: Edge) -> None:
        self.edges.put(edge)
        if self._wake is not None:
            self._wake()

    def _keep(self, device: Any) -> Any:
        self._opened.append(device)
        return device
