"""Answers in large text: one below the other, each as high as its words need."""

from collections.abc import Sequence

from kiosk.draw.screens.controls import AnswerCard
from kiosk.draw.screens.paragraph import LABEL, fit
from kiosk.draw.screens.parts import Box, PlacedPart, number_size
from kiosk.draw.theme import Theme
from kiosk.show.views import Action

_ROW = 60
"""The least height of an answer in large text, on every panel: four of them leave the question its room."""


def least_height(options: Sequence[Action], theme: Theme) -> int:
    """Give the height that the rows of answers in large text need at least."""
    count = len(options)
    return count * max(_ROW, theme.px(_ROW)) + (count - 1) * max(8, theme.px(8))


def rows(
    options: Sequence[Action], area: Box, theme: Theme, *, pressed: int | None = None
) -> list[PlacedPart]:
    """Lay out answers one below the other in large text, each as high as its words need; their pictures give way to the words."""
    x, y, width, height = area
    gap = max(8, theme.px(8))
    least = max(_ROW, theme.px(_ROW))
    inner = width - 2 * theme.px(18) - number_size(theme) - theme.px(18)
    size = 32.0
    while True:
        sets = [fit(option.label, theme, LABEL, size, width=inner, height=height) for option in options]
        heights = [max(least, fitted.height + theme.px(8)) for fitted in sets]
        if sum(heights) + gap * (len(heights) - 1) <= height or theme.text(size) <= theme.smallest_text:
            break
        size -= 1
    if sum(heights) + gap * (len(heights) - 1) > height:
        sets = [fitted._replace(fits=False) for fitted in sets]
    spare = (height - sum(heights) - gap * (len(heights) - 1)) // len(heights)
    more = max(0, min(spare, theme.px(60)))
    parts = []
    for place, (option, fitted, high) in enumerate(zip(options, sets, heights, strict=True)):
        card = AnswerCard(
            fitted=fitted,
            icon="",
            icon_size=0,
            number=option.button,
            chosen=option.chosen,
            pressed=place == pressed,
            lying=True,
            words_height=fitted.height,
        )
        parts.append(PlacedPart((x, y, width, high + more), card, option.name))
        y += high + more + gap
    return parts
