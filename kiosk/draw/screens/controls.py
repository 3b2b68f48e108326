"""What can be pressed: the large answers and the buttons of the bars.

An answer shows icon, words and the number of the physical button that means the same. All four are drawn alike.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pygame

from kiosk.draw.icons import icon
from kiosk.draw.screens.paragraph import LABEL, Fitted, fit, measure
from kiosk.draw.screens.parts import Box, PlacedPart, Words, number_size, paint_card, paint_number
from kiosk.draw.theme import TARGET, Theme, mixed
from kiosk.show.views import GLOW, Action
from survey.named import distinct

_TWO_LINES = 94
"""A button beneath a message in large text: two lines of its words."""


@distinct
class AnswerCard(NamedTuple):
    """One of the four large answers; standing (icon above words) or lying (icon beside words)."""

    fitted: Fitted
    icon: str
    icon_size: int
    number: int | None
    chosen: bool
    pressed: bool
    lying: bool
    words_height: int
    """Height kept for the words, the same for all four, so that the icons stand in one line."""
    glow: int = 0
    """How far it shines, from 0 to `GLOW`."""

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the card, the icon, the words and the number."""
        palette = theme.palette
        marked = self.chosen or self.pressed
        x, y, width, height = card_box(box, self.number, theme, lying=self.lying)
        paint_card(
            surface,
            (x, y, width, height),
            theme,
            fill=palette.tint if marked else mixed(palette.card, palette.tint, self.glow / GLOW),
            border=palette.accent if marked else mixed(palette.line, palette.accent, self.glow / GLOW),
            stroke=theme.stroke * 2 if marked else theme.stroke * (GLOW + self.glow) // GLOW,
        )
        words = Words(self.fitted, LABEL, align="left" if self.lying else "centre", middle=self.lying)
        pad = theme.px(18)
        if self.lying:
            left = x + pad
            if self.icon:
                surface.blit(
                    icon(self.icon, self.icon_size, palette.ink), (left, y + (height - self.icon_size) // 2)
                )
                left += self.icon_size + pad
            words.paint(surface, (left, y, x + width - left - pad, height), theme)
        else:
            gap = theme.px(14) if self.icon else 0
            used = self.icon_size + gap + self.words_height
            top = y + (height - used) // 2
            if self.icon:
                surface.blit(
                    icon(self.icon, self.icon_size, palette.ink), (x + (width - self.icon_size) // 2, top)
                )
            else:
                top = y + (height - self.fitted.height) // 2
            words.paint(
                surface, (x + pad // 2, top + self.icon_size + gap, width - pad, self.words_height), theme
            )
        if self.chosen:
            size = theme.px(30)
            surface.blit(
                icon("check", size, palette.ink), (x + width - size - theme.px(10), y + theme.px(10))
            )
        if self.number is not None:
            disc = number_size(theme)
            centre = (
                (x + width - pad - disc // 2, y + height // 2) if self.lying else (x + width // 2, y + height)
            )
            paint_number(surface, centre, self.number, theme, fill=palette.ink)


@distinct
class Pill(NamedTuple):
    """A button of a bar or beneath a message."""

    fitted: Fitted
    icon: str
    icon_size: int
    number: int | None
    style: str
    """`strong`, `plain` (a border of ink) or `quiet` (a border of the line's colour)."""
    chosen: bool

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the button with its contents in the middle."""
        palette = theme.palette
        # A pressed button shows it, the strong one too.
        strong = self.style == "strong" and not self.chosen
        fill = palette.accent if strong else palette.tint if self.chosen else palette.card
        edge = {"strong": palette.accent, "plain": palette.ink}.get(self.style, palette.line)
        paint_card(surface, box, theme, fill=fill, border=palette.accent if self.chosen else edge, radius=18)
        ink = "on_accent" if strong else "ink"
        gap = theme.px(10)
        disc = number_size(theme) if self.number is not None else 0
        widths = [part for part in (disc, self.icon_size, self.fitted.width) if part]
        x = box[0] + (box[2] - sum(widths) - gap * (len(widths) - 1)) // 2
        middle = box[1] + box[3] // 2
        if self.number is not None:
            fill = palette.on_accent if strong else palette.ink
            paint_number(surface, (x + disc // 2, middle), self.number, theme, fill=fill)
            x += disc + gap
        drawn = icon(self.icon, self.icon_size, getattr(palette, ink)) if self.icon_size else None
        if drawn and not points_onward(self.icon):
            surface.blit(drawn, (x, middle - self.icon_size // 2))
            x += self.icon_size + gap
        words = Words(self.fitted, LABEL, colour=ink, strong_colour=ink, align="centre", middle=True)
        words.paint(surface, (x, box[1], self.fitted.width, box[3]), theme)
        if drawn and points_onward(self.icon):
            surface.blit(drawn, (x + self.fitted.width + gap, middle - self.icon_size // 2))


def points_onward(name: str) -> bool:
    """Tell whether an icon is an arrow forwards, which stands behind its word."""
    return name in {"next", "more", "skip"}


def card_box(box: Box, number: int | None, theme: Theme, *, lying: bool) -> Box:
    """The card within the box of an answer: half the number's disc hangs below a standing card."""
    x, y, width, height = box
    return box if lying or number is None else (x, y, width, height - number_size(theme) // 2 - 1)


def answers(
    options: Sequence[Action], area: Box, theme: Theme, *, pressed: int | None = None, glow: int = 0
) -> list[PlacedPart]:
    """Lay out at most four equal answers, each in the place of its physical button."""
    x, y, width, height = area
    lying = theme.portrait
    gap = theme.px(20) if not lying else theme.px(16)
    places = [(option.button or place + 1) - 1 for place, option in enumerate(options)]
    if lying:
        side = min((height - 3 * gap) // 4, theme.px(190))
        boxes = [(x, y + place * (side + gap), width, side) for place in places]
    else:
        side = (width - 3 * gap) // 4
        boxes = [(x + place * (side + gap), y, side, min(height, theme.px(330))) for place in places]
    sets = _labels(options, boxes, theme, lying=lying)
    if not sets:
        return []
    # Pictures stand in one line whatever the words beneath; a card of words alone stands for itself.
    with_icons = [fitted.height for option, fitted in zip(options, sets, strict=True) if option.icon]
    words_height = max(with_icons, default=0)
    icon_size = _icon_size(options, boxes[0], words_height, theme, lying=lying)
    return [
        PlacedPart(
            box,
            AnswerCard(
                fitted=fitted,
                icon=option.icon,
                icon_size=icon_size if option.icon else 0,
                number=option.button,
                chosen=option.chosen,
                pressed=place == pressed,
                lying=lying,
                words_height=words_height if option.icon else fitted.height,
                glow=glow,
            ),
            option.name,
        )
        for place, (option, box, fitted) in enumerate(zip(options, boxes, sets, strict=True))
    ]


def pill(
    action: Action,
    theme: Theme,
    *,
    width: int,
    style: str = "",
    size: float = 24,
    height: int = 0,
    pad: float = 14,
) -> Pill:
    """Make a button whose label fits into `width` but for `pad` at either side, and into `height` where it is higher than a target."""
    glyph = theme.px(24) if action.icon else 0
    disc = number_size(theme) if action.button is not None else 0
    taken = sum(part + theme.px(10) for part in (glyph, disc) if part) + 2 * theme.px(pad)
    fitted = fit(
        action.label,
        theme,
        LABEL,
        size,
        width=max(1, width - taken),
        height=max(theme.target, height),
        most_lines=2,
    )
    return Pill(
        fitted=fitted,
        icon=action.icon,
        icon_size=glyph,
        number=action.button,
        style=style or ("strong" if action.strong else "quiet"),
        chosen=action.chosen,
    )


def pill_row(
    actions: Sequence[Action],
    boxes: Sequence[Box],
    theme: Theme,
    *,
    styles: Sequence[str],
    size: float = 24,
    pad: float = 14,
) -> list[PlacedPart]:
    """Make buttons whose labels all have the size at which the longest fits."""
    while True:
        made = [
            pill(
                action,
                theme,
                width=box[2],
                style=style,
                size=size,
                height=box[3] if theme.large else 0,
                pad=pad,
            )
            for action, box, style in zip(actions, boxes, styles, strict=True)
        ]
        smallest = min((button.fitted.size for button in made), default=0)
        if all(button.fitted.size == smallest for button in made):
            return [
                PlacedPart(box, button, a.name) for a, box, button in zip(actions, boxes, made, strict=True)
            ]
        size -= 1


def pill_width(action: Action, theme: Theme, size: float = 24) -> int:
    """The width a button would like to have."""
    glyph = theme.px(24) + theme.px(10) if action.icon else 0
    disc = number_size(theme) + theme.px(10) if action.button is not None else 0
    words = measure(action.label, theme, LABEL, theme.text(size))
    return max(theme.target, words + glyph + disc + 2 * theme.px(24))


def pills(options: Sequence[Action], area: Box, theme: Theme, *, size: float = 26) -> list[PlacedPart]:
    """Lay out the choices beneath a message, in as many rows as `pill_rows` says."""
    x, y, width, height = area
    gap = theme.px(16 if theme.portrait else 20)
    rows = pill_rows(options, theme)
    between = theme.px(16)
    columns = -(-len(options) // rows)
    side = min((width - (columns - 1) * gap) // columns, theme.px(460) if rows == 1 else width)
    left = x + (width - columns * side - (columns - 1) * gap) // 2
    high = min((height - (rows - 1) * between) // rows, theme.px(96))
    boxes = [
        (left + place % columns * (side + gap), y + place // columns * (high + between), side, high)
        for place in range(len(options))
    ]
    styles = ["strong" if option.strong else "plain" for option in options]
    if theme.large:
        options = [option._replace(icon="") for option in options]  # the words have the pictures' room
    return pill_row(options, boxes, theme, styles=styles, size=size)


def pill_rows(options: Sequence[Action], theme: Theme) -> int:
    """In how many rows the choices stand: one, or on an upright panel one above the other, four as two by two (in large text everywhere)."""
    if not theme.portrait:
        return 2 if theme.large and len(options) > 3 else 1
    return 2 if len(options) == 4 and not theme.large else max(1, len(options))


def pills_height(options: Sequence[Action], theme: Theme, row: float) -> int:
    """The height that the choices need when a row is `row` high (as at 1024x600)."""
    rows = pill_rows(options, theme)
    if theme.large:
        columns = -(-len(options) // rows)
        side = (theme.size[0] - 2 * theme.margin - (columns - 1) * theme.px(20)) // max(1, columns)
        words = [option._replace(icon="") for option in options]
        long = any(pill_width(option, theme, 26) > side + theme.px(20) for option in words)
        row = max(row if rows == 1 else 0, _TWO_LINES) if long else row if rows == 1 else TARGET
    return rows * max(theme.target, theme.px(row)) + (rows - 1) * theme.px(16)


def _labels(options: Sequence[Action], boxes: Sequence[Box], theme: Theme, *, lying: bool) -> list[Fitted]:
    """Set all labels at the one size at which the longest fits."""
    size = 28.0 if any(option.icon.startswith(("face-", "step-")) for option in options) else 32.0
    while True:
        sets = [
            _label(option, box, theme, size, lying=lying) for option, box in zip(options, boxes, strict=True)
        ]
        smallest = min((fitted.size for fitted in sets), default=0)
        if all(fitted.size == smallest for fitted in sets):
            return sets
        size -= 1


def _label(option: Action, box: Box, theme: Theme, size: float, *, lying: bool) -> Fitted:
    pad = theme.px(18)
    if lying:
        used = 2 * pad + (number_size(theme) + pad if option.button is not None else 0)
        used += theme.px(100) + pad if option.icon else 0
        return fit(option.label, theme, LABEL, size, width=box[2] - used, height=box[3] - pad)
    _, _, width, height = card_box(box, option.button, theme, lying=lying)
    icon_room = theme.px(46 if theme.large else 70)
    room = height - number_size(theme) - theme.px(8) - (icon_room if option.icon else 0)
    inner = width - pad - theme.stroke * 2
    # Six short lines are harder to read than four in a slightly smaller type.
    few = fit(option.label, theme, LABEL, size, width=inner, height=room, most_lines=4)
    if few.fits and few.size >= theme.px(22):
        return few
    return fit(option.label, theme, LABEL, size, width=inner, height=room)


def _icon_size(options: Sequence[Action], box: Box, words_height: int, theme: Theme, *, lying: bool) -> int:
    wished = theme.px(112 if any(option.icon.startswith("face") for option in options) else 92)
    if lying:
        return min(wished, theme.px(100), box[3] - theme.px(28))
    room = box[3] - number_size(theme) - words_height - theme.px(14) - theme.px(28)
    return max(theme.px(32 if theme.large else 40), min(wished, room))
