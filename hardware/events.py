"""What comes from the buttons: raw edges going in to the debouncer, signals coming out of it.

All times are seconds of one monotonic clock; buttons are numbered 1 to 4 from left to right.
"""

from dataclasses import dataclass

BUTTONS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Edge:
    """One change of a pin's level, as it came, bounce and all."""

    button: int
    down: bool
    at: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """A lone button was really pressed; `at` is when its contact closed."""

    button: int
    at: float


@dataclass(frozen=True, slots=True)
class Released:
    """The button of the latest `Pressed` was let go."""

    button: int
    at: float


@dataclass(frozen=True, slots=True)
class Held:
    """A lone button has been down for the holding time."""

    button: int
    at: float


@dataclass(frozen=True, slots=True)
class Chord:
    """A further button went down while one was down: none of them is an answer, the earlier `Pressed` is void."""

    buttons: frozenset[int]
    at: float


@dataclass(frozen=True, slots=True)
class ChordHeld:
    """Exactly these buttons have been down together for the staff's holding time."""

    buttons: frozenset[int]
    at: float


@dataclass(frozen=True, slots=True)
class Stuck:
    """A button has been down so long that it must be jammed; it is ignored until it is free again."""

    button: int
    at: float


@dataclass(frozen=True, slots=True)
class Freed:
    """A stuck button came up again and counts from now on."""

    button: int
    at: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that was no press, to be counted: `glitch`, `mash`, `chord` or `stuck`."""

    reason: str
    button: int
    at: float


Signal = Pressed | Released | Held | Chord | ChordHeld | Stuck | Freed | Rejected
