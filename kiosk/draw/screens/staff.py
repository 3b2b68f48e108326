"""The staff screen: facts on cards, messages in plain words, and what can be done."""

from dataclasses import dataclass

import pygame

from kiosk.draw.icons import icon
from kiosk.draw.screens.controls import pill_row
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import NUMBER, SECONDARY, TITLE, Fitted, fit
from kiosk.draw.screens.parts import Box, PlacedPart, Words, paint_card
from kiosk.draw.theme import Theme
from kiosk.show.views import StaffRow, StaffView

_STATE_ICONS = {"ok": "check", "warn": "warning", "bad": "cross"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its label, its value, a detail, and a sign for its state."""

    label: Fitted
    value: Fitted
    detail: Fitted | None
    state: str

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the card; what needs attention has a border in its colour and a sign."""
        palette = theme.palette
        x, y, width, height = box
        colour = {"warn": palette.warn, "bad": palette.bad}.get(self.state, palette.line)
        paint_card(surface, box, theme, fill=palette.card, border=colour, radius=16)
        pad = theme.px(18)
        used = self.label.height + self.value.height + (self.detail.height if self.detail else 0)
        top = y + (height - used) // 2
        inner = width - 2 * pad
        Words(self.label, SECONDARY, colour="muted").paint(
            surface, (x + pad, top, inner, self.label.height), theme
        )
        top += self.label.height
        Words(self.value, NUMBER).paint(surface, (x + pad, top, inner, self.value.height), theme)
        if self.detail:
            below = (x + pad, top + self.value.height, inner, self.detail.height)
            Words(self.detail, SECONDARY, colour="muted").paint(surface, below, theme)
        if self.state in _STATE_ICONS:
            size = theme.px(26)
            ink = {"ok": palette.accent, "warn": palette.warn, "bad": palette.bad}[self.state]
            drawn = icon(_STATE_ICONS[self.state], size, ink)
            surface.blit(drawn, (x + width - size - theme.px(14), y + theme.px(12)))


def layout(view: StaffView, theme: Theme) -> list[PlacedPart]:
    """Place the facts in columns, then the messages, then the choices."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    top = y
    if view.title:
        title = fit(view.title, theme, TITLE, 30, width=width, height=theme.px(72))
        parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
        top += title.height + theme.px(12)
    bottom = y + height
    options = _options(view, x, bottom, width, theme)
    if options:
        parts += options
        bottom = min(part.box[1] for part in options) - theme.px(14)
    for message in reversed(view.messages):
        fitted = fit(message, theme, SECONDARY, 20, width=width, height=theme.px(54))
        bottom -= fitted.height
        words = Words(fitted, SECONDARY)
        parts.append(PlacedPart((x, bottom, width, fitted.height), words))
        bottom -= theme.px(6)
    return parts + _facts(view.rows, (x, top, width, bottom - theme.px(8) - top), theme)


def _facts(rows: tuple[StaffRow, ...], area: Box, theme: Theme) -> list[PlacedPart]:
    if not rows:
        return []
    x, y, width, height = area
    gap = theme.px(12)
    # Seven or eight facts stand better as two rows of four than with one alone on a third row.
    columns = 2 if theme.portrait else 4 if len(rows) in {4, 7, 8} or len(rows) > 9 else 3
    lines = -(-len(rows) // columns)
    fact_width = (width - (columns - 1) * gap) // columns
    fact_height = min((height - (lines - 1) * gap) // lines, theme.px(170))
    return [
        PlacedPart(
            (
                x + place % columns * (fact_width + gap),
                y + place // columns * (fact_height + gap),
                fact_width,
                fact_height,
            ),
            _fact(row, fact_width, fact_height, theme),
        )
        for place, row in enumerate(rows)
    ]


def _fact(row: StaffRow, width: int, height: int, theme: Theme) -> Fact:
    inner = width - 2 * theme.px(18)
    label = fit(
        row.label, theme, SECONDARY, 19, width=inner - theme.px(30), height=height * 34 // 100, most_lines=1
    )
    rest = height - label.height - theme.px(10)
    detail = None
    if row.detail:
        detail = fit(row.detail, theme, SECONDARY, 18, width=inner, height=rest * 55 // 100)
        rest -= detail.height
    value = fit(row.value, theme, NUMBER, 30, width=inner, height=rest)
    return Fact(label, value, detail, row.state)


def _options(view: StaffView, x: int, bottom: int, width: int, theme: Theme) -> list[PlacedPart]:
    """Up to four choices in a row (two on an upright panel), the last row at the bottom."""
    if not view.options:
        return []
    gap = theme.px(12)
    most = 2 if theme.portrait else 4
    rows = [view.options[start : start + most] for start in range(0, len(view.options), most)]
    side = (width - (most - 1) * gap) // most
    top = bottom - len(rows) * theme.target - (len(rows) - 1) * gap
    boxes = [
        (x + column * (side + gap), top + row * (theme.target + gap), side, theme.target)
        for row, options in enumerate(rows)
        for column, _ in enumerate(options)
    ]
    styles = ["strong" if option.strong else "plain" for option in view.options]
    return pill_row(view.options, boxes, theme, styles=styles, size=22)
