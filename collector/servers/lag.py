"""How far a replica is behind, reckoned without anybody's clock but our own.

A replica's own measure, the age of the last change it repeated, grows while nothing happens and is wrong where two machines' clocks differ. So we
note at which moment the primary stood where, and look which of these places the replica has come to: then it holds
everything that was committed before that moment.
"""

from collections import deque


class Lag:
    """What one process knows of one replica. Moments are seconds of its monotonic clock, places are bytes of PostgreSQL's log."""

    def __init__(self) -> None:
        self._noted: deque[tuple[float, int]] = deque()
        self._held_at: float | None = None

    def note(self, moment: float, *, primary: int, replica: int) -> None:
        """Note where both stood: the primary at that moment or later, the replica after it was asked."""
        self._noted.append((moment, primary))
        while self._noted and self._noted[0][1] <= replica:
            self._held_at = self._noted.popleft()[0]

    def forget(self) -> None:
        """Nothing is known any more: it did not answer, or it is none of this primary's."""
        self._noted.clear()
        self._held_at = None

    def behind(self, now: float) -> float | None:
        """Give by how many seconds it may be behind at most; None where that is not known."""
        return None if self._held_at is None else now - self._held_at
