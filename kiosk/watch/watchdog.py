"""Telling systemd that the kiosk is ready, and alive.

The ping comes from the frame loop alone. A thread of its own would go on pinging for a frozen screen.
"""

import os
from collections.abc import Callable, Mapping

from uplink.forwarder.notify import notify


class Watchdog:
    """What the service manager hears of the frame loop; silent where nobody asked."""

    def __init__(
        self, environment: Mapping[str, str] = os.environ, *, tell: Callable[[str], None] = notify
    ) -> None:
        self._tell = tell if environment.get("NOTIFY_SOCKET") else _say_nothing
        limit = environment.get("WATCHDOG_USEC", "")
        self._every = int(limit) / 3_000_000 if limit.isdigit() else 5.0
        self._next = float("-inf")

    def ready(self, status: str = "") -> None:
        """Say that the first usable frame is on the screen; `systemctl status` shows the word that goes with it."""
        self._tell(f"READY=1\nSTATUS={status}" if status else "READY=1")

    def ping(self, now: float) -> None:
        """Say that a frame was made; often enough for the limit, and not more."""
        if now >= self._next:
            self._next = now + self._every
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the end is meant."""
        self._tell("STOPPING=1")


def _say_nothing(_message: str) -> None:
    pass
