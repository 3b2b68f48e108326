"""Events that are cheap to define, yet equal to their own kind only: as in `survey.named`, which this package may not need."""

from typing import TypeVar

_Kind = TypeVar("_Kind", bound=type)


def distinct(kind: _Kind) -> _Kind:
    """Make a named tuple equal to its own kind only."""
    kind.__eq__ = _equal  # type: ignore[assignment, method-assign]
    kind.__ne__ = _unequal  # type: ignore[assignment, method-assign]
    return kind


def _equal(one: tuple[object, ...], other: object) -> bool:
    return type(other) is type(one) and tuple.__eq__(one, other)


def _unequal(one: tuple[object, ...], other: object) -> bool:
    return not _equal(one, other)
