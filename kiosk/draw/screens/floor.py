"""The plan of a floor: its counters where they lie, the one that is pointed at in words, and a mark where the visitor stands."""

from typing import NamedTuple

import pygame

from kiosk.draw.icons import icon
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.keyboard import one_row
from kiosk.draw.screens.paragraph import BODY, LABEL, SECONDARY, TITLE, Fitted, fit
from kiosk.draw.screens.parts import Box, Pane, Picture, PlacedPart, Words, paint_card
from kiosk.draw.screens.steering import steering
from kiosk.draw.theme import TARGET, Theme
from kiosk.show.views import Action, Bar, PlanView
from survey.named import distinct

_APART = 8
"""Pixels between two counters that lie wall to wall: no finger touches both."""
_TOUCHED = 60
_STRETCHED = 1.4
"""So much longer than wide a square may be drawn: a plan is for finding, not for measuring."""
_WORDS_SHARE = 36
"""Percent of the width that the words have beside the plan."""
_LABEL = 22.0


@distinct
class Spot(NamedTuple):
    """One counter: a box with its number, a border of ink where it is pointed at, a mark where the visitor stands."""

    fitted: Fitted | None
    pin: int
    """The mark's size; 0 where the visitor stands elsewhere."""
    focused: bool

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw it."""
        palette = theme.palette
        x, y, width, height = box
        border = palette.ink if self.focused else palette.muted
        stroke = theme.stroke * 2 if self.focused else max(1, theme.stroke // 2)
        fill = palette.tint if self.focused else palette.card
        paint_card(surface, box, theme, fill=fill, border=border, radius=8, stroke=stroke)
        words = self.fitted.width if self.fitted is not None else 0
        gap = theme.px(4) if self.pin and words else 0
        left = x + (width - self.pin - gap - words) // 2
        if self.pin:
            surface.blit(icon("place", self.pin, palette.ink), (left, y + (height - self.pin) // 2))
        if self.fitted is not None:
            place = (left + self.pin + gap, y, words, height)
            Words(self.fitted, LABEL, align="centre", middle=True).paint(surface, place, theme)


@distinct
class Wall(NamedTuple):
    """One side of the floor."""

    colour: str = "muted"

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw it."""
        surface.fill(getattr(theme.palette, self.colour), box)


def layout(view: PlanView, theme: Theme) -> list[PlacedPart]:
    """Place the title, the plan, the words beside it (upright and in large text beneath), and what the buttons do."""
    low = theme.large and not theme.portrait
    above = view.bar.actions if theme.large else ()
    # On a low panel in large text the title stands in the upper bar, and the plan has its room.
    bar = Bar() if low else view.bar._replace(actions=())
    parts, (x, y, width, _) = frame(bar, theme, ways_out=above)
    if low:
        high = theme.px(86)
        bottom = theme.size[1] - theme.px(10) - high
        below = one_row(view.options, (x, bottom, width, high), theme, size=24)
        bottom -= theme.px(8)
    else:
        below, bottom = steering(view.options, () if above else view.bar.actions, theme)
    room = min((part.box[0] for part in parts), default=width + x) - x - theme.px(16) if low else width
    y = theme.px(4) if low else y
    title = fit(view.title, theme, TITLE, 34, width=room, height=theme.px(124 if theme.large else 90))
    parts += [*below, PlacedPart((x, y, room, title.height), Words(title, TITLE))]
    y += max(title.height, theme.target if low else 0) + theme.px(10)
    if theme.large or theme.portrait:
        words, high = _beneath(view, (x, y, width, bottom - y), theme)
        return parts + words + _plan(view, (x, y, width, bottom - y - high - theme.px(10)), theme)
    side = width * _WORDS_SHARE // 100
    beside = (x + width - side, y, side, bottom - y)
    return [
        *parts,
        *_plan(view, (x, y, width - side - theme.px(20), bottom - y), theme),
        PlacedPart(beside, Pane(tuple(_column(view, beside, theme)))),
    ]


def _column(view: PlanView, box: Box, theme: Theme) -> list[PlacedPart]:
    """The words on their card, from above; the mark's meaning at its foot."""
    pad, gap = theme.px(18), theme.px(10)
    x, y, width, height = box[0] + pad, box[1] + pad, box[2] - 2 * pad, box[3] - 2 * pad
    parts: list[PlacedPart] = []
    if view.here:
        parts, high = _legend(view.here, (x, y, width, height), theme)
        height -= high + gap
    name = fit(view.name, theme, LABEL, 26, width=width, height=height * (60 if view.way else 100) // 100)
    parts.append(PlacedPart((x, y, width, name.height), Words(name, LABEL)))
    if view.way:
        way = fit(view.way, theme, BODY, 22, width=width, height=height - name.height - gap)
        parts.append(PlacedPart((x, y + name.height + gap, width, way.height), Words(way, BODY)))
    return parts


def _beneath(view: PlanView, area: Box, theme: Theme) -> tuple[list[PlacedPart], int]:
    """The words at the foot of an area, and the height that is theirs whatever is pointed at: the plan stays where it is."""
    x, y, width, height = area
    foot = y + height
    parts: list[PlacedPart] = []
    used = 0
    if view.here:
        parts, used = _legend(view.here, area, theme)
        used += theme.px(6)
    lines = 5 if not theme.large else 3 if theme.portrait else 2
    room = round(theme.text(26) * LABEL.leading) * lines
    name = fit(view.name, theme, LABEL, 26, width=width, height=room if not view.way else room * 3 // 5)
    top = foot - used - room
    parts.append(PlacedPart((x, top, width, name.height), Words(name, LABEL)))
    if view.way:
        way = fit(view.way, theme, BODY, 22, width=width, height=room - name.height)
        parts.append(PlacedPart((x, top + name.height, width, way.height), Words(way, BODY)))
    return parts, used + room


def _legend(here: str, area: Box, theme: Theme) -> tuple[list[PlacedPart], int]:
    x, y, width, height = area
    size, gap = theme.px(34), theme.px(8)
    words = fit(here, theme, SECONDARY, 20, width=width - size - gap, height=theme.px(70))
    high = max(size, words.height)
    top = y + height - high
    return [
        PlacedPart((x, top, size, high), Picture("place", size)),
        PlacedPart(
            (x + size + gap, top, width - size - gap, high),
            Words(words, SECONDARY, colour="ink", middle=True),
        ),
    ], high


def _plan(view: PlanView, area: Box, theme: Theme) -> list[PlacedPart]:
    """The counters as large as the area allows, and the walls around them."""
    line = theme.stroke
    left, top = (min(box[side] for box in view.boxes) for side in (0, 1))
    wide, long = (max(box[side] + box[side + 2] for box in view.boxes) for side in (0, 1))
    columns, rows = wide - left, long - top
    x, y, width, height = area[0] + line, area[1] + line, area[2] - 2 * line, area[3] - 2 * line
    across, down = width / columns, height / rows
    across, down = min(across, down * _STRETCHED), min(down, across * _STRETCHED)
    x += round((width - across * columns) / 2)
    y += round((height - down * rows) / 2)
    parts = []
    for place, (room, square) in enumerate(zip(view.rooms, view.boxes, strict=True)):
        begin = x + round((square[0] - left) * across), y + round((square[1] - top) * down)
        end = (
            x + round((square[0] + square[2] - left) * across),
            y + round((square[1] + square[3] - top) * down),
        )
        inset = _APART // 2
        size = max(4, end[0] - begin[0] - _APART), max(4, end[1] - begin[1] - _APART)
        box = (begin[0] + inset, begin[1] + inset, *size)
        touched = size[0] >= _TOUCHED and size[1] >= TARGET
        item = _spot(room, size, theme, marked=place == view.mark)
        parts.append(PlacedPart(box, item, room.name if touched else ""))
    whole = round(across * columns), round(down * rows)
    return [*parts, *_walls((x - line, y - line, whole[0] + 2 * line, whole[1] + 2 * line), line)]


def _spot(room: Action, size: tuple[int, int], theme: Theme, *, marked: bool) -> Spot:
    width, height = size[0] - 2 * theme.stroke, size[1] - 2 * theme.stroke
    pin = min(theme.px(34), width, height) if marked else 0
    rest = width - pin - (theme.px(4) if pin else 0) - theme.px(4)
    fitted = fit(room.label, theme, LABEL, _LABEL, width=max(1, rest), height=height, most_lines=3)
    # A number that has no room in its box stands in the words once it is pointed at; in large text none is set smaller.
    whole = fitted.fits and (not theme.large or fitted.size == theme.text(_LABEL))
    return Spot(fitted if whole else None, pin, room.chosen)


def _walls(box: Box, line: int) -> list[PlacedPart]:
    x, y, width, height = box
    return [
        PlacedPart((x, y, width, line), Wall()),
        PlacedPart((x, y + height - line, width, line), Wall()),
        PlacedPart((x, y + line, line, height - 2 * line), Wall()),
        PlacedPart((x + width - line, y + line, line, height - 2 * line), Wall()),
    ]
