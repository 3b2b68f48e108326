"""One contract for every panel: the real one on mock pins, and the simulated one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory

from hardware.errors import NoPins
from hardware.panel import Panel
from hardware.pins import GpioPanel, Wiring, open_factory
from hardware.simulator import SimulatedPanel

WIRING = Wiring(buttons={1: 5, 2: 6, 3: 13, 4: 19}, lights={1: 12, 2: 16, 3: 20, 4: 21}, beeper=25)


@dataclass
class Rig:
    """A panel, and the finger that moves its buttons."""

    panel: Panel
    factory: MockFactory | None
    now: float = 10.0

    def move(self, button: int, *, down: bool) -> None:
        if isinstance(self.panel, SimulatedPanel):
            self.panel.move(button, down=down, at=self.now)
        else:
            assert self.factory is not None
            pin: Any = self.factory.pin(WIRING.buttons[button])
            pin.drive_low() if down else pin.drive_high()

    def is_lit(self, button: int) -> bool:
        if isinstance(self.panel, SimulatedPanel):
            return button in self.panel.lit
        assert self.factory is not None
        return bool(self.factory.pin(WIRING.lights[button]).state)


@pytest.fixture(params=["simulated", "pins"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "simulated":
        made = Rig(SimulatedPanel(), None)
    else:
        factory = MockFactory()
        made = Rig(SimulatedPanel(), factory)
        made.panel = GpioPanel(WIRING, factory, monotonic=lambda: made.now)
    yield made
    made.panel.close()


def drained(panel: Panel) -> list[tuple[int, bool, float]]:
    found = []
    while not panel.edges.empty():
        edge = panel.edges.get_nowait()
        found.append((edge.button, edge.down, edge.at))
    return found


def test_every_edge_arrives_in_order_with_its_moment(rig: Rig) -> None:
    rig.move(2, down=True)
    rig.now = 10.5
    rig.move(2, down=False)
    rig.move(4, down=True)
    assert drained(rig.panel) == [(2, True, 10.0), (2, False, 10.5), (4, True, 10.5)]


def test_levels_tell_what_is_down_now(rig: Rig) -> None:
    rig.move(3, down=True)
    assert rig.panel.levels() == {1: False, 2: False, 3: True, 4: False}


def test_lights_are_switched_one_by_one(rig: Rig) -> None:
    rig.panel.light(1, on=True)
    rig.panel.light(4, on=True)
    rig.panel.light(1, on=False)
    assert [rig.is_lit(button) for button in (1, 2, 3, 4)] == [False, False, False, True]


def test_a_beep_returns_at_once_and_closing_twice_is_harmless(rig: Rig) -> None:
    rig.panel.beep()
    rig.panel.close()
    rig.panel.close()


def test_pins_in_use_are_refused_with_a_remedy() -> None:
    factory = MockFactory()
    twice = Wiring(buttons={1: 5, 2: 5, 3: 13, 4: 19}, lights={})
    with pytest.raises(NoPins, match=r"\[panel\]"):
        GpioPanel(twice, factory)


def test_a_panel_without_lights_ignores_them() -> None:
    panel = GpioPanel(Wiring(buttons=WIRING.buttons, lights={}), MockFactory())
    panel.light(1, on=True)
    panel.beep()
    panel.close()


def test_without_a_pin_driver_the_reason_and_the_way_out_are_named() -> None:
    with pytest.raises(NoPins, match="--simulate"):
        open_factory()


def test_an_edge_wakes_the_loop(rig: Rig) -> None:
    woken: list[int] = []
    rig.panel.wake_with(lambda: woken.append(rig.panel.edges.qsize()))
    rig.move(1, down=True)
    assert woken == [1], "the edge is on the queue before anybody is woken"
