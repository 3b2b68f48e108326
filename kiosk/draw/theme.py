"""Colours and sizes: everything a screen needs to know about how it should look.

All sizes are given as at 1024x600 and grow with the panel's short side. Colour never carries a meaning alone, and it is
the same for every answer: from afar nobody can tell what was pressed.
"""

import math
from functools import lru_cache
from typing import NamedTuple

from kiosk.show.views import Look

Colour = tuple[int, int, int]

SMALLEST_TEXT = 18
"""Nothing is written smaller than this at 1024x600."""
TARGET = 64
"""The least height of anything to be touched, on every panel; about 10 mm on a 7-inch panel of 1024x600."""


class Palette(NamedTuple):
    """The colours of one appearance. `muted` too keeps 7:1 on paper: the readers are not young."""

    paper: Colour
    card: Colour
    ink: Colour
    muted: Colour
    line: Colour
    track: Colour
    """Under the progress line."""
    accent: Colour
    on_accent: Colour
    tint: Colour
    warn: Colour
    bad: Colour


CALM = Palette(
    paper=(0xFB, 0xFA, 0xF6),
    card=(0xFF, 0xFF, 0xFF),
    ink=(0x14, 0x21, 0x3D),
    muted=(0x48, 0x50, 0x60),
    line=(0xD9, 0xD5, 0xC8),
    track=(0xD9, 0xD5, 0xC8),
    accent=(0x0A, 0x5F, 0x5B),
    on_accent=(0xFF, 0xFF, 0xFF),
    tint=(0xDD, 0xEF, 0xEC),
    warn=(0x7A, 0x4B, 0x00),
    bad=(0x8E, 0x1B, 0x1B),
)
HIGH_CONTRAST = Palette(
    paper=(0x00, 0x00, 0x00),
    card=(0x00, 0x00, 0x00),
    ink=(0xFF, 0xFF, 0xFF),
    muted=(0xFF, 0xFF, 0xFF),
    line=(0xFF, 0xFF, 0xFF),
    track=(0x4A, 0x4A, 0x4A),
    accent=(0xFF, 0xD5, 0x4A),
    on_accent=(0x00, 0x00, 0x00),
    tint=(0x3A, 0x30, 0x00),
    warn=(0xFF, 0xD5, 0x4A),
    bad=(0xFF, 0xA8, 0xA8),
)
SUNLIT = Palette(
    paper=(0xFF, 0xFF, 0xFF),
    card=(0xFF, 0xFF, 0xFF),
    ink=(0x00, 0x00, 0x00),
    muted=(0x1C, 0x1C, 0x1C),
    line=(0x00, 0x00, 0x00),
    track=(0x8C, 0x8C, 0x8C),
    accent=(0x00, 0x2B, 0x5C),
    on_accent=(0xFF, 0xFF, 0xFF),
    tint=(0xFF, 0xE9, 0x80),
    warn=(0x5A, 0x30, 0x00),
    bad=(0x7A, 0x00, 0x00),
)
"""As bright as the panel can be, black on white: the sun's reflection swallows a dark screen first."""
DIMMED = Palette(
    paper=(0x0C, 0x12, 0x1F),
    card=(0x12, 0x1A, 0x2B),
    ink=(0xC4, 0xC9, 0xD4),
    muted=(0xA6, 0xAD, 0xBB),
    line=(0x2C, 0x37, 0x4E),
    track=(0x2C, 0x37, 0x4E),
    accent=(0x8F, 0xC9, 0xC4),
    on_accent=(0x0C, 0x12, 0x1F),
    tint=(0x1B, 0x33, 0x3B),
    warn=(0xE0, 0xB8, 0x70),
    bad=(0xF0, 0xA0, 0xA0),
)


class Theme:
    """The palette and the measure of one look; one object a look, compared by identity because it keys every cache."""

    def __init__(
        self,
        *,
        size: tuple[int, int],
        palette: Palette,
        scale: float,
        text_scale: float,
        fonts: tuple[str, ...],
    ) -> None:
        self.size = size
        self.palette = palette
        self.scale = scale
        self.text_scale = text_scale
        self.fonts = fonts

    @property
    def portrait(self) -> bool:
        """The panel stands upright: answers are stacked instead of standing side by side."""
        return self.size[1] > self.size[0]

    @property
    def margin(self) -> int:
        """The free border at the left and right of everything."""
        return self.px(32) if self.portrait else self.px(40)

    @property
    def target(self) -> int:
        """The height of a button."""
        return max(TARGET, self.px(TARGET))

    @property
    def stroke(self) -> int:
        """The width of a line around a card."""
        return max(2, self.px(3))

    def px(self, length: float) -> int:
        """A length given as at 1024x600, in this panel's pixels."""
        return max(1, round(length * self.scale))

    def text(self, size: float) -> int:
        """A text size given as at 1024x600, in this panel's pixels and at the visitor's text size."""
        return max(self.smallest_text, self.enlarged(round(size * self.scale)))

    def enlarged(self, pixels: int) -> int:
        """A size in pixels at the visitor's text size; rounded up, so that it is never less than what was asked for."""
        return math.ceil(pixels * self.text_scale)

    @property
    def smallest_text(self) -> int:
        """The least text size on this panel, whatever has to fit."""
        return self.enlarged(max(14, round(SMALLEST_TEXT * self.scale)))

    @property
    def large(self) -> bool:
        """The visitor asked for large text."""
        return self.text_scale > 1


def band_height(whole: Theme) -> int:
    """Give the height of a band above a screen."""
    return whole.px(40)


@lru_cache(maxsize=32)
def theme(look: Look, *, dimmed: bool = False) -> Theme:
    """The theme of a look; `dimmed` is the closed kiosk at night."""
    width, height = look.size
    ordinary = SUNLIT if look.sunlit else DIMMED if dimmed else CALM
    palette = HIGH_CONTRAST if look.high_contrast else ordinary
    scale = min(min(width, height) / 600, max(width, height) / 1000)
    return Theme(
        size=look.size, palette=palette, scale=scale, text_scale=look.text_scale, fonts=tuple(look.fonts)
    )


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two, by the second one's share."""
    red, green, blue = (round(one + (other - one) * share) for one, other in zip(first, second, strict=True))
    return red, green, blue


def contrast(first: Colour, second: Colour) -> float:
    """The contrast ratio of two colours after WCAG 2, from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        channel / 3294.6 if channel <= 10 else ((channel / 255 + 0.055) / 1.055) ** 2.4 for channel in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
