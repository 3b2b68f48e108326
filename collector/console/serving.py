"""gunicorn as `ikm-collector serve` runs it: it says that it lives, and waits for no request for ever."""

import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from collector.notify import notify
from collector.wsgi import application

BYTES_A_SECOND = 25_000
"""A body may take a second longer for each of these: 200 kbit/s, half of what a weak phone sends."""


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that gives every request some seconds to arrive, and then reads no further.

    gunicorn's own would wait for a body as long as its sender likes, with one of its few threads. A proxy that takes requests in whole before
    it hands them on, as `web-files` configures it, is what keeps strangers from that; this holds where none is, or where it is misconfigured.
    """

    seconds = 15.0

    def init_process(self) -> None:
        """Begin with no request under way."""
        self._until: dict[Any, float] = {}
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Handle a request, which has to begin and bring its headers in time; runs in a thread of its own."""
        self._until[conn] = time.monotonic() + self.seconds
        try:
            return super().handle(conn)
        finally:
            self._until.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Give the body time by its length; one that was not announced has what the headers had."""
        length = dict(req.headers).get("CONTENT-LENGTH", "0")
        self._until[conn] = time.monotonic() + self.seconds + int(length) / BYTES_A_SECOND
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """End the reading of what is late, once a second. Whoever was read to the end notices nothing of it."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._until.items()):
            if now > until:
                self._until.pop(conn, None)
                with suppress(OSError):  # it is gone already
                    conn.sock.shutdown(socket.SHUT_RD)


class _Arbiter(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's main process, which tells systemd that it is ready, and here also that it is alive."""

    def murder_workers(self) -> None:
        """Look after the workers once a second: one that hangs is replaced, so our word holds for them too."""
        super().murder_workers()
        notify("WATCHDOG=1")


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, configured here instead of by its own command line."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take over the options."""
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """Give the application."""
        return application

    def run(self) -> None:
        """Serve until stopped."""
        _Arbiter(self).run()
