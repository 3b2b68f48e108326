"""Something to read: a title, paragraphs on a card, and what can be said to it."""

from kiosk.draw.screens.controls import pills, pills_height
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import BODY, TITLE, fit
from kiosk.draw.screens.parts import Box, Pane, PlacedPart, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import LetterView


def layout(view: LetterView, theme: Theme) -> list[PlacedPart]:
    """Place the title, the card, and the choices beneath it."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    top, bottom = y, y + height
    if view.title:
        share = 34 if theme.large else 20
        title = fit(
            view.title, theme, TITLE, 36 if theme.large else 38, width=width, height=height * share // 100
        )
        parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
        top += title.height + theme.px(12)
    if view.options:
        room = pills_height(view.options, theme, 72)
        parts += pills(view.options, (x, bottom - room, width, room), theme, size=24)
        bottom -= room + theme.px(14)
    if view.paragraphs:
        parts.append(paragraphs(view.paragraphs, (x, top, width, bottom - top), theme, size=27))
    return parts


def paragraphs(texts: tuple[str, ...], box: Box, theme: Theme, *, size: float) -> PlacedPart:
    """Set all paragraphs on one card, at the one size at which they fit together."""
    x, y, width, height = box
    pad, gap = theme.px(20), theme.px(7)
    room = height - 2 * theme.px(10) - gap * (len(texts) - 1)
    while True:
        sets = [fit(text, theme, BODY, size, width=width - 2 * pad, height=room) for text in texts]
        if sum(fitted.height for fitted in sets) <= room or theme.text(size) <= theme.smallest_text:
            break
        size -= 1
    top = y + (height - sum(fitted.height for fitted in sets) - gap * (len(sets) - 1)) // 2
    parts: list[PlacedPart] = []
    for fitted in sets:
        parts.append(PlacedPart((x + pad, top, width - 2 * pad, fitted.height), Words(fitted, BODY)))
        top += fitted.height + gap
    return PlacedPart(box, Pane(tuple(parts)))
