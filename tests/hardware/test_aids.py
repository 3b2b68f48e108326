"""The fifth button and the headphone plug: judged alone, never an answer."""

import random

import pytest
from gpiozero.pins.mock import MockFactory

from hardware.aids import AidInputs
from hardware.events import FIFTH, JACK, Edge
from hardware.pins import GpioPanel, Wiring


def played(edges: list[Edge], until: float) -> list[str]:
    inputs, found = AidInputs(hold_seconds=1.5), []
    for edge in edges:
        found += inputs.feed(edge)
    while (moment := inputs.due()) is not None and moment <= until:
        found += inputs.advance(moment)
    return [getattr(one, "name", "") for one in found]


def press(at: float, seconds: float) -> list[Edge]:
    return [Edge(FIFTH, down=True, at=at), Edge(FIFTH, down=False, at=at + seconds)]


@pytest.mark.parametrize(
    "seconds, said",
    [(0.01, []), (0.1, ["fifth"]), (1.4, ["fifth"]), (1.6, ["fifth_held"]), (60, ["fifth_held"])],
)
def test_a_press_is_told_at_its_end_and_a_long_one_once(seconds: float, said: list[str]) -> None:
    assert played(press(1.0, seconds), 100.0) == said


def test_a_plug_that_scratches_on_its_way_in_is_told_once() -> None:
    dice, edges, at = random.Random(4), [], 1.0
    for step in range(9):
        edges.append(Edge(JACK, down=step % 2 == 0, at=at))
        at += dice.uniform(0.005, 0.2)
    assert played(edges, 9.0) == ["plugged"]
    assert played([*edges, Edge(JACK, down=False, at=20.0)], 30.0) == ["plugged", "unplugged"]


def test_on_pins_each_is_an_edge_of_its_own_and_the_doctor_reads_both() -> None:
    factory = MockFactory()
    panel = GpioPanel(
        Wiring({1: 5, 2: 6, 3: 13, 4: 19}, {}, fifth=26, jack=24), factory, monotonic=lambda: 7.0
    )
    factory.pin(26).drive_low()
    factory.pin(24).drive_low()
    factory.pin(26).drive_high()
    assert [panel.edges.get_nowait()[:3] for _ in range(3)] == [
        (5, True, 7.0),
        (6, True, 7.0),
        (5, False, 7.0),
    ]
    assert panel.aid_levels() == {FIFTH: False, JACK: True}
    assert panel.levels() == dict.fromkeys(range(1, 5), False)
    panel.close()


def test_where_neither_is_wired_neither_is_read() -> None:
    panel = GpioPanel(Wiring({1: 5, 2: 6, 3: 13, 4: 19}, {}), MockFactory())
    assert panel.aid_levels() == {}
    panel.close()
