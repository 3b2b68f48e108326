"""What an idle screen tells beneath the faces: the index at the left, a page that turns at the right."""

from typing import NamedTuple

import pygame

from kiosk.draw.screens.paragraph import LABEL, NUMBER, SECONDARY, Fitted, Style, fit, shorten
from kiosk.draw.screens.parts import Box, PlacedPart, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import Told
from survey.named import distinct

_HEIGHT, _UPRIGHT_HEIGHT = 96, 240


@distinct
class Dots(NamedTuple):
    """Which page of how many is shown."""

    page: int
    pages: int

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw a dot a page, from the right; the one that is shown is full."""
        radius = max(4, theme.px(6))
        middle = box[1] + box[3] // 2
        for place in range(self.pages):
            x = box[0] + box[2] - radius - (self.pages - 1 - place) * 3 * radius
            width = 0 if place == self.page else 2
            pygame.draw.circle(surface, theme.palette.muted, (x, middle), radius, width)


@distinct
class Rule(NamedTuple):
    """A line between the two halves."""

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Fill the box."""
        surface.fill(theme.palette.line, box)


def height_of(told: Told, theme: Theme) -> int:
    """Give the room that it needs."""
    if not told.value and not told.pages:
        return theme.px(34)
    return theme.px(_UPRIGHT_HEIGHT if theme.portrait and told.pages else _HEIGHT)


def layout(told: Told, box: Box, theme: Theme) -> list[PlacedPart]:
    """Place what is told; where there is only one half, it has the whole width."""
    x, y, width, height = box
    if not told.pages:
        return _index(told, box, theme)
    if theme.portrait:
        half = theme.px(_HEIGHT) if told.value else theme.px(34)
        gap = theme.px(14)
        rule = PlacedPart((x, y + half + gap // 2, width, max(2, theme.px(2))), Rule())
        page = (x, y + half + gap, width, height - half - gap)
        return [*_index(told, (x, y, width, half), theme), rule, *_page(told, page, theme)]
    left, gap = width * 37 // 100, theme.px(24)
    rule = PlacedPart((x + left, y, max(2, theme.px(3)), height), Rule())
    page = (x + left + gap, y, width - left - gap, height)
    return [*_index(told, (x, y, left - theme.px(8), height), theme), rule, *_page(told, page, theme)]


def _index(told: Told, box: Box, theme: Theme) -> list[PlacedPart]:
    x, y, width, height = box
    if not told.value:
        caption = fit(told.caption, theme, SECONDARY, 20, width=width, height=height)
        return [PlacedPart(box, Words(caption, SECONDARY, colour="muted"))]
    caption = fit(told.caption, theme, SECONDARY, 19, width=width, height=theme.px(26), most_lines=1)
    doubt = fit(told.doubt, theme, SECONDARY, 19, width=width, height=theme.px(26), most_lines=1)
    room = height - caption.height - doubt.height
    value = fit(told.value, theme, NUMBER, 36, width=width, height=room, most_lines=1)
    return _below_one_another(
        box, ((caption, SECONDARY, "muted"), (value, NUMBER, "ink"), (doubt, SECONDARY, "muted"))
    )


def _page(told: Told, box: Box, theme: Theme) -> list[PlacedPart]:
    x, y, width, height = box
    heading = shorten(told.heading, theme, SECONDARY, 19, width=width, height=theme.px(26))
    dots = theme.px(20) * max(2, told.pages)
    note = shorten(told.note, theme, SECONDARY, 19, width=width - dots, height=theme.px(26))
    room = height - heading.height - max(note.height, theme.px(24))
    text = shorten(told.text, theme, LABEL, 24, width=width, height=room)
    parts = _below_one_another(
        (x, y, width, height - note.height), ((heading, SECONDARY, "muted"), (text, LABEL, "ink"))
    )
    low = (x, y + height - note.height, width - dots, note.height)
    parts.append(PlacedPart(low, Words(note, SECONDARY, colour="muted")))
    if told.pages > 1:
        parts.append(PlacedPart((x + width - dots, low[1], dots, low[3]), Dots(told.page, told.pages)))
    return parts


def _below_one_another(box: Box, texts: tuple[tuple[Fitted, Style, str], ...]) -> list[PlacedPart]:
    x, top, width, _ = box
    parts = []
    for fitted, style, colour in texts:
        parts.append(PlacedPart((x, top, width, fitted.height), Words(fitted, style, colour=colour)))
        top += fitted.height
    return parts
