"""A pen for icons: it draws at four times the size, to be shrunk smoothly."""

import itertools
import math
from collections.abc import Sequence

import pygame

from kiosk.draw.theme import Colour

_OVERSAMPLING = 4

Point = tuple[float, float]


class Pen:
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
        """Draw a line through points."""
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
        """Fill a shape."""
        pygame.draw.polygon(self.surface, self._ink, [(x * self._unit, y * self._unit) for x, y in points])

    def disc(self, centre: Point, radius: float, *, clear: bool = False) -> None:
        """Fill a disc, or clear one."""
        where = (centre[0] * self._unit, centre[1] * self._unit)
        pygame.draw.circle(self.surface, self._clear if clear else self._ink, where, radius * self._unit)

    def ring(self, centre: Point, radius: float, width: float = 6) -> None:
        """Draw a circle; what is inside it is cleared."""
        self.disc(centre, radius + width / 2)
        self.disc(centre, radius - width / 2, clear=True)

    def box(self, rect: tuple[float, float, float, float], radius: float, width: float = 0) -> None:
        """Draw a rectangle with round corners, filled where no width is given."""
        scaled = pygame.Rect(*(round(value * self._unit) for value in rect))
        pygame.draw.rect(
            self.surface,
            self._ink,
            scaled,
            round(width * self._unit),
            border_radius=round(radius * self._unit),
        )


def arc(centre: Point, radii: Point, start: float, end: float) -> list[Point]:
    """Points along an ellipse; degrees, clockwise from the right."""
    steps = 48
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(centre[0] + radii[0] * math.cos(a), centre[1] + radii[1] * math.sin(a)) for a in angles]
