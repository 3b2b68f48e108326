"""Icons as line drawings by code: sharp at every size, and none to ship, license or go missing.

Each is drawn once at four times its size on a square of 100 by 100 units and shrunk smoothly. Shape tells them apart,
never colour. The faces differ in mouth and fill only, so that all four weigh the same to a glance from the side.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import pygame

from kiosk.draw.desk_icons import DESK_DRAWINGS
from kiosk.draw.pen import Pen, arc
from kiosk.draw.theme import Colour
from kiosk.draw.topic_icons import TOPIC_DRAWINGS


def _face(pen: Pen, mouth: int) -> None:
    pen.ring((50, 50), 46, 6)
    pen.disc((34, 40), 6.5)
    pen.disc((66, 40), 6.5)
    if mouth == 1:
        pen.stroke(arc((50, 80), (25, 20), 205, 335), 6)
    elif mouth == 2:
        pen.stroke(arc((50, 84), (36, 20), 232, 308), 6)
    elif mouth == 3:
        pen.stroke(arc((50, 52), (28, 18), 40, 140), 6)
    else:
        outline = [*arc((50, 57), (25, 22), 0, 180)]
        pen.fill(outline)
        pen.stroke(outline, 5, closed=True)


def _steps(pen: Pen, filled: int, count: int) -> None:
    gap = 6.0
    width = (96 - gap * (count - 1)) / count
    for place in range(count):
        height = 22 + 62 * place / max(1, count - 1)
        rect = (2 + place * (width + gap), 93 - height, width, height)
        pen.box(rect, 5, 0 if place < filled else 4)


def _back(pen: Pen) -> None:
    pen.stroke([(62, 20), (32, 50), (62, 80)], 10)


def _next(pen: Pen) -> None:
    pen.stroke([(38, 20), (68, 50), (38, 80)], 10)


def _skip(pen: Pen) -> None:
    pen.stroke([(24, 24), (48, 50), (24, 76)], 9)
    pen.stroke([(54, 24), (78, 50), (54, 76)], 9)


def _speak(pen: Pen) -> None:
    pen.fill([(10, 38), (28, 38), (50, 18), (50, 82), (28, 62), (10, 62)])
    pen.stroke([(10, 38), (28, 38), (50, 18), (50, 82), (28, 62), (10, 62)], 5, closed=True)
    pen.stroke(arc((52, 50), (16, 18), -50, 50), 7)
    pen.stroke(arc((52, 50), (33, 37), -50, 50), 7)


def _microphone(pen: Pen) -> None:
    pen.box((36, 6, 28, 52), 14)
    pen.stroke(arc((50, 44), (28, 28), 0, 180), 7)
    pen.stroke([(50, 72), (50, 92)], 7)
    pen.stroke([(32, 92), (68, 92)], 7)


def _recording(pen: Pen) -> None:
    _microphone(pen)
    pen.stroke(arc((50, 36), (44, 40), -40, 40), 6)
    pen.stroke(arc((50, 36), (44, 40), 140, 220), 6)


def _check(pen: Pen) -> None:
    pen.stroke([(20, 53), (42, 75), (80, 29)], 11)


def _cross(pen: Pen) -> None:
    pen.stroke([(26, 26), (74, 74)], 10)
    pen.stroke([(74, 26), (26, 74)], 10)


def _thanks(pen: Pen) -> None:
    pen.ring((50, 50), 46, 6)
    pen.stroke([(29, 52), (45, 67), (72, 36)], 8)


def _clock(pen: Pen) -> None:
    pen.ring((50, 50), 46, 6)
    pen.stroke([(50, 24), (50, 52), (68, 62)], 7)


def _closed(pen: Pen) -> None:
    pen.disc((48, 52), 42)
    pen.disc((66, 38), 37, clear=True)


def _warning(pen: Pen) -> None:
    pen.stroke([(50, 12), (92, 84), (8, 84)], 7, closed=True)
    pen.stroke([(50, 40), (50, 58)], 8)
    pen.disc((50, 71), 5)


def _complaint(pen: Pen) -> None:
    bubble = [(12, 18), (88, 18), (88, 68), (46, 68), (26, 86), (26, 68), (12, 68)]
    pen.stroke(bubble, 7, closed=True)
    pen.stroke([(30, 36), (70, 36)], 6)
    pen.stroke([(30, 51), (56, 51)], 6)


def _form(pen: Pen) -> None:
    pen.box((16, 6, 68, 88), 9, 6)
    for row in (30, 50, 70):
        pen.stroke([(30, row), (36, row)], 7)
        pen.stroke([(48, row), (70, row)], 6)


def _backspace(pen: Pen) -> None:
    pen.stroke([(34, 22), (92, 22), (92, 78), (34, 78), (8, 50)], 7, closed=True)
    pen.stroke([(50, 39), (72, 61)], 7)
    pen.stroke([(72, 39), (50, 61)], 7)


def _shift(pen: Pen) -> None:
    pen.stroke([(50, 14), (86, 52), (66, 52), (66, 84), (34, 84), (34, 52), (14, 52)], 7, closed=True)


def _shifted(pen: Pen) -> None:
    arrow = [(50, 14), (86, 52), (66, 52), (66, 84), (34, 84), (34, 52), (14, 52)]
    pen.fill(arrow)
    pen.stroke(arrow, 7, closed=True)


def _lock(pen: Pen) -> None:
    pen.box((18, 44, 64, 48), 9)
    pen.stroke([(32, 44), (32, 30), *arc((50, 30), (18, 20), 180, 360), (68, 44)], 7)


def _usb(pen: Pen) -> None:
    pen.box((28, 38, 44, 56), 8, 6)
    pen.box((36, 8, 28, 32), 4, 6)


_DRAWINGS: Mapping[str, Callable[[Pen], None]] = {
    **TOPIC_DRAWINGS,
    **DESK_DRAWINGS,
    "back": _back,
    "previous": _back,
    "next": _next,
    "more": _next,
    "skip": _skip,
    "speak": _speak,
    "microphone": _microphone,
    "recording": _recording,
    "check": _check,
    "cross": _cross,
    "thanks": _thanks,
    "clock": _clock,
    "wait": _clock,
    "closed": _closed,
    "warning": _warning,
    "failed": _warning,
    "complaint": _complaint,
    "invitation": _form,
    "form": _form,
    "backspace": _backspace,
    "shift": _shift,
    "shifted": _shifted,
    "lock": _lock,
    "usb": _usb,
}


def known(name: str) -> bool:
    """Tell whether there is a drawing of this name."""
    return name in _DRAWINGS or name.startswith(("face-", "step-"))


@lru_cache(maxsize=64)
def icon(name: str, size: int, colour: Colour) -> pygame.Surface:
    """The icon `name` in a square of `size` pixels, on a transparent ground.

    `face-1` … `face-4` are the smileys from worst to best, `step-2-of-4` is the second of four steps.

    Raises:
        KeyError: there is no such icon.
    """
    pen = Pen(size, colour)
    kind, _, rest = name.partition("-")
    if kind == "face":
        _face(pen, int(rest))
    elif kind == "step":
        filled, _, count = rest.partition("-of-")
        _steps(pen, int(filled), int(count))
    else:
        _DRAWINGS[name](pen)
    return pygame.transform.smoothscale(pen.surface, (size, size))
