"""The guide's wiring diagram says what the program does."""

from kiosk.config import PanelSection
from tests.kiosk.wiring import FILE, draw


def test_the_diagram_is_drawn_from_the_pins_that_are_used() -> None:
    assert FILE.read_text(encoding="utf-8") == draw(PanelSection()), "run: python -m tests.kiosk.wiring"


def test_other_pins_give_another_diagram() -> None:
    assert "pin 12 = GPIO 18" in draw(PanelSection()._replace(buttons=(18, 6, 13, 19)))
