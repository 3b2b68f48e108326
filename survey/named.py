"""Small values that are cheap to define: a kiosk defines a hundred of them before its first frame.

A frozen dataclass costs six times what a `NamedTuple` does when its module is loaded. But named tuples of two kinds are
equal when their contents are; `distinct` mends that where values of several kinds meet.
"""

from typing import TypeVar

_Kind = TypeVar("_Kind", bound=type)


def distinct(kind: _Kind) -> _Kind:
    """Make a named tuple equal to its own kind only."""
    kind.__eq__ = _equal  # type: ignore[assignment, method-assign]
    kind.__ne__ = _unequal  # type: ignore[assignment, method-assign]
    return kind


class Bare:
    """What is told by its kind alone, and carries nothing."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _equal(one: tuple[object, ...], other: object) -> bool:
    return type(other) is type(one) and tuple.__eq__(one, other)


def _unequal(one: tuple[object, ...], other: object) -> bool:
    return not _equal(one, other)
