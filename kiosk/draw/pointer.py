"""One normaliser for finger and mouse: whatever the panel sends becomes a point on the logical screen, once.

SDL makes a mouse event of every touch, so a tap arrives twice; under some compositors only the mouse event arrives, and
then it does not say that it came from a finger. Rule: finger events count; mouse events count unless they say that
they were made from a touch. The panel may hang rotated: the picture is turned by the application, and touches are turned
back here.
"""

from typing import NamedTuple

import pygame

Point = tuple[int, int]

LOST_SECONDS = 15.0
"""A finger that has been down for longer than any hold is taken for lifted: a panel that lost its plug for a moment never
says so, and must not stay deaf."""


class Contact(NamedTuple):
    """The finger (or the mouse button) went down at, or left, a point of the logical screen."""

    point: Point
    down: bool


class Pointer:
    """Follows one finger at a time; further fingers are ignored until it is lifted."""

    def __init__(self, *, panel: tuple[int, int], rotation: int) -> None:
        self._panel = panel
        self._rotation = rotation
        self._finger: object = None
        self._since = 0.0

    def contact(self, event: pygame.event.Event, now: float) -> Contact | None:
        """The contact that an event of pygame means at this monotonic time, or None if it means none."""
        if event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
            at = (round(event.x * (self._panel[0] - 1)), round(event.y * (self._panel[1] - 1)))
            return self._follow(("finger", event.finger_id), at, now, down=event.type == pygame.FINGERDOWN)
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            if event.button != 1 or getattr(event, "touch", False):
                return None
            return self._follow("mouse", event.pos, now, down=event.type == pygame.MOUSEBUTTONDOWN)
        return None

    def _follow(self, finger: object, at: Point, now: float, *, down: bool) -> Contact | None:
        if down and (self._finger in (None, finger) or now > self._since + LOST_SECONDS):
            self._finger, self._since = finger, now
        elif not down and self._finger == finger:
            self._finger = None
        else:
            return None
        return Contact(logical(at, panel=self._panel, rotation=self._rotation), down)


def logical(point: Point, *, panel: tuple[int, int], rotation: int) -> Point:
    """Where a point of the panel lies on the logical screen, which is shown turned clockwise by `rotation`."""
    x, y = point
    width, height = panel
    match rotation:
        case 90:
            return y, width - 1 - x
        case 180:
            return width - 1 - x, height - 1 - y
        case 270:
            return height - 1 - y, x
        case _:
            return x, y


def on_panel(rect: pygame.Rect, *, size: tuple[int, int], rotation: int) -> pygame.Rect:
    """Where a rectangle of the logical screen of `size` lies on the panel."""
    x, y, width, height = rect
    match rotation:
        case 90:
            return pygame.Rect(size[1] - y - height, x, height, width)
        case 180:
            return pygame.Rect(size[0] - x - width, size[1] - y - height, width, height)
        case 270:
            return pygame.Rect(y, size[0] - x - width, height, width)
        case _:
            return pygame.Rect(rect)
