"""The question whether somebody is still there, on a card over a screen that keeps every pixel in its place."""

from collections.abc import Sequence
from typing import NamedTuple

import pygame

from kiosk.draw.screens.controls import pill
from kiosk.draw.screens.paragraph import BODY, TITLE, fit
from kiosk.draw.screens.parts import Box, Pane, PlacedPart, ProgressBar, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import WarnedView
from survey.named import distinct

_VEIL = 200
"""How far the screen beneath fades into its paper, of 255."""


@distinct
class Curtain(NamedTuple):
    """A whole screen, faded, and the card over it; one part, because parts never overlap."""

    under: tuple[PlacedPart, ...]
    card: PlacedPart

    @property
    def parts(self) -> tuple[PlacedPart, ...]:
        """Give everything that is painted."""
        return (*self.under, self.card)

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the screen beneath, the veil, and the card."""
        surface.fill(theme.palette.paper, box)
        for part in self.under:
            part.item.paint(surface, part.box, theme)
        veil = pygame.Surface(box[2:])
        veil.fill(theme.palette.paper)
        veil.set_alpha(_VEIL)
        surface.blit(veil, box[:2])
        self.card.item.paint(surface, self.card.box, theme)


def layout(view: WarnedView, under: Sequence[PlacedPart], theme: Theme) -> list[PlacedPart]:
    """Make the one part, which answers wherever it is touched."""
    width, height = theme.size
    (answer,) = view.options
    wide = min(width - 2 * theme.margin, theme.px(1000 if theme.large else 720))
    pad, gap = theme.px(36), theme.px(16)
    inner = wide - 2 * pad
    title = fit(view.title, theme, TITLE, 40, width=inner, height=height * 20 // 100)
    text = fit(view.text, theme, BODY, 26, width=inner, height=height * (44 if theme.large else 36) // 100)
    button = theme.px(76)
    bar = theme.px(10) // 2 * 2
    high = 2 * pad + title.height + gap + text.height + gap + bar + gap + button
    x, y = (width - wide) // 2 + pad, (height - high) // 2 + pad
    parts = [PlacedPart((x, y, inner, title.height), Words(title, TITLE))]
    y += title.height + gap
    parts.append(PlacedPart((x, y, inner, text.height), Words(text, BODY)))
    y += text.height + gap
    parts.append(PlacedPart((x, y, inner, bar), ProgressBar(view.left, view.of)))
    y += bar + gap
    parts.append(PlacedPart((x, y, inner, button), pill(answer, theme, width=inner, size=28)))
    card = PlacedPart(
        ((width - wide) // 2, (height - high) // 2, wide, high), Pane(tuple(parts), strong=True)
    )
    return [PlacedPart((0, 0, width, height), Curtain(tuple(under), card), answer.name)]
