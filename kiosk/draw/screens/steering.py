"""The lower edge of a screen that four buttons steer: what they do, and beside it the ways out for the finger."""

from collections.abc import Sequence

from kiosk.draw.screens.controls import Pill, pill_row, pill_width
from kiosk.draw.screens.parts import Box, PlacedPart
from kiosk.draw.theme import Theme
from kiosk.show.views import Action

_BARE = frozenset({"speak"})
"""Icons that need no word here: the room belongs to what the buttons do."""


def steering(
    options: Sequence[Action], actions: Sequence[Action], theme: Theme
) -> tuple[list[PlacedPart], int]:
    """Lay out both in one row, on an upright panel in three; gives the height at which they begin."""
    bottom = theme.size[1] - theme.px(10 if theme.large else 18)
    high = theme.target
    if theme.large:  # two lines of what the buttons do
        high = max(high, round(theme.text(22) * 2.4) + 4)
    gap = max(8, theme.px(10))
    whole = theme.size[0] - 2 * theme.margin
    if theme.portrait:
        top = bottom - theme.target if actions else bottom + gap
        parts = row(actions, (theme.margin, top, whole, theme.target), theme) if actions else []
        for pair in (options[2:], options[:2]):
            if pair:
                top -= high + gap
                parts += _equal(pair, (theme.margin, top, whole, high), theme, columns=2)
        return parts, top - theme.px(14)
    top = bottom - high
    taken = sum(_width(action, theme) + gap for action in actions)
    parts = row(actions, (theme.margin, top, taken - gap, theme.target), theme) if actions else []
    box = (theme.margin + taken, top, whole - taken, high)
    return [*parts, *_equal(options, box, theme, columns=4)], top - (
        max(8, theme.px(8)) if theme.large else theme.px(14)
    )


def row(actions: Sequence[Action], box: Box, theme: Theme) -> list[PlacedPart]:
    """Lay out actions side by side, the last one as wide as there is room where it is the way on."""
    x, y, width, height = box
    gap = max(8, theme.px(10))
    shown = [action._replace(label="") if action.icon in _BARE else action for action in actions]
    widths = [_width(action, theme) for action in actions]
    over = sum(widths) + gap * (len(widths) - 1) - width
    if over > 0:
        widest = widths.index(max(widths))
        widths[widest] -= over
    boxes = []
    for wide in widths:
        boxes.append((x, y, wide, height))
        x += wide + gap
    styles = ["strong" if action.strong else "plain" for action in actions]
    return pill_row(shown, boxes, theme, styles=styles)


def _equal(options: Sequence[Action], box: Box, theme: Theme, *, columns: int) -> list[PlacedPart]:
    x, y, width, height = box
    gap = max(8, theme.px(10))
    side = (width - (columns - 1) * gap) // columns
    boxes = [(x + place * (side + gap), y, side, height) for place in range(len(options))]
    styles = ["strong" if option.strong else "quiet" for option in options]
    words = [option._replace(icon="") for option in options]  # the room is the words'
    usual = pill_row(words, boxes, theme, styles=styles, size=22)
    if all(isinstance(part.item, Pill) and part.item.fitted.fits for part in usual):
        return usual
    return pill_row(words, boxes, theme, styles=styles, size=22, pad=11)


def _width(action: Action, theme: Theme) -> int:
    if action.icon in _BARE:
        return theme.target
    return pill_width(action, theme) if theme.large else min(pill_width(action, theme, 22), theme.px(170))
