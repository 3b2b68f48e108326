"""Text entry: what was typed stays visible, the keys are as large as the panel allows.

The letters lie as on Indonesian telephones (QWERTY). An upright panel has no room for ten keys side by side: there they stand in the
order of the alphabet, eight in a row. The PIN gets a large number pad instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from kiosk.draw.fonts import Weight, font_for
from kiosk.draw.icons import icon
from kiosk.draw.screens.controls import pill_row, pills, pills_height
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import SECONDARY, TITLE, fit, wrap
from kiosk.draw.screens.parts import Box, PlacedPart, Words, paint_card, written
from kiosk.draw.theme import Theme
from kiosk.show.views import KEY, Action, KeyboardView

_LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SYMBOLS = ("1234567890", "@#/()\"':;", "+-=%&!?")
_SIGNS = ("_$*<>[]{}\\", "^`|~", "")
_UPRIGHT_SIGNS = ("_$*<>[]{", "}\\^`|~", "", ",.?-")
_UPRIGHT_LETTERS = ("abcdefgh", "ijklmnop", "qrstuvwx", "yz,.?-")
_UPRIGHT_SYMBOLS = ("12345678", "90@#/()+", "\"':;=%&!", ",.?-")
_ENROLMENT = ("1234567890", "QWERTYP", "ASDFGHJK", "ZXCVBNM")
_UPRIGHT_ENROLMENT = ("12345678", "90ABCDEF", "GHJKMNPQ", "RSTVWXYZ", "")
"""The letters that stand in an enrolment code; the key that takes one back ends the last row."""
_PAD = ("123", "456", "789")
_ROWS, _UPRIGHT_ROWS = 4, 5
_LOW = 560
_RARER = "_$<"
"""On the key that leads to the rarer signs."""
KEY_LEAST = 60
"""Pixels: what a finger needs, on every panel."""


@dataclass(frozen=True, slots=True)
class KeyCap:
    """One key of the on-screen keyboard."""

    label: str
    icon: str = ""
    quiet: bool = False
    """A key that types nothing: set smaller and on paper instead of on a card."""

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the key."""
        palette = theme.palette
        fill = palette.paper if self.quiet else palette.card
        paint_card(surface, box, theme, fill=fill, border=palette.line, radius=12)
        middle = (box[0] + box[2] // 2, box[1] + box[3] // 2)
        if self.icon:
            size = min(theme.px(32), box[2] - theme.px(12), box[3] - theme.px(12))
            drawn = icon(self.icon, size, palette.ink)
        else:
            size = min(theme.text(22 if self.quiet else 30), box[3] - theme.px(14))
            drawn = written(self.label, size, Weight.SEMIBOLD, palette.ink, theme.fonts)
            if drawn.get_width() > box[2] - 8:
                drawn = written(self.label, size * 7 // 10, Weight.SEMIBOLD, palette.ink, theme.fonts)
        surface.blit(drawn, (middle[0] - drawn.get_width() // 2, middle[1] - drawn.get_height() // 2))


@dataclass(frozen=True, slots=True)
class Field:
    """What has been typed so far, its end always visible, with a cursor."""

    text: str
    hint: str
    size: int
    centred: bool = False

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Write the text without keeping pictures of it: it is a visitor's."""
        palette = theme.palette
        paint_card(surface, box, theme, fill=palette.card, border=palette.accent, radius=18)
        pad = theme.px(20)
        x, width = box[0] + pad, box[2] - 2 * pad
        line_height = round(self.size * 1.3)
        room = max(1, (box[3] - theme.px(20)) // line_height)
        lines = _typed_lines(self.text, width, self.size, theme)[-room:]
        top = box[1] + theme.px(10)
        if self.centred or room == 1:
            top = box[1] + (box[3] - line_height * len(lines)) // 2
        for place, line in enumerate(lines):
            drawn = _fresh(line, self.size, theme, palette.ink)
            left = x + (width - drawn.get_width()) // 2 if self.centred else x
            surface.blit(drawn, (left, top + place * line_height))
            if place == len(lines) - 1:
                cursor = (
                    left + drawn.get_width() + 2,
                    top + place * line_height + 2,
                    theme.px(3),
                    self.size + theme.px(6),
                )
                surface.fill(palette.accent, cursor)
        if not self.text and self.hint:
            hint = fit(
                self.hint,
                theme,
                SECONDARY,
                22,
                width=width - theme.px(16),
                height=box[3] - theme.px(16),
            )
            align = "centre" if self.centred else "left"
            Words(hint, SECONDARY, colour="muted", align=align).paint(
                surface,
                (x + theme.px(12), top + (line_height - hint.line_height) // 2, width - theme.px(16), 0),
                theme,
            )


def layout(view: KeyboardView, theme: Theme) -> list[PlacedPart]:
    """Place the title, the field, the keys, and the choices that the buttons have too."""
    # A low panel has no room for both a title and keys for fingers: there the title stands in the bar.
    low = view.layout != "pin" and not theme.portrait and theme.size[1] < _LOW
    bar = view.bar._replace(left_strong=view.title, left="") if low else view.bar
    parts, (x, y, width, height) = frame(bar, theme)
    room = 0
    if view.options:
        beside = theme.large and not theme.portrait
        room = (theme.px(86) if beside else pills_height(view.options, theme, 64)) + theme.px(14)
        box = (x, y + height - room + theme.px(14), width, room - theme.px(14))
        parts += (one_row if beside else pills)(view.options, box, theme, size=24)
    area = (x, y, width, height - room)
    if view.layout == "pin":
        return parts + _pad(view, area, theme)
    return parts + _board(view._replace(title="") if low else view, area, theme)


def one_row(options: Sequence[Action], area: Box, theme: Theme, *, size: float) -> list[PlacedPart]:
    """In large text too the choices stand in one row, for the keys want the height: what is known by its sign has no word."""
    x, y, width, height = area
    gap = max(8, theme.px(12))
    shown = [option._replace(label="" if option.icon == "speak" else option.label) for option in options]
    shown = [option._replace(icon=option.icon if option.icon == "speak" else "") for option in shown]
    narrow = theme.px(110)
    wide = [option for option in shown if option.label]
    side = (width - narrow * (len(shown) - len(wide)) - gap * (len(shown) - 1)) // max(1, len(wide))
    boxes: list[Box] = []
    for option in shown:
        boxes.append((x, y, side if option.label else narrow, height))
        x += boxes[-1][2] + gap
    styles = ["strong" if option.strong else "plain" for option in shown]
    return pill_row(shown, boxes, theme, styles=styles, size=size)


def _board(view: KeyboardView, area: Box, theme: Theme) -> list[PlacedPart]:
    x, y, width, height = area
    parts: list[PlacedPart] = []
    top = y
    if view.title:
        title = fit(
            view.title,
            theme,
            TITLE,
            28,
            width=width,
            height=theme.px((124 if theme.large else 72) if theme.portrait else 54 if theme.large else 36),
        )
        parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
        top += title.height + theme.px(10)
    gap = max(8, theme.px(8))
    # The field gets three lines where the keys leave them, one at least; the keys grow up to comfortable squares.
    rows = _UPRIGHT_ROWS if theme.portrait else _ROWS
    room = y + height - top - theme.px(12)
    key_height = (room - theme.px(118) - (rows - 1) * gap) // rows
    if key_height < KEY_LEAST:
        one_line = round(theme.text(24) * 1.3) + theme.px(10)
        key_height = min(KEY_LEAST, (room - one_line - (rows - 1) * gap) // rows)
    key_height = min(key_height, theme.px(96))
    keys_height = rows * key_height + (rows - 1) * gap
    field = (x, top, width, y + height - top - theme.px(12) - keys_height)
    size = theme.text(34 if view.layout == "enrolment" else 24)  # compared letter by letter
    parts.append(PlacedPart(field, Field(_shown(view), view.hint, size)))
    keys = (x, y + height - keys_height, width, keys_height)
    if view.layout == "enrolment":
        return parts + _of_enrolment(keys, key_height, gap, theme)
    if theme.portrait:
        return parts + _upright(view, keys, key_height, gap)
    return parts + _rows(view, keys, key_height, gap, theme)


def _upright(view: KeyboardView, area: Box, key_height: int, gap: int) -> list[PlacedPart]:
    """Eight keys in a row, in the order of the alphabet, the keys that type nothing in the last two rows."""
    x, y, width, _ = area
    rows: tuple[str, ...] = {"symbols": _UPRIGHT_SYMBOLS, "signs": _UPRIGHT_SIGNS}.get(
        view.layout, _UPRIGHT_LETTERS
    )
    if view.layout == "capitals":
        rows = tuple(row.upper() for row in rows)
    unit = (width - 7 * gap) // 8
    step = unit + gap
    parts: list[PlacedPart] = []
    for number, row in enumerate(rows):
        top = y + number * (key_height + gap)
        for place, letter in enumerate(row):
            parts.append(PlacedPart((x + place * step, top, unit, key_height), KeyCap(letter), KEY + letter))
    fourth, fifth = (y + number * (key_height + gap) for number in (3, 4))
    two, end = 2 * unit + gap, x + 8 * unit + 7 * gap
    erase = (end - two, fourth, two, key_height)
    parts.append(PlacedPart(erase, KeyCap("", "backspace", quiet=True), KEY + "backspace"))
    other, label = ("letters", "abc") if view.layout == "symbols" else ("symbols", "123")
    shift = {"letters": "capitals", "capitals": "letters"}.get(view.layout)
    left = x
    if view.every and view.layout == "symbols":
        parts.append(PlacedPart((left, fifth, two, key_height), KeyCap(_RARER, quiet=True), KEY + "signs"))
        left += two + gap
    if shift:
        item = KeyCap("", "shift" if shift == "capitals" else "shifted", quiet=True)
        parts.append(PlacedPart((left, fifth, two, key_height), item, KEY + shift))
        left += two + gap
    parts.append(PlacedPart((left, fifth, two, key_height), KeyCap(label, quiet=True), KEY + other))
    left += two + gap
    parts.append(PlacedPart((left, fifth, end - left, key_height), KeyCap(view.space, quiet=True), KEY + " "))
    return parts


def _of_enrolment(area: Box, key_height: int, gap: int, theme: Theme) -> list[PlacedPart]:
    x, y, width, _ = area
    rows, columns = (_UPRIGHT_ENROLMENT, 8) if theme.portrait else (_ENROLMENT, 10)
    unit = min((width - (columns - 1) * gap) // columns, theme.px(104))
    whole = columns * unit + (columns - 1) * gap
    left = x + (width - whole) // 2
    parts: list[PlacedPart] = []
    for number, row in enumerate(rows):
        at, top = left + (whole - len(row) * (unit + gap) + gap) // 2, y + number * (key_height + gap)
        for letter in row:
            parts.append(PlacedPart((at, top, unit, key_height), KeyCap(letter), KEY + letter))
            at += unit + gap
    wide, top = unit + (unit + gap) // 2, y + (len(rows) - 1) * (key_height + gap)
    erase = PlacedPart(
        (left + whole - wide, top, wide, key_height), KeyCap("", "backspace", quiet=True), KEY + "backspace"
    )
    return [*parts, erase]


def _rows(view: KeyboardView, area: Box, key_height: int, gap: int, theme: Theme) -> list[PlacedPart]:
    x, y, width, _ = area
    rows: tuple[str, ...] = {"symbols": _SYMBOLS, "signs": _SIGNS}.get(view.layout, _LETTERS)
    if view.layout == "capitals":
        rows = tuple(row.upper() for row in rows)
    unit = min((width - 9 * gap) // 10, theme.px(104))
    left = x + (width - 10 * unit - 9 * gap) // 2
    whole = 10 * unit + 9 * gap
    wide = unit + (unit + gap) // 2
    parts: list[PlacedPart] = []
    for number, row in enumerate(rows):
        top = y + number * (key_height + gap)
        at = left + (whole - len(row) * unit - (len(row) - 1) * gap) // 2
        for letter in row:
            parts.append(PlacedPart((at, top, unit, key_height), KeyCap(letter), KEY + letter))
            at += unit + gap
    third, fourth = y + 2 * (key_height + gap), y + 3 * (key_height + gap)
    shift = {"letters": "capitals", "capitals": "letters"}.get(view.layout)
    if shift:
        item = KeyCap("", "shift" if shift == "capitals" else "shifted", quiet=True)
        parts.append(PlacedPart((left, third, wide, key_height), item, KEY + shift))
    elif view.every and view.layout == "symbols":
        parts.append(PlacedPart((left, third, wide, key_height), KeyCap(_RARER, quiet=True), KEY + "signs"))
    erase = (left + whole - wide, third, wide, key_height)
    parts.append(PlacedPart(erase, KeyCap("", "backspace", quiet=True), KEY + "backspace"))
    other, label = ("letters", "ABC") if view.layout == "symbols" else ("symbols", "123")
    parts.append(PlacedPart((left, fourth, wide, key_height), KeyCap(label, quiet=True), KEY + other))
    comma = left + wide + gap
    dot = left + whole - wide - gap - unit
    parts.append(PlacedPart((comma, fourth, unit, key_height), KeyCap(","), KEY + ","))
    space = (comma + unit + gap, fourth, dot - comma - unit - 2 * gap, key_height)
    parts.append(PlacedPart(space, KeyCap(view.space, quiet=True), KEY + " "))
    parts.append(PlacedPart((dot, fourth, unit, key_height), KeyCap("."), KEY + "."))
    last = (left + whole - wide, fourth, wide, key_height)
    parts.append(PlacedPart(last, KeyCap("?"), KEY + "?"))
    return parts


def _pad(view: KeyboardView, area: Box, theme: Theme) -> list[PlacedPart]:
    """Title and field on the left, the number pad on the right; one above the other on an upright panel."""
    x, y, width, height = area
    if theme.portrait:
        pad_height = min(height * 62 // 100, theme.px(560))
        pad = (x, y + height - pad_height, width, pad_height)
        words = (x, y, width, height - pad_height - theme.px(24))
    else:
        pad_width = min(width * 44 // 100, theme.px(430))
        pad = (x + width - pad_width, y, pad_width, height)
        words = (x, y, width - pad_width - theme.px(36), height)
    title = fit(view.title, theme, TITLE, 38, width=words[2], height=words[3] * 45 // 100)
    field_height = theme.px(96)
    used = title.height + theme.px(20) + field_height
    top = words[1] + max(0, words[3] - used) // (2 if theme.portrait else 3)
    field = (words[0], top + title.height + theme.px(20), words[2], field_height)
    size = theme.px(44 if view.concealed else 38)
    parts = [
        PlacedPart((words[0], top, words[2], title.height), Words(title, TITLE)),
        PlacedPart(
            field,
            Field(_shown(view), "" if view.concealed else view.hint, size, centred=view.concealed),
        ),
    ]
    if view.concealed and view.hint:
        hint = fit(view.hint, theme, SECONDARY, 22, width=words[2], height=theme.px(64))
        box = (words[0], field[1] + field_height + theme.px(14), words[2], hint.height)
        parts.append(PlacedPart(box, Words(hint, SECONDARY, colour="muted")))
    return parts + number_pad(pad, theme)


def number_pad(pad: Box, theme: Theme) -> list[PlacedPart]:
    """Lay out the ten digits and the key that takes one back, as on a telephone."""
    gap = max(8, theme.px(12))
    parts: list[PlacedPart] = []
    key_width = (pad[2] - 2 * gap) // 3
    key_height = (pad[3] - 3 * gap) // 4
    for row, digits in enumerate((*_PAD, " 0")):
        for column, digit in enumerate(digits):
            box = (
                pad[0] + column * (key_width + gap),
                pad[1] + row * (key_height + gap),
                key_width,
                key_height,
            )
            if digit != " ":
                parts.append(PlacedPart(box, KeyCap(digit), KEY + digit))
    erase = (pad[0] + 2 * (key_width + gap), pad[1] + 3 * (key_height + gap), key_width, key_height)
    parts.append(PlacedPart(erase, KeyCap("", "backspace", quiet=True), KEY + "backspace"))
    return parts


def _shown(view: KeyboardView) -> str:
    return "•" * len(view.text) if view.concealed else view.text


def _typed_lines(text: str, width: int, size: int, theme: Theme) -> list[str]:
    def measured(words: str, strong: bool) -> int:  # noqa: ARG001 - typed text has one weight
        return font_for(words, size, Weight.REGULAR, theme.fonts).size(words)[0]

    # Stars would be read as bold, and the space just typed must move the cursor.
    lines, _ = wrap(text.replace("*", "∗"), width - 6, measured)
    typed = ["".join(run.text for run in line) for line in lines]
    if text.endswith(" ") and typed:
        typed[-1] += " "
    return typed


def _fresh(text: str, size: int, theme: Theme, colour: tuple[int, int, int]) -> pygame.Surface:
    return font_for(text, size, Weight.REGULAR, theme.fonts).render(text, True, colour)  # noqa: FBT003 - pygame's
