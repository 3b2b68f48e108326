"""How many answers a running period has, as everybody may know it: a band, so that one more visitor shows nothing."""

from typing import NamedTuple

_BOUNDS = (5, 10, 30, 100, 300, 1_000, 3_000, 10_000)


class Band(NamedTuple):
    """A number of responses between two bounds, both included."""

    low: int
    high: int | None
    """None: and more."""

    def __str__(self) -> str:
        if self.high is None:
            return f"{self.low}+"
        return f"<{self.high + 1}" if self.low == 0 else f"{self.low}-{self.high}"


def band(number: int) -> Band:
    """Give the band of a number."""
    low = 0
    for bound in _BOUNDS:
        if number < bound:
            return Band(low, bound - 1)
        low = bound
    return Band(low, None)
