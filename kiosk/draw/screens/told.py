"""What an idle screen tells beneath the faces: the index at the left, a page that turns at the right."""

from typing import NamedTuple

import pygame

from kiosk.draw.screens.controls import pill_row, pill_width
from kiosk.draw.screens.paragraph import LABEL, NUMBER, SECONDARY, Fitted, Style, fit, shorten
from kiosk.draw.screens.parts import Box, PlacedPart, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import Page, Told
from survey.named import distinct

_HEIGHT, _UPRIGHT_HEIGHT = 96, 240


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
    if theme.portrait and told.pages:
        return theme.px(_UPRIGHT_HEIGHT)
    return max(theme.px(_HEIGHT), theme.target)


def layout(told: Told, box: Box, theme: Theme) -> list[PlacedPart]:
    """Place what is told; where there is only one half, it has the whole width."""
    x, y, width, height = box
    parts: list[PlacedPart] = []
    gap = theme.px(20)
    if told.pause is not None:
        wide = pill_width(told.pause, theme)
        place = (x + width - wide, y + height - theme.target, wide, theme.target)
        parts += pill_row([told.pause], [place], theme, styles=["plain"])
        if not (theme.portrait and told.pages):
            width -= wide + gap
    if not told.pages:
        return [*_index(told, (x, y, width, height), theme), *parts]
    page = told.pages[told.page]
    if theme.portrait:
        half = theme.px(_HEIGHT) if told.value else theme.px(34)
        parts.append(PlacedPart((x, y + half + theme.px(7), width, max(2, theme.px(2))), Rule()))
        below = (x, y + half + gap, width, height - half - gap - theme.target - theme.px(8))
        parts += _dots(told, (x, y + height - theme.target, width // 3, theme.target))
        return [*_index(told, (x, y, width, half), theme), *parts, *_page(page, below, theme)]
    left = width * 39 // 100
    parts.append(PlacedPart((x + left, y, max(2, theme.px(3)), height), Rule()))
    right = (x + left + gap, y, width - left - gap, height)
    dots = theme.px(20) * len(told.pages) if len(told.pages) > 1 else 0
    line = theme.px(26)
    parts += _dots(told, (x + width - dots, y + height - line, dots, line))
    return [
        *_index(told, (x, y, left - theme.px(8), height), theme),
        *parts,
        *_page(page, right, theme, beside_note=dots),
    ]


def _dots(told: Told, box: Box) -> list[PlacedPart]:
    return [PlacedPart(box, Dots(told.page, len(told.pages)))] if len(told.pages) > 1 else []


def _index(told: Told, box: Box, theme: Theme) -> list[PlacedPart]:
    width, height = box[2:]
    if not told.value:
        caption = fit(told.caption, theme, SECONDARY, 20, width=width, height=height)
        return [PlacedPart(box, Words(caption, SECONDARY, colour="muted"))]
    caption = fit(told.caption, theme, SECONDARY, 19, width=width, height=theme.px(26), most_lines=1)
    doubt = fit(told.doubt, theme, SECONDARY, 19, width=width, height=theme.px(26), most_lines=1)
    room = height - caption.height - doubt.height
    value = fit(told.value, theme, NUMBER, 34, width=width, height=room, most_lines=1)
    return _below_one_another(
        box, ((caption, SECONDARY, "muted"), (value, NUMBER, "ink"), (doubt, SECONDARY, "muted"))
    )


def _page(page: Page, box: Box, theme: Theme, *, beside_note: int = 0) -> list[PlacedPart]:
    x, y, width, height = box
    line = theme.px(26)
    heading = shorten(page.heading, theme, SECONDARY, 19, width=width, height=line)
    note = shorten(page.note, theme, SECONDARY, 19, width=width - beside_note, height=line)
    below = line if page.note or beside_note else 0
    text = fit(page.text, theme, LABEL, 23, width=width, height=height - heading.height - below)
    parts = _below_one_another(box, ((heading, SECONDARY, "muted"), (text, LABEL, "ink")))
    if page.note:
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
