"""A band above any screen, as wide as the panel: what stands beneath is not what it looks like."""

from collections.abc import Sequence
from typing import NamedTuple

import pygame

from kiosk.draw.icons import icon
from kiosk.draw.screens.paragraph import LABEL, Fitted, fit
from kiosk.draw.screens.parts import Box, PlacedPart, Words
from kiosk.draw.theme import Theme, band_height
from kiosk.show.views import BandedView
from survey.named import distinct


@distinct
class Band(NamedTuple):
    """Words on a ground in the colour of what needs attention, between two signs."""

    fitted: Fitted

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the ground, the words and the signs."""
        palette = theme.palette
        surface.fill(palette.warn, box)
        x, y, width, height = box
        Words(self.fitted, LABEL, colour="paper", align="centre", middle=True).paint(surface, box, theme)
        size = height * 7 // 10
        sign = icon("training", size, palette.paper)
        beside = (width + self.fitted.width) // 2 + size // 2
        for left in (x + width - beside - size, x + beside):
            surface.blit(sign, (left, y + (height - size) // 2))


@distinct
class Lowered(NamedTuple):
    """A part that was laid out for a lower screen, painted where that begins: parts within it keep their boxes."""

    part: PlacedPart
    down: int

    @property
    def parts(self) -> tuple[PlacedPart, ...]:
        """Give what is painted."""
        return (self.part,)

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:  # noqa: ARG002 - the part has its own
        """Paint it, further down."""
        width, height = surface.get_size()
        below = surface.subsurface((0, self.down, width, height - self.down))
        self.part.item.paint(below, self.part.box, theme)


def layout(view: BandedView, under: Sequence[PlacedPart], whole: Theme) -> list[PlacedPart]:
    """Move the screen down by the band's height; `whole` is the theme of the panel."""
    high = band_height(whole)
    text = fit(view.text, whole, LABEL, 26, width=whole.size[0] * 7 // 10, height=high, most_lines=1)
    parts = [PlacedPart((0, 0, whole.size[0], high), Band(text))]
    for part in under:
        x, y, width, height = part.box
        parts.append(PlacedPart((x, y + high, width, height), Lowered(part, high), part.action))
    return parts
