"""Up to eight tiles, two rows of four (upright: four of two); the buttons' tile has a border of ink."""

from typing import NamedTuple

import pygame

from kiosk.draw.icons import icon
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import LABEL, SECONDARY, TITLE, Fitted, fit
from kiosk.draw.screens.parts import Box, PlacedPart, Words, paint_card
from kiosk.draw.screens.steering import steering
from kiosk.draw.theme import Theme
from kiosk.show.views import TilesView
from survey.named import distinct

_COUNT = 8


@distinct
class Tile(NamedTuple):
    """One tile: a picture and a few words."""

    fitted: Fitted
    icon: str
    icon_size: int
    chosen: bool
    focused: bool
    beside: bool
    """The picture stands beside the words instead of above them."""

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the card, the picture and the words."""
        palette = theme.palette
        x, y, width, height = box
        border = palette.ink if self.focused else palette.accent if self.chosen else palette.line
        stroke = theme.stroke * 2 if self.focused or self.chosen else theme.stroke
        fill = palette.tint if self.chosen else palette.card
        paint_card(surface, box, theme, fill=fill, border=border, stroke=stroke)
        pad, gap = theme.px(14), theme.px(10)
        drawn = icon(self.icon, self.icon_size, palette.ink) if self.icon else None
        if self.beside:
            left = x + pad
            if drawn:
                surface.blit(drawn, (left, y + (height - self.icon_size) // 2))
                left += self.icon_size + gap
            words = (left, y, x + width - left - pad, height)
            Words(self.fitted, LABEL, middle=True).paint(surface, words, theme)
        else:
            used = self.fitted.height + (self.icon_size + gap if drawn else 0)
            top = y + (height - used) // 2
            if drawn:
                surface.blit(drawn, (x + (width - self.icon_size) // 2, top))
                top += self.icon_size + gap
            words = (x + pad // 2, top, width - pad, self.fitted.height)
            Words(self.fitted, LABEL, align="centre").paint(surface, words, theme)
        if self.chosen:
            size = theme.px(28)
            surface.blit(icon("check", size, palette.ink), (x + width - size - theme.px(8), y + theme.px(8)))


def layout(view: TilesView, theme: Theme) -> list[PlacedPart]:
    """Place the question, the tiles, and what the buttons do."""
    wide = theme.portrait or theme.large
    # In large text the four buttons' words have the whole lower bar.
    above = view.bar.actions if theme.large else ()
    bar = view.bar._replace(actions=())
    parts, (x, y, width, _) = frame(bar, theme, ways_out=above)
    below, bottom = steering(view.options, () if above else view.bar.actions, theme)
    title = fit(view.title, theme, TITLE, 36, width=width * 6 // 10, height=theme.px(90))
    if wide:
        title = fit(view.title, theme, TITLE, 36, width=width, height=theme.px(124 if theme.large else 100))
    parts.append(PlacedPart((x, y, title.width + 2, title.height), Words(title, TITLE)))
    top = y + title.height
    if view.subtitle and theme.portrait:
        hint = fit(view.subtitle, theme, SECONDARY, 22, width=width, height=theme.px(60))
        parts.append(PlacedPart((x, top, width, hint.height), Words(hint, SECONDARY, colour="muted")))
        top += hint.height
    elif view.subtitle and not theme.large:  # a mark on what is picked says the same
        rest = width - title.width - theme.px(24)
        hint = fit(view.subtitle, theme, SECONDARY, 20, width=rest, height=title.height)
        box = (x + width - rest, y, rest, title.height)
        parts.append(PlacedPart(box, Words(hint, SECONDARY, colour="muted", align="right", middle=True)))
    top += theme.px(8 if theme.large else 14)
    return parts + below + _grid(view, (x, top, width, bottom - top), theme)


def _grid(view: TilesView, area: Box, theme: Theme) -> list[PlacedPart]:
    x, y, width, height = area
    columns = 2 if theme.portrait else 4
    rows = _COUNT // columns
    gap = max(8, theme.px(12))
    side, high = (width - (columns - 1) * gap) // columns, (height - (rows - 1) * gap) // rows
    high = min(high, theme.px(210))
    bare = theme.large  # the words have the picture's room
    beside = theme.portrait and not bare
    picture = 0 if bare else min(high * 38 // 100, theme.px(72))
    inner = side - 2 * theme.px(8 if bare else 14) - (picture + theme.px(10) if beside else 0)
    room = high - theme.px(20) - (0 if beside or bare else picture + theme.px(10))
    size = 25.0
    while True:
        sets = [
            fit(tile.label, theme, LABEL, size, width=inner, height=room, most_lines=3) for tile in view.tiles
        ]
        smallest = min(fitted.size for fitted in sets)
        if all(fitted.size == smallest for fitted in sets):
            break
        size -= 1
    return [
        PlacedPart(
            (x + place % columns * (side + gap), y + place // columns * (high + gap), side, high),
            Tile(fitted, "" if bare else tile.icon, picture, tile.chosen, place == view.focus, beside),
            tile.name,
        )
        for place, (tile, fitted) in enumerate(zip(view.tiles, sets, strict=True))
    ]
