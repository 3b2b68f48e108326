"""The consent before the phone number: a plain text, and a box that is never ticked beforehand."""

from dataclasses import dataclass

import pygame

from kiosk.draw.icons import icon
from kiosk.draw.screens.controls import pills, pills_height
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.letter import paragraphs
from kiosk.draw.screens.paragraph import LABEL, TITLE, Fitted, fit
from kiosk.draw.screens.parts import Box, PlacedPart, Words, paint_card
from kiosk.draw.theme import Theme
from kiosk.show.views import TICK, ConsentView


@dataclass(frozen=True, slots=True)
class TickBox:
    """A box to tick with its sentence; the whole row can be touched."""

    fitted: Fitted
    ticked: bool

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the row, the box, and the tick."""
        palette = theme.palette
        x, y, width, height = box
        fill = palette.tint if self.ticked else palette.card
        border = palette.accent if self.ticked else palette.ink
        paint_card(surface, box, theme, fill=fill, border=border, radius=16)
        side = theme.px(40)
        left = x + theme.px(18)
        square = (left, y + (height - side) // 2, side, side)
        paint_card(surface, square, theme, fill=palette.card, border=palette.ink, radius=8, ground=fill)
        if self.ticked:
            size = side - theme.px(8)
            surface.blit(icon("check", size, palette.accent), (left + theme.px(4), y + (height - size) // 2))
        words = (left + side + theme.px(16), y, x + width - left - side - theme.px(28), height)
        Words(self.fitted, LABEL, middle=True).paint(surface, words, theme)


def layout(view: ConsentView, theme: Theme) -> list[PlacedPart]:
    """Place the title, the text on a card, the box to tick, and the choices."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    title = fit(view.title, theme, TITLE, 36, width=width, height=height * (40 if theme.large else 18) // 100)
    parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
    bottom = y + height
    if view.options:
        room = pills_height(view.options, theme, 68)
        parts += pills(view.options, (x, bottom - room, width, room), theme, size=24)
        bottom -= room + theme.px(14)
    label = fit(
        view.box_label,
        theme,
        LABEL,
        24,
        width=width - theme.px(102),
        height=theme.px(160 if theme.large else 72),
    )
    row = max(theme.target, label.height + theme.px(20))
    parts.append(PlacedPart((x, bottom - row, width, row), TickBox(label, view.ticked), TICK))
    bottom -= row + theme.px(14)
    top = y + title.height + theme.px(14)
    if view.paragraphs:
        parts.append(paragraphs(view.paragraphs, (x, top, width, bottom - top), theme, size=24))
    return parts
