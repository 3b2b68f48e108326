"""Contrast, sizes, and that colour tells a bystander nothing."""

import pytest

from kiosk.draw.theme import CALM, DIMMED, HIGH_CONTRAST, Palette, contrast, theme
from kiosk.show.views import Look


@pytest.mark.parametrize(
    "palette",
    [
        pytest.param(CALM, id="calm"),
        pytest.param(HIGH_CONTRAST, id="high"),
        pytest.param(DIMMED, id="dimmed"),
    ],
)
def test_body_text_has_a_contrast_of_at_least_seven(palette: Palette) -> None:
    pairs = {
        "ink on paper": (palette.ink, palette.paper),
        "ink on card": (palette.ink, palette.card),
        "ink on tint": (palette.ink, palette.tint),
        "muted on paper": (palette.muted, palette.paper),
        "muted on card": (palette.muted, palette.card),
        "words on accent": (palette.on_accent, palette.accent),
        "number on its disc": (palette.paper, palette.ink),
    }

    assert {name: round(contrast(*pair), 1) for name, pair in pairs.items() if contrast(*pair) < 7} == {}


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21.0
    assert round(contrast((119, 119, 119), (255, 255, 255)), 2) == 4.48


@pytest.mark.parametrize(
    "size,smallest,portrait",
    [((1024, 600), 18, False), ((800, 480), 14, False), ((720, 1280), 22, True), ((1920, 1080), 32, False)],
)
def test_sizes_grow_with_the_panel(size: tuple[int, int], smallest: int, portrait: bool) -> None:
    chosen = theme(Look(size=size))

    assert (chosen.smallest_text, chosen.portrait) == (smallest, portrait)
    assert chosen.target >= 64
