"""What is typed character by character, by finger or by the four buttons: a telephone number, a ticket's code."""

from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.keyboard import KEY_LEAST, Field, KeyCap, number_pad
from kiosk.draw.screens.paragraph import SECONDARY, TITLE, fit
from kiosk.draw.screens.parts import Box, PlacedPart, Words
from kiosk.draw.screens.steering import row, steering
from kiosk.draw.theme import Theme
from kiosk.show.views import KEY, KeyboardView
from survey.record.ticket import ALPHABET
from survey.visit.action import BACKSPACE

_COLUMNS = 8


def layout(view: KeyboardView, theme: Theme) -> list[PlacedPart]:
    """Place the words, the field with a note on what stands there, the keys, and what the buttons do."""
    parts, (x, y, width, _) = frame(view.bar._replace(actions=()), theme)
    apart = view.layout == "digits" and not theme.portrait  # the ways out stand beside the pad
    below, bottom = steering(view.options, () if apart else view.bar.actions, theme)
    area = (x, y, width, bottom - y)
    if view.layout == "digits":
        return parts + below + _digits(view, area, theme)
    return parts + below + _code(view, area, theme)


def _digits(view: KeyboardView, area: Box, theme: Theme) -> list[PlacedPart]:
    x, y, width, height = area
    if theme.portrait:
        pad_height = min(height * 56 // 100, theme.px(520))
        words = _words(view, (x, y, width, height - pad_height - theme.px(20)), theme)
        return words + number_pad((x, y + height - pad_height, width, pad_height), theme)
    pad_width = min(width * 44 // 100, theme.px(430))
    left = width - pad_width - theme.px(28)
    actions = row(view.bar.actions, (x, y + height - theme.target, left, theme.target), theme)
    words = _words(view, (x, y, left, height - theme.target - theme.px(12)), theme)
    return actions + words + number_pad((x + width - pad_width, y, pad_width, height), theme)


def _code(view: KeyboardView, area: Box, theme: Theme) -> list[PlacedPart]:
    x, y, width, height = area
    gap = max(8, theme.px(8))
    columns = _COLUMNS // 2 if theme.portrait else _COLUMNS
    rows = -(-(len(ALPHABET) + 1) // columns)
    high = min(max((height * 56 // 100 - (rows - 1) * gap) // rows, KEY_LEAST), theme.px(96))
    keys_height = rows * high + (rows - 1) * gap
    parts = _words(view, (x, y, width, height - keys_height - theme.px(12)), theme)
    side = (width - (columns - 1) * gap) // columns
    top = y + height - keys_height
    for place, letter in enumerate([*ALPHABET, BACKSPACE]):
        box = (x + place % columns * (side + gap), top + place // columns * (high + gap), side, high)
        cap = KeyCap("", "backspace", quiet=True) if letter == BACKSPACE else KeyCap(letter)
        parts.append(PlacedPart(box, cap, KEY + letter))
    return parts


def _words(view: KeyboardView, area: Box, theme: Theme) -> list[PlacedPart]:
    """The title, the field and the note, one below the other."""
    x, y, width, height = area
    title = fit(view.title, theme, TITLE, 34, width=width, height=height * 34 // 100)
    note = fit(view.note, theme, SECONDARY, 22, width=width, height=height * 30 // 100)
    gap = theme.px(8)
    field = min(theme.px(84), height - title.height - note.height - 2 * gap)
    parts = [PlacedPart((x, y, width, title.height), Words(title, TITLE))]
    top = y + title.height + gap
    size = min(theme.px(40), field * 6 // 10)
    parts.append(PlacedPart((x, top, width, field), Field(view.text, view.hint, size)))
    top += field + gap
    parts.append(PlacedPart((x, top, width, note.height), Words(note, SECONDARY, colour="ink")))
    return parts
