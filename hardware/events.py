"""What comes from the buttons: raw edges going in to the debouncer, signals coming out of it.

All times are seconds of one monotonic clock; buttons are numbered 1 to 4 from left to right. They are named tuples, for a
kiosk loads them before its first frame and a frozen dataclass costs six times as much there; `kind` keeps two of different
kinds from being equal.
"""

from typing import NamedTuple

BUTTONS = (1, 2, 3, 4)
FIFTH, JACK = 5, 6
"""The fifth button and the switch of a headphone jack, as edges number them."""


class Edge(NamedTuple):
    """One change of a pin's level, as it came, bounce and all."""

    button: int
    down: bool
    at: float
    kind: str = "edge"


class Pressed(NamedTuple):
    """A lone button was really pressed; `at` is when its contact closed."""

    button: int
    at: float
    kind: str = "pressed"


class Released(NamedTuple):
    """The button of the latest `Pressed` was let go."""

    button: int
    at: float
    kind: str = "released"


class Held(NamedTuple):
    """A lone button has been down for the holding time."""

    button: int
    at: float
    kind: str = "held"


class Chord(NamedTuple):
    """A further button went down while one was down: none of them is an answer, the earlier `Pressed` is void."""

    buttons: frozenset[int]
    at: float
    kind: str = "chord"


class ChordHeld(NamedTuple):
    """Exactly these buttons have been down together for the staff's holding time."""

    buttons: frozenset[int]
    at: float
    kind: str = "chord_held"


class Stuck(NamedTuple):
    """A button has been down so long that it must be jammed; it is ignored until it is free again."""

    button: int
    at: float
    kind: str = "stuck"


class Freed(NamedTuple):
    """A stuck button came up again and counts from now on."""

    button: int
    at: float
    kind: str = "freed"


class Rejected(NamedTuple):
    """Something that was no press, to be counted: `glitch`, `mash`, `chord` or `stuck`."""

    reason: str
    button: int
    at: float
    kind: str = "rejected"


class Asked(NamedTuple):
    """What the fifth button or the plug asks for: `fifth`, `fifth_held`, `plugged` or `unplugged`."""

    name: str
    at: float
    kind: str = "asked"


Signal = Pressed | Released | Held | Chord | ChordHeld | Stuck | Freed | Rejected | Asked
