"""What an idle screen tells beneath the faces: the index at the left, a page that turns at the right."""

from typing import NamedTuple

import pygame

from kiosk.draw.screens.controls import pill_row, pill_width
from kiosk.draw.screens.paragraph import LABEL, NUMBER, SECONDARY, Fitted, Style, fit, shorten
from kiosk.draw.screens.parts import Box, PlacedPart, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import Told
from survey.named import distinct

_HEIGHT, _UPRIGHT_INDEX, _UPRIGHT_PAGE = 116, 112, 132


@distinct
class Dots(NamedTuple):
    """Which page of how many is shown."""

    page: int
    pages: int

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw a dot a page; the one that is shown is full."""
        radius = max(4, theme.px(6))
        middle = box[1] + box[3] // 2
        for place in range(self.pages):
            x = box[0] + radius + place * 3 * radius
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
        return theme.target
    if theme.portrait:
        return theme.px(_UPRIGHT_INDEX + (_UPRIGHT_PAGE if told.pages else 0))
    return theme.px(_HEIGHT)


def layout(told: Told, box: Box, theme: Theme) -> list[PlacedPart]:
    """Place what is told; where there is only one half, it has the whole width."""
    x, y, width, height = box
    parts: list[PlacedPart] = []
    gap, line = theme.px(18), theme.px(26)
    wide = 0
    upright = theme.portrait and bool(told.pages)
    if told.pause is not None:
        wide = pill_width(told.pause, theme)
        low = y if upright else y + height - theme.target
        parts += pill_row(
            [told.pause], [(x + width - wide, low, wide, theme.target)], theme, styles=["plain"]
        )
    beside = width - (wide + gap if wide else 0)
    if not told.pages:
        return [*_index(told, (x, y, beside, height), theme), *parts]
    dots = theme.px(19) * len(told.pages)
    parts += _dots(told, (x + (width if upright else beside) - dots, y + height - line, dots, line))
    if upright:
        half = theme.px(_UPRIGHT_INDEX)
        parts.append(PlacedPart((x, y + half - theme.px(8), width, max(2, theme.px(2))), Rule()))
        page = (x, y + half, width, height - half)
        index = _index(told, (x, y, beside, half - theme.px(10)), theme)
        return [*index, *parts, *_page(told, page, theme, beside_note=dots)]
    width = beside
    left = width * 41 // 100
    parts.append(PlacedPart((x + left, y, max(2, theme.px(3)), height), Rule()))
    right = (x + left + gap, y, width - left - gap, height)
    return [
        *_index(told, (x, y, left - theme.px(8), height), theme),
        *parts,
        *_page(told, right, theme, beside_note=dots),
    ]


def _dots(told: Told, box: Box) -> list[PlacedPart]:
    return [PlacedPart(box, Dots(told.page, len(told.pages)))] if len(told.pages) > 1 else []


def _index(told: Told, box: Box, theme: Theme) -> list[PlacedPart]:
    width, height = box[2:]
    if not told.value:
        caption = fit(told.caption, theme, SECONDARY, 20, width=width, height=height)
        return [PlacedPart(box, Words(caption, SECONDARY, colour="muted"))]
    caption = fit(told.caption, theme, SECONDARY, 19, width=width, height=theme.px(28), most_lines=1)
    doubt = fit(told.doubt, theme, SECONDARY, 19, width=width, height=theme.px(52), most_lines=2)
    room = height - caption.height - doubt.height
    value = fit(told.value, theme, NUMBER, 34, width=width, height=room, most_lines=1)
    return _below_one_another(
        box, ((caption, SECONDARY, "muted"), (value, NUMBER, "ink"), (doubt, SECONDARY, "muted"))
    )


def _page(told: Told, box: Box, theme: Theme, *, beside_note: int = 0) -> list[PlacedPart]:
    page, line = told.pages[told.page], theme.px(26)
    x, y, width, height = box
    heading = shorten(page.heading, theme, SECONDARY, 19, width=width, height=line)
    below = line if page.note or beside_note else 0
    text = fit(page.text, theme, LABEL, 23, width=width, height=height - heading.height - below)
    parts = _below_one_another(box, ((heading, SECONDARY, "muted"), (text, LABEL, "ink")))
    if page.note:
        note = shorten(page.note, theme, SECONDARY, 19, width=width - beside_note, height=line)
        low = (x, y + height - line, width - beside_note, line)
        parts.append(PlacedPart(low, Words(note, SECONDARY, colour="muted")))
    return parts


def _below_one_another(box: Box, texts: tuple[tuple[Fitted, Style, str], ...]) -> list[PlacedPart]:
    x, top, width, _ = box
    parts = []
    for fitted, style, colour in texts:
        parts.append(PlacedPart((x, top, width, fitted.height), Words(fitted, style, colour=colour)))
        top += fitted.height
    return parts
