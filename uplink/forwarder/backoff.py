"""Waiting before the next try: longer each time, never in step with the other kiosks."""

import random


class Backoff:
    """Full jitter: a wait is drawn evenly between nothing and a ceiling that doubles up to a cap.

    When power returns to a province, ten thousand kiosks start in the same second; spread evenly over the ceiling
    they do not arrive together.
    """

    def __init__(
        self, *, first_seconds: float, cap_seconds: float, chance: random.Random | None = None
    ) -> None:
        self._first = first_seconds
        self._cap = cap_seconds
        self._chance = chance or random.Random()
        self.failures = 0

    def next_wait(self) -> float:
        """Give the seconds to wait after one more failure."""
        ceiling = min(self._cap, self._first * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return self._chance.uniform(0.0, ceiling)

    def spread(self, seconds: float) -> float:
        """Give a share of `seconds`, drawn evenly."""
        return self._chance.uniform(0.0, seconds)

    def succeeded(self) -> None:
        """Begin anew after the next failure."""
        self.failures = 0
