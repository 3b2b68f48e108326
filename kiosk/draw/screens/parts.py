"""The pieces every screen is made of, and how they are painted.

A screen lays out `PlacedPart` parts that do not overlap; each carries an item, plain frozen data that can paint itself into
its rectangle. Two screens can therefore be compared part by part, and the window repaints only what differs.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

import pygame

from kiosk.draw.fonts import Weight, font, font_for
from kiosk.draw.icons import icon
from kiosk.draw.screens.paragraph import Fitted, Style
from kiosk.draw.theme import Colour, Theme
from survey.named import distinct

Box = tuple[int, int, int, int]


class Item(Protocol):
    """Something that paints itself; equal items look equal."""

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Paint on the theme's paper, within the box."""


class PlacedPart(NamedTuple):
    """An item in its place; with an action, touching the box means that action."""

    box: Box
    item: Item
    action: str = ""


@distinct
class Words(NamedTuple):
    """A set text. `colour` names a colour of the palette, `align` is left, centre or right."""

    fitted: Fitted
    style: Style
    colour: str = "ink"
    strong_colour: str = "ink"
    align: str = "left"
    middle: bool = False
    """In the middle of the box's height instead of at its top."""

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Write the lines."""
        x, y, width, height = box
        if self.middle:
            y += (height - self.fitted.height) // 2
        for line in self.fitted.lines:
            rendered = [
                written(
                    run.text,
                    self.fitted.size,
                    self.style.strong if run.strong else self.style.weight,
                    getattr(theme.palette, self.strong_colour if run.strong else self.colour),
                    theme.fonts,
                )
                for run in line
            ]
            free = width - sum(piece.get_width() for piece in rendered)
            left = x + {"left": 0, "centre": free // 2, "right": free}[self.align]
            # By the font's own height: a rendered word with a deep letter is a pixel taller than its neighbours.
            top = (
                y
                + (self.fitted.line_height - natural_height(self.fitted.size, self.style.weight, theme)) // 2
            )
            for piece in rendered:
                surface.blit(piece, (left, top))
                left += piece.get_width()
            y += self.fitted.line_height


@distinct
class Picture(NamedTuple):
    """An icon in the middle of its box."""

    name: str
    size: int
    colour: str = "ink"

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the icon."""
        drawn = icon(self.name, self.size, getattr(theme.palette, self.colour))
        surface.blit(drawn, (box[0] + (box[2] - self.size) // 2, box[1] + (box[3] - self.size) // 2))


@distinct
class Pane(NamedTuple):
    """A card with parts on it; their boxes are given on the screen."""

    parts: tuple[PlacedPart, ...] = ()
    strong: bool = False

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the card, then what is on it."""
        palette = theme.palette
        paint_card(
            surface, box, theme, fill=palette.card, border=palette.accent if self.strong else palette.line
        )
        for part in self.parts:
            part.item.paint(surface, part.box, theme)


@distinct
class ProgressBar(NamedTuple):
    """How far the visitor has come: a thin line from border to border."""

    done: int
    all: int

    def paint(self, surface: pygame.Surface, box: Box, theme: Theme) -> None:
        """Draw the line and its filled part."""
        paint_bar(surface, box, theme.palette.track, theme.palette.paper)
        share = min(1.0, self.done / self.all) if self.all else 0.0
        width = round(box[2] * share)
        if width >= box[3]:
            paint_bar(surface, (box[0], box[1], width, box[3]), theme.palette.accent, theme.palette.track)


@lru_cache(maxsize=96)
def written(text: str, size: int, weight: Weight, colour: Colour, fonts: tuple[str, ...]) -> pygame.Surface:
    """A piece of text as a picture; kept. Never call it with what a visitor typed."""
    return font_for(text, size, weight, fonts).render(text, True, colour)  # noqa: FBT003 - pygame's own signature


def paint_card(
    surface: pygame.Surface,
    box: Box,
    theme: Theme,
    *,
    fill: Colour,
    border: Colour,
    radius: float = 20,
    stroke: int | None = None,
    ground: Colour | None = None,
) -> None:
    """Draw a rectangle with smooth round corners and a border."""
    x, y, width, height = box
    line = theme.stroke if stroke is None else stroke
    round_by = min(theme.px(radius), width // 2, height // 2)
    corners = _corners(round_by, line, fill, border, theme.palette.paper if ground is None else ground)
    surface.fill(border, (x + round_by, y, width - 2 * round_by, height))
    surface.fill(border, (x, y + round_by, width, height - 2 * round_by))
    surface.fill(fill, (x + round_by, y + line, width - 2 * round_by, height - 2 * line))
    surface.fill(fill, (x + line, y + round_by, width - 2 * line, height - 2 * round_by))
    for right in (0, 1):
        for lower in (0, 1):
            at = (x + right * (width - round_by), y + lower * (height - round_by))
            surface.blit(corners, at, (right * round_by, lower * round_by, round_by, round_by))


def paint_bar(surface: pygame.Surface, box: Box, colour: Colour, ground: Colour) -> None:
    """Draw a line with round ends."""
    x, y, width, height = box
    radius = height // 2
    ends = _corners(radius, 0, colour, colour, ground)
    surface.fill(colour, (x + radius, y, width - 2 * radius, 2 * radius))
    surface.blit(ends, (x, y), (0, 0, radius, 2 * radius))
    surface.blit(ends, (x + width - radius, y), (radius, 0, radius, 2 * radius))


def paint_number(
    surface: pygame.Surface, centre: tuple[int, int], number: int, theme: Theme, *, fill: Colour
) -> None:
    """Draw a button's number in a disc; its ground is whatever is there already."""
    size = number_size(theme)
    surface.blit(_disc(size, fill), (centre[0] - size // 2, centre[1] - size // 2))
    ink = theme.palette.paper if fill != theme.palette.on_accent else theme.palette.accent
    digit = written(str(number), theme.text(19), Weight.BOLD, ink, theme.fonts)
    surface.blit(digit, (centre[0] - digit.get_width() // 2, centre[1] - digit.get_height() // 2))


def number_size(theme: Theme) -> int:
    """The diameter of the disc around a button's number."""
    return max(theme.px(36), theme.text(19) + 12)


@lru_cache(maxsize=96)
def natural_height(size: int, weight: Weight, theme: Theme) -> int:
    """The height of a line as the font has it."""
    return font(size, weight, theme.fonts).get_height()


def not_fitting(parts: Iterable[PlacedPart]) -> list[str]:
    """Every text among the parts that is too long for its place even at the smallest size."""
    wrong: list[str] = []
    for part in parts:
        item = part.item
        wrong += not_fitting(getattr(item, "parts", ()))
        fitted = getattr(item, "fitted", None)
        if isinstance(fitted, Fitted) and not fitted.fits:
            wrong.append(" / ".join("".join(run.text for run in line) for line in fitted.lines))
    return wrong


@lru_cache(maxsize=64)
def _corners(radius: int, stroke: int, fill: Colour, border: Colour, ground: Colour) -> pygame.Surface:
    large = pygame.Surface((radius * 8, radius * 8))
    large.fill(ground)
    middle = (radius * 4, radius * 4)
    pygame.draw.circle(large, border, middle, radius * 4)
    pygame.draw.circle(large, fill, middle, max(0, radius - stroke) * 4)
    return pygame.transform.smoothscale(large, (radius * 2, radius * 2))


@lru_cache(maxsize=16)
def _disc(size: int, fill: Colour) -> pygame.Surface:
    large = pygame.Surface((size * 4, size * 4), pygame.SRCALPHA)
    large.fill((*fill, 0))
    pygame.draw.circle(large, (*fill, 255), (size * 2, size * 2), size * 2)
    return pygame.transform.smoothscale(large, (size, size))
