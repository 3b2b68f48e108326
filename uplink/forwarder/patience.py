"""How long receipts are waited for before records are sent again.

A collector that is behind answers late, and what is sent again meanwhile puts it further behind: half of what it then takes in may be repetitions.
So whoever got the latest receipts late waits longer for the next ones.
"""

_LONGEST_USUAL = 60.0
"""What took longer is no measure of a collector that is behind: something was lost on the way."""


class Patience:
    """Ends at `until`; doubles with every stall, and with how long receipts take."""

    def __init__(self, *, seconds: float, cap_seconds: float) -> None:
        self._seconds, self._cap_seconds = seconds, cap_seconds
        self._usual = 0.0
        self._since: float | None = None
        self.until = 0.0

    def sent(self, now: float, *, stalls: int) -> None:
        """Begin to wait: something is under way, and nothing was."""
        if self._since is None:  # else it is sent again: a receipt is awaited since it went out first
            self._since = now
        self.until = now + self._length(stalls)

    def answered(self, now: float, *, more: bool) -> None:
        """Note that a receipt came; `more`: something else is still under way."""
        if self._since is not None:
            self._usual = max(min(now - self._since, _LONGEST_USUAL), self._usual / 2)
        self._since = now if more else None
        self.until = now + self._length(0)

    def lost(self) -> None:
        """Note that the connection is gone: how long it takes to come back says nothing of the collector."""
        self._since = None

    def _length(self, stalls: int) -> float:
        return min(self._cap_seconds, max(self._seconds, 2 * self._usual) * 2.0**stalls)
