"""A kiosk that is not in service yet: what citizens do instead, what staff do, and what to say on the telephone."""

from typing import NamedTuple

import pygame

from kiosk.draw.screens.controls import pills, pills_height
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import BODY, LABEL, SECONDARY, TITLE, Fitted, Style, fit, shorten
from kiosk.draw.screens.parts import Box, Pane, PlacedPart, Words, number_size, paint_number
from kiosk.draw.theme import Theme
from kiosk.show.views import NoticeView
from survey.named import distinct

_STEP_SIZE = 26.0
_FACTS_SHARE = 32
"""Percent of the width that the card of facts takes beside the steps."""
_MOST_SMALLER = 14


@distinct
class Number(NamedTuple):
    """The number of a step in its disc."""

    number: int

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw disc and number."""
        x, y, width, height = box
        paint_number(surface, (x + width // 2, y + height // 2), self.number, theme, fill=theme.palette.ink)


def layout(view: NoticeView, theme: Theme) -> list[PlacedPart]:
    """Place the title and the word to citizens, below them the steps, the facts beside (or beneath) these, and what can be done."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    bottom = y + height
    if view.options:
        room = pills_height(view.options, theme, 64)
        parts += pills(view.options, (x, bottom - room, width, room), theme, size=24)
        bottom -= room + theme.px(14)
    if view.message:
        message = shorten(
            view.message, theme, SECONDARY, 20, width=width, height=theme.px(200 if theme.portrait else 112)
        )
        bottom -= message.height
        words = Words(message, SECONDARY, colour="muted")
        parts.append(PlacedPart((x, bottom, width, message.height), words))
        bottom -= theme.px(16)
    title = fit(view.title, theme, TITLE, 44, width=width, height=theme.px(104))
    parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
    y += title.height + theme.px(4)
    text = fit(view.text, theme, BODY, 26, width=width, height=theme.px(70))
    parts.append(PlacedPart((x, y, width, text.height), Words(text, BODY)))
    y += text.height + theme.px(20)
    if theme.portrait:
        card = _Card.of(view, theme, width=width, height=(bottom - y) // 2)
        parts.append(card.placed(x, bottom - card.height))
        return parts + _steps(view, (x, y, width, bottom - card.height - theme.px(18) - y), theme)
    side, gap = width * _FACTS_SHARE // 100, theme.px(32)
    card = _Card.of(view, theme, width=side, height=bottom - y)
    parts.append(card.placed(x + width - side, y))
    return parts + _steps(view, (x, y, width - side - gap, bottom - y), theme)


def _steps(view: NoticeView, area: Box, theme: Theme) -> list[PlacedPart]:
    """The heading and the numbered steps, all at the one size at which they fit."""
    x, y, width, height = area
    heading = fit(view.heading, theme, LABEL, _STEP_SIZE, width=width, height=theme.px(62))
    parts = [PlacedPart((x, y, width, heading.height), Words(heading, LABEL))]
    disc = number_size(theme)
    left, gap = disc + theme.px(14), theme.px(12)
    y, free = y + heading.height + gap, height - heading.height - gap
    size = _STEP_SIZE
    while True:
        steps = [fit(step, theme, BODY, size, width=width - left, height=free) for step in view.steps]
        used = sum(max(step.height, disc) for step in steps) + gap * (len(steps) - 1)
        if used <= free or theme.text(size) <= theme.smallest_text:
            break
        size -= 1
    for number, fitted in enumerate(steps, start=1):
        step = fitted if used <= free else fitted._replace(fits=False)
        first = min(step.line_height, disc)
        parts.append(
            PlacedPart((x, y + (first - disc) // 2 if first < disc else y, disc, disc), Number(number))
        )
        high = max(step.height, disc)
        box = (x + left, y, width - left, high)
        parts.append(PlacedPart(box, Words(step, BODY, middle=step.height < disc)))
        y += high + gap
    return parts


class _Line(NamedTuple):
    fitted: Fitted
    style: Style
    colour: str
    gap: int
    """Free room below."""


class _Card(NamedTuple):
    """The facts on a card that is as high as they are."""

    lines: tuple[_Line, ...]
    width: int
    pad: int

    @classmethod
    def of(cls, view: NoticeView, theme: Theme, *, width: int, height: int) -> "_Card":
        """Set the facts as large as usual, or as much smaller as it takes."""
        pad = theme.px(18)
        for smaller in range(_MOST_SMALLER):
            card = cls(_fact_lines(view, theme, width - 2 * pad, smaller), width, pad)
            if card.height <= height:
                return card
        return card._replace(lines=tuple(_unfit(line) for line in card.lines))

    @property
    def height(self) -> int:
        """The height of all lines, with the border."""
        return sum(line.fitted.height + line.gap for line in self.lines) + 2 * self.pad

    def placed(self, x: int, y: int) -> PlacedPart:
        """The card with its upper left corner at a place."""
        top, parts = y + self.pad, []
        for line in self.lines:
            box = (x + self.pad, top, self.width - 2 * self.pad, line.fitted.height)
            parts.append(PlacedPart(box, Words(line.fitted, line.style, colour=line.colour)))
            top += line.fitted.height + line.gap
        return PlacedPart((x, y, self.width, self.height), Pane(tuple(parts)))


def _unfit(line: _Line) -> _Line:
    return line._replace(fitted=line.fitted._replace(fits=False))


def _fact_lines(view: NoticeView, theme: Theme, width: int, smaller: int) -> tuple[_Line, ...]:
    gap = max(2, theme.px(8) - smaller)
    heading = fit(view.facts_title, theme, LABEL, 22 - smaller, width=width, height=theme.px(70))
    lines = [_Line(heading, LABEL, "ink", gap)]
    for label, value in view.facts:
        named = fit(label, theme, SECONDARY, 19 - smaller, width=width, height=theme.px(40))
        said = fit(value, theme, LABEL, 24 - smaller, width=width, height=theme.px(80))
        lines += [_Line(named, SECONDARY, "muted", 0), _Line(said, LABEL, "ink", gap)]
    return (*lines[:-1], lines[-1]._replace(gap=0))
