"""Drawing: a view becomes parts, parts become pixels and places to touch.

A screen is a function from view to parts; it reads no files and keeps no state. The window compares the parts of two
views and repaints those that differ. The screens that most visits never see are loaded when they are first shown: their
loading would be felt between the power switch and the first smiley.
"""

from collections.abc import Iterable
from typing import NamedTuple, assert_never

import pygame

from kiosk.draw.screens import choice, message
from kiosk.draw.screens.parts import Box, PlacedPart
from kiosk.draw.theme import Theme, band_height, theme
from kiosk.show.views import (
    CORNER,
    BandedView,
    ChoiceView,
    ConsentView,
    KeyboardView,
    LetterView,
    Look,
    MessageView,
    NoticeView,
    Plain,
    PlanView,
    StaffView,
    TicketView,
    TilesView,
    View,
    WarnedView,
)


class Target(NamedTuple):
    """A rectangle on the logical screen; touching it means the action."""

    rect: pygame.Rect
    action: str


def layout(view: View, look: Look) -> tuple[PlacedPart, ...]:
    """Every part of the screen for a view; no two overlap."""
    if isinstance(view, BandedView):
        from kiosk.draw.screens import banded  # noqa: PLC0415 - see the module's docstring

        return tuple(banded.layout(view, layout(view.under, _below(look)), theme(look)))
    return _plain(view, look)


def _plain(view: Plain, look: Look) -> tuple[PlacedPart, ...]:  # noqa: C901, PLR0911, PLR0912 - one line a kind of view
    chosen = theme_of(view, look)
    match view:
        case ChoiceView():
            return tuple(choice.layout(view, chosen))
        case MessageView():
            return tuple(message.layout(view, chosen))
        case KeyboardView(layout="digits" | "code"):
            from kiosk.draw.screens import spelling  # noqa: PLC0415 - see the module's docstring

            return tuple(spelling.layout(view, chosen))
        case KeyboardView():
            from kiosk.draw.screens import keyboard  # noqa: PLC0415 - see the module's docstring

            return tuple(keyboard.layout(view, chosen))
        case ConsentView():
            from kiosk.draw.screens import consent  # noqa: PLC0415 - see the module's docstring

            return tuple(consent.layout(view, chosen))
        case TilesView():
            from kiosk.draw.screens import tiles  # noqa: PLC0415 - see the module's docstring

            return tuple(tiles.layout(view, chosen))
        case LetterView():
            from kiosk.draw.screens import letter  # noqa: PLC0415 - see the module's docstring

            return tuple(letter.layout(view, chosen))
        case PlanView():
            from kiosk.draw.screens import floor  # noqa: PLC0415 - see the module's docstring

            return tuple(floor.layout(view, chosen))
        case WarnedView():
            from kiosk.draw.screens import warned  # noqa: PLC0415 - see the module's docstring

            return tuple(warned.layout(view, layout(view.under, look), chosen))
        case TicketView():
            from kiosk.draw.screens import ticket  # noqa: PLC0415 - see the module's docstring

            return tuple(ticket.layout(view, chosen))
        case StaffView():
            from kiosk.draw.screens import staff  # noqa: PLC0415 - see the module's docstring

            return tuple(staff.layout(view, chosen))
        case NoticeView():
            from kiosk.draw.screens import notice  # noqa: PLC0415 - see the module's docstring

            return tuple(notice.layout(view, chosen))
        case _:
            assert_never(view)


def theme_of(view: View, look: Look) -> Theme:
    """The theme a view is drawn in: the closed kiosk is dark."""
    if isinstance(view, BandedView):
        return theme_of(view.under, _below(look))
    if isinstance(view, WarnedView):
        return theme_of(view.under, look)
    return theme(look, dimmed=isinstance(view, MessageView) and view.dimmed)


def _below(look: Look) -> Look:
    """Give the look of what stands below a band."""
    width, height = look.size
    return look._replace(size=(width, height - band_height(theme(look))))


def draw(surface: pygame.Surface, view: View, look: Look) -> tuple[Target, ...]:
    """Draw the whole screen and say where its actions are."""
    parts = layout(view, look)
    chosen = theme_of(view, look)
    surface.fill(chosen.palette.paper)
    paint(surface, parts, chosen)
    return targets(parts, chosen)


def paint(surface: pygame.Surface, parts: Iterable[PlacedPart], chosen: Theme) -> None:
    """Paint parts on paper that is already clean."""
    for part in parts:
        part.item.paint(surface, part.box, chosen)


def targets(parts: Iterable[PlacedPart], chosen: Theme) -> tuple[Target, ...]:
    """What can be touched, the staff's corner last so that anything drawn there comes first."""
    side = chosen.target
    corner = Target(pygame.Rect(chosen.size[0] - side, 0, side, side), CORNER)
    return (*(Target(pygame.Rect(part.box), part.action) for part in parts if part.action), corner)


__all__ = ["Box", "PlacedPart", "Target", "draw", "layout", "paint", "targets", "theme_of"]
