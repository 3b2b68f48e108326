"""How a visitor is helped by ear and by the buttons alone, as data; what is done with it stands in `survey.visit.aids`."""

from enum import StrEnum
from typing import NamedTuple


class Aid(StrEnum):
    """What can be called by what is no answer: a chord that is held, a fifth button, a plug."""

    SPEECH = "speech"
    MENU = "menu"
    FIFTH = "fifth"
    """The fifth button was pressed: go on where the faces ask, else begin to speak, or read again."""
    FIFTH_HELD = "fifth_held"
    """It was held: speech ends, or else the menu opens."""
    PLUGGED = "plugged"
    UNPLUGGED = "unplugged"


class Spoken(StrEnum):
    """What of the present screen is read."""

    SCREEN = "screen"
    BEGIN = "begin"
    """How speech mode is used, and the screen."""
    OPTION = "option"
    CHANGE = "change"
    """What an input has changed on the screen."""
    END = "end"


class Aids(NamedTuple):
    """How this visitor is helped by ear and by the buttons alone; see `survey.visit.aids`."""

    aloud: bool = False
    heard: str = ""
    """The option that was read last: the next press of its button takes it."""
    wide: bool = False
    """The menu offers more than the ways out of the screen."""
    page: int = 0
    """The menu's."""
    volume: int = 0
    pace: int = 0
