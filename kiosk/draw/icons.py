"""Icons as line drawings by code: sharp at every size, and none to ship, license or go missing.

Each is drawn once at four times its size on a square of 100 by 100 units and shrunk smoothly. Shape tells them apart,
never colour. The faces differ in mouth and fill only, so that all four weigh the same to a glance from the side.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import pygame

from kiosk.draw.theme import Colour

_OVERSAMPLING = 4

Point = tuple[float, float]


class _Pen:
    """Draws with round ends on the large square; coordinates are units of a hundredth of the icon's side."""

    def __init__(self, size: int, colour: Colour) -> None:
        side = size * _OVERSAMPLING
        self._unit = side / 100
        self._ink = pygame.Color(*colour, 255)
        self._clear = pygame.Color(*colour, 0)
        self.surface = pygame.Surface((side, side), pygame.SRCALPHA)
        # The transparent ground has the ink's own colour: shrinking then leaves no dark fringe.
        self.surface.fill(self._clear)

    def stroke(self, points: Sequence[Point], width: float = 6, *, closed: bool = False) -> None:
        corners = [(x * self._unit, y * self._unit) for x, y in points]
        if closed:
            corners.append(corners[0])
        radius = width * self._unit / 2
        for (x, y), (to_x, to_y) in itertools.pairwise(corners):
            length = math.hypot(to_x - x, to_y - y)
            if length:
                across_x, across_y = (to_y - y) / length * radius, -(to_x - x) / length * radius
                quad = [
                    (x + across_x, y + across_y),
                    (to_x + across_x, to_y + across_y),
                    (to_x - across_x, to_y - across_y),
                    (x - across_x, y - across_y),
                ]
                pygame.draw.polygon(self.surface, self._ink, quad)
        for corner in corners:
            pygame.draw.circle(self.surface, self._ink, corner, radius)

    def fill(self, points: Sequence[Point]) -> None:
        pygame.draw.polygon(self.surface, self._ink, [(x * self._unit, y * self._unit) for x, y in points])

    def disc(self, centre: Point, radius: float, *, clear: bool = False) -> None:
        where = (centre[0] * self._unit, centre[1] * self._unit)
        pygame.draw.circle(self.surface, self._clear if clear else self._ink, where, radius * self._unit)

    def ring(self, centre: Point, radius: float, width: float = 6) -> None:
        self.disc(centre, radius + width / 2)
        self.disc(centre, radius - width / 2, clear=True)

    def box(self, rect: tuple[float, float, float, float], radius: float, width: float = 0) -> None:
        scaled = pygame.Rect(*(round(value * self._unit) for value in rect))
        pygame.draw.rect(
            self.surface,
            self._ink,
            scaled,
            round(width * self._unit),
            border_radius=round(radius * self._unit),
        )


def _arc(centre: Point, radii: Point, start: float, end: float) -> list[Point]:
    """Points along an ellipse; degrees, clockwise from the right."""
    steps = 48
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(centre[0] + radii[0] * math.cos(a), centre[1] + radii[1] * math.sin(a)) for a in angles]


def _face(pen: _Pen, mouth: int) -> None:
    pen.ring((50, 50), 46, 6)
    pen.disc((34, 40), 6.5)
    pen.disc((66, 40), 6.5)
    if mouth == 1:
        pen.stroke(_arc((50, 80), (25, 20), 205, 335), 6)
    elif mouth == 2:
        pen.stroke(_arc((50, 84), (36, 20), 232, 308), 6)
    elif mouth == 3:
        pen.stroke(_arc((50, 52), (28, 18), 40, 140), 6)
    else:
        outline = [*_arc((50, 57), (25, 22), 0, 180)]
        pen.fill(outline)
        pen.stroke(outline, 5, closed=True)


def _steps(pen: _Pen, filled: int, count: int) -> None:
    gap = 6.0
    width = (96 - gap * (count - 1)) / count
    for place in range(count):
        height = 22 + 62 * place / max(1, count - 1)
        rect = (2 + place * (width + gap), 93 - height, width, height)
        pen.box(rect, 5, 0 if place < filled else 4)


def _back(pen: _Pen) -> None:
    pen.stroke([(62, 20), (32, 50), (62, 80)], 10)


def _next(pen: _Pen) -> None:
    pen.stroke([(38, 20), (68, 50), (38, 80)], 10)


def _skip(pen: _Pen) -> None:
    pen.stroke([(24, 24), (48, 50), (24, 76)], 9)
    pen.stroke([(54, 24), (78, 50), (54, 76)], 9)


def _speak(pen: _Pen) -> None:
    pen.fill([(10, 38), (28, 38), (50, 18), (50, 82), (28, 62), (10, 62)])
    pen.stroke([(10, 38), (28, 38), (50, 18), (50, 82), (28, 62), (10, 62)], 5, closed=True)
    pen.stroke(_arc((52, 50), (16, 18), -50, 50), 7)
    pen.stroke(_arc((52, 50), (33, 37), -50, 50), 7)


def _check(pen: _Pen) -> None:
    pen.stroke([(20, 53), (42, 75), (80, 29)], 11)


def _cross(pen: _Pen) -> None:
    pen.stroke([(26, 26), (74, 74)], 10)
    pen.stroke([(74, 26), (26, 74)], 10)


def _thanks(pen: _Pen) -> None:
    pen.ring((50, 50), 46, 6)
    pen.stroke([(29, 52), (45, 67), (72, 36)], 8)


def _clock(pen: _Pen) -> None:
    pen.ring((50, 50), 46, 6)
    pen.stroke([(50, 24), (50, 52), (68, 62)], 7)


def _closed(pen: _Pen) -> None:
    pen.disc((48, 52), 42)
    pen.disc((66, 38), 37, clear=True)


def _warning(pen: _Pen) -> None:
    pen.stroke([(50, 12), (92, 84), (8, 84)], 7, closed=True)
    pen.stroke([(50, 40), (50, 58)], 8)
    pen.disc((50, 71), 5)


def _complaint(pen: _Pen) -> None:
    bubble = [(12, 18), (88, 18), (88, 68), (46, 68), (26, 86), (26, 68), (12, 68)]
    pen.stroke(bubble, 7, closed=True)
    pen.stroke([(30, 36), (70, 36)], 6)
    pen.stroke([(30, 51), (56, 51)], 6)


def _form(pen: _Pen) -> None:
    pen.box((16, 6, 68, 88), 9, 6)
    for row in (30, 50, 70):
        pen.stroke([(30, row), (36, row)], 7)
        pen.stroke([(48, row), (70, row)], 6)


def _backspace(pen: _Pen) -> None:
    pen.stroke([(34, 22), (92, 22), (92, 78), (34, 78), (8, 50)], 7, closed=True)
    pen.stroke([(50, 39), (72, 61)], 7)
    pen.stroke([(72, 39), (50, 61)], 7)


def _shift(pen: _Pen) -> None:
    pen.stroke([(50, 14), (86, 52), (66, 52), (66, 84), (34, 84), (34, 52), (14, 52)], 7, closed=True)


def _shifted(pen: _Pen) -> None:
    arrow = [(50, 14), (86, 52), (66, 52), (66, 84), (34, 84), (34, 52), (14, 52)]
    pen.fill(arrow)
    pen.stroke(arrow, 7, closed=True)


def _lock(pen: _Pen) -> None:
    pen.box((18, 44, 64, 48), 9)
    pen.stroke([(32, 44), (32, 30), *_arc((50, 30), (18, 20), 180, 360), (68, 44)], 7)


def _usb(pen: _Pen) -> None:
    pen.box((28, 38, 44, 56), 8, 6)
    pen.box((36, 8, 28, 32), 4, 6)


_DRAWINGS: dict[str, Callable[[_Pen], None]] = {
    "back": _back,
    "previous": _back,
    "next": _next,
    "more": _next,
    "skip": _skip,
    "speak": _speak,
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
    pen = _Pen(size, colour)
    kind, _, rest = name.partition("-")
    if kind == "face":
        _face(pen, int(rest))
    elif kind == "step":
        filled, _, count = rest.partition("-of-")
        _steps(pen, int(filled), int(count))
    else:
        _DRAWINGS[name](pen)
    return pygame.transform.smoothscale(pen.surface, (size, size))
