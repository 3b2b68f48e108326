"""The complaint's ticket: a code large enough to copy from a distance, and the same as a QR code."""

from dataclasses import dataclass
from functools import lru_cache

import pygame

from kiosk.draw.screens.controls import pills, pills_height
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.letter import paragraphs
from kiosk.draw.screens.paragraph import BODY, NUMBER, SECONDARY, TITLE, fit
from kiosk.draw.screens.parts import Box, Pane, PlacedPart, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import TicketView


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code, always dark on white with its quiet zone, whatever the palette: cameras expect that."""

    content: str

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the modules in whole pixels."""
        del theme
        rows = _modules(self.content)
        module = max(1, min(box[2], box[3]) // len(rows))
        side = module * len(rows)
        left, top = box[0] + (box[2] - side) // 2, box[1] + (box[3] - side) // 2
        surface.fill((255, 255, 255), (left, top, side, side))
        for down, row in enumerate(rows):
            for along, dark in enumerate(row):
                if dark:
                    surface.fill(
                        (0x14, 0x21, 0x3D), (left + along * module, top + down * module, module, module)
                    )


def layout(view: TicketView, theme: Theme) -> list[PlacedPart]:
    """Place the title, the card with the code, the card with the QR code (if there is a page), and the choices."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    top = y
    if view.title:
        share = 34 if theme.large else 22
        title = fit(view.title, theme, TITLE, 42, width=width, height=height * share // 100)
        parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
        top += title.height + theme.px(18)
    room = 0
    if view.options:
        # One above the other on an upright panel: low, so that the QR code stays large enough for a cheap camera.
        room = pills_height(view.options, theme, 64 if theme.portrait else 80) + theme.px(16)
        box = (x, y + height - room + theme.px(16), width, room - theme.px(16))
        parts += pills(view.options, box, theme)
    free = y + height - room - top
    gap = theme.px(20)
    if view.url and not view.code:
        beside = _qr if theme.portrait else _qr_beside
        parts.append(beside(view, (x, top, width, free), theme))
    elif not view.url:
        parts.append(_code(view, (x, top, width, min(free, theme.px(420))), theme))
    elif theme.portrait:
        code_height = free * 52 // 100
        parts.append(_code(view, (x, top, width, code_height), theme))
        parts.append(_qr(view, (x, top + code_height + gap, width, free - code_height - gap), theme))
    else:
        side = min(free, width * 34 // 100)
        parts.append(_code(view, (x, top, width - side - gap, free), theme))
        parts.append(_qr(view, (x + width - side, top, side, free), theme))
    return parts


def _code(view: TicketView, box: Box, theme: Theme) -> PlacedPart:
    x, y, width, height = box
    pad = theme.px(28)
    inner = width - 2 * pad
    if not view.code:
        return paragraphs((view.text,), box, theme, size=28)
    # In large text on two lines, where an upright panel is narrow: one line of it would be small.
    lines = 2 if theme.large and theme.portrait else 1
    # A number belongs to a visit's code, and both are copied: neither needs to be read from afar.
    most, high = (64, 84) if view.number else (92, 120)
    size = most if lines > 1 else most / theme.text_scale
    code = fit(view.code, theme, NUMBER, size, width=inner, height=lines * theme.px(high), most_lines=lines)
    spoken = (
        fit(view.spoken, theme, SECONDARY, 24, width=inner, height=theme.px(124 if theme.large else 64))
        if view.spoken
        else None
    )
    used = code.height + (spoken.height if spoken else 0) + theme.px(16)
    text = fit(view.text, theme, BODY, 24, width=inner, height=height - used - 2 * theme.px(18))
    top = y + (height - used - (text.height if view.text else -theme.px(16))) // 2
    parts = [PlacedPart((x + pad, top, inner, code.height), Words(code, NUMBER))]
    top += code.height
    if spoken:
        parts.append(
            PlacedPart((x + pad, top, inner, spoken.height), Words(spoken, SECONDARY, colour="muted"))
        )
        top += spoken.height
    top += theme.px(16)
    if view.text:
        parts.append(PlacedPart((x + pad, top, inner, text.height), Words(text, BODY)))
    return PlacedPart(box, Pane(tuple(parts)))


def _qr(view: TicketView, box: Box, theme: Theme) -> PlacedPart:
    x, y, width, height = box
    pad = theme.px(16)
    if theme.portrait and view.caption and view.code:
        return _qr_beside(view, box, theme)
    size, room = (22, 190) if theme.large else (20, 90)
    caption = fit(view.caption, theme, SECONDARY, size, width=width - 2 * pad, height=theme.px(room))
    caption_height = caption.height + theme.px(6) if view.caption else 0
    code = (x + pad, y + pad, width - 2 * pad, height - 2 * pad - caption_height)
    parts = [PlacedPart(code, QrCode(view.url))]
    if view.caption:
        below = (x + pad, y + height - pad - caption.height, width - 2 * pad, caption.height)
        parts.append(PlacedPart(below, Words(caption, SECONDARY, colour="muted", align="centre")))
    return PlacedPart(box, Pane(tuple(parts)))


def _qr_beside(view: TicketView, box: Box, theme: Theme) -> PlacedPart:
    """The QR code as high as the card, and what it is for beside it."""
    x, y, width, height = box
    pad = theme.px(16)
    side = min(height - 2 * pad, width * 42 // 100)
    words = (x + side + 2 * pad, y + pad, width - side - 3 * pad, height - 2 * pad)
    caption = fit(view.caption, theme, SECONDARY, 22, width=words[2], height=words[3])
    code = (x + pad, y + (height - side) // 2, side, side)
    parts = (
        PlacedPart(code, QrCode(view.url)),
        PlacedPart(words, Words(caption, SECONDARY, colour="muted", middle=True)),
    )
    return PlacedPart(box, Pane(parts))


@lru_cache(maxsize=1)
def _modules(content: str) -> tuple[tuple[bool, ...], ...]:
    import segno  # noqa: PLC0415 - loads half of urllib: not before the first ticket

    code = segno.make(content, error="m", micro=False)
    return tuple(tuple(module == 1 for module in row) for row in code.matrix_iter(border=2))
