"""Telling systemd that the kiosk is ready, and alive: a few lines of our own for sd_notify(3).

The ping comes from the frame loop alone. A thread of its own would go on pinging for a frozen screen.
"""

import os
import socket
from collections.abc import Mapping


class Watchdog:
    """The service manager's socket; silent where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) if address else None
        )
        limit = int(environment.get("WATCHDOG_USEC", "0") or 0) / 1_000_000
        self._every = limit / 3 if limit else 5.0
        self._next = float("-inf")

    def ready(self) -> None:
        """Say that the first usable frame is on the screen."""
        self._send(b"READY=1")

    def ping(self, now: float) -> None:
        """Say that a frame was made; often enough for the limit, and not more."""
        if self._socket is not None and now >= self._next:
            self._next = now + self._every
            self._send(b"WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the end is meant."""
        self._send(b"STOPPING=1")

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: bytes) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(message, self._address)
        except OSError:  # the manager is restarting; the next ping tells it
            self._next = float("-inf")
