"""Whether there is a picture on the screen: more than one colour, at points all over it."""

import pygame

_POINTS = 32
"""Across and down. A screen that only shows its background has one colour at all of them."""


def shows_picture(screen: pygame.Surface) -> bool:
    """Whether somebody would see something there."""
    width, height = screen.get_size()
    colours = {
        tuple(screen.get_at((x * width // _POINTS, y * height // _POINTS)))
        for x in range(_POINTS)
        for y in range(_POINTS)
    }
    return len(colours) > 1
