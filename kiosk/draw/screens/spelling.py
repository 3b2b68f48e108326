"""What is typed character by character, by finger or by the four buttons: a telephone number, a ticket's code."""

from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.keyboard import KEY_LEAST, Field, KeyCap, number_pad
from kiosk.draw.screens.paragraph import SECONDARY, TITLE, fit
from kiosk.draw.screens.parts import Box, PlacedPart, Words
from kiosk.draw.screens.steering import row, steering
from kiosk.draw.theme import Theme
from kiosk.show.views import KEY, Bar, KeyboardView
from survey.record.ticket import ALPHABET
from survey.visit.action import BACKSPACE

_COLUMNS = 8


def layout(view: KeyboardView, theme: Theme) -> list[PlacedPart]:
    """Place the words, the field with a note on what stands there, the keys, and what the buttons do."""
    large = theme.large
    bar = view.bar._replace(actions=())
    if large and not theme.portrait and view.layout == "code":
        return _large_code(view, theme)
    onward = [action for action in view.bar.actions if action.strong]
    parts, (x, y, width, _) = frame(
        bar, theme, ways_out=[action for action in view.bar.actions if not action.strong] if large else ()
    )
    if large:
        view = view._replace(bar=view.bar._replace(actions=tuple(onward)))
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
    taken = theme.target + theme.px(12) if actions else 0
    words = _words(view, (x, y, left, height - taken), theme)
    return actions + words + number_pad((x + width - pad_width, y, pad_width, height), theme)


def _large_code(view: KeyboardView, theme: Theme) -> list[PlacedPart]:
    """In large text the title stands in the upper bar, beside the ways out."""
    below, bottom = steering(view.options, (), theme)
    out, (x, _, width, _) = frame(Bar(), theme, ways_out=view.bar.actions)
    y = theme.px(4)
    room = min((part.box[0] for part in out), default=x + width) - x - theme.px(16)
    title = fit(view.title, theme, TITLE, 34, width=room, height=theme.px(124))
    parts = [*out, *below, PlacedPart((x, y, room, title.height), Words(title, TITLE))]
    y += max(title.height, theme.target) + theme.px(8)
    return parts + _code(view._replace(title=""), (x, y, width, bottom - y), theme)


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
    share = 46 if theme.large else 34
    title = fit(view.title, theme, TITLE, 34, width=width, height=height * share // 100)
    head = title.height + theme.px(8) if view.title else 0
    most = height - head - theme.px(52) if theme.large else height * 30 // 100
    note = fit(view.note, theme, SECONDARY, 22, width=width, height=most)
    gap = theme.px(8)
    field = min(theme.px(84), height - head - note.height - gap)
    parts = [PlacedPart((x, y, width, title.height), Words(title, TITLE))] if view.title else []
    top = y + head
    size = min(theme.text(40), field * (82 if theme.large else 60) // 100)
    parts.append(PlacedPart((x, top, width, field), Field(view.text, view.hint, size)))
    top += field + gap
    parts.append(PlacedPart((x, top, width, note.height), Words(note, SECONDARY, colour="ink")))
    return parts
