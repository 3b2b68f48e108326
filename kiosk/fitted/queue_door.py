"""The door for a queue system: HTTP over a Unix socket, for programs of one group on this machine. The kiosk has no network, and gets none by this.

One request at a time, two seconds and four kilobytes for each: whoever dawdles is hung up on, and no visitor waits for it. What comes in
says which ticket was called and how many wait (`kiosk.keeping.queue`), and can do nothing else: there is no word for an answer.
"""

import grp
import json
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import monotonic

from kiosk.keeping.queue import QueueBoard, Unsaid

log = logging.getLogger(__name__)

SECONDS = 2.0
MOST_BYTES = 4_096
_STATUS = {
    204: "No Content",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
}
_WHY = {
    "ticket": "a ticket is 1 to 8 capital letters, digits and hyphens",
    "counter": "no counter of the signed settings has this number or name",
    "waiting": "waiting is an object of counters with whole numbers from 0 to 9999",
    "json": "the body is one JSON object",
    "path": "there are /v1/called and /v1/waiting",
    "method": "say it with POST",
    "size": "a request has at most 4096 bytes, of which Content-Length says how many are its body",
}


class QueueDoor:
    """Listens in a thread of its own until it is closed."""

    def __init__(self, path: Path, board: QueueBoard, *, group: str, now: Callable[[], float]) -> None:
        self._board = board
        self._now = now
        self._path = path
        with suppress(FileNotFoundError):
            path.unlink()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(path))
        finally:
            os.umask(before)
        _lend(path, group)
        self._socket.listen(8)
        self._thread = Thread(target=self._serve, name="queue door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Shut it; what was said before stays said."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(SECONDS + 1)
        with suppress(OSError):
            self._path.unlink()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return  # it was closed
            with caller, suppress(OSError):
                status, code = self._answered(caller)
                caller.settimeout(SECONDS)
                caller.sendall(_reply(status, code))

    def _answered(self, caller: socket.socket) -> tuple[int, str]:
        asked = _read(caller)
        if asked is None:
            return 413, "size"
        method, path, body = asked
        if path not in ("/v1/called", "/v1/waiting"):
            return 404, "path"
        if method != "POST":
            return 405, "method"
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            return 400, "json"
        try:
            if path == "/v1/called":
                self._board.call(said.get("ticket"), said.get("counter"), now=self._now())
            else:
                self._board.wait(said.get("waiting"), now=self._now())
        except Unsaid as unsaid:
            return (404 if unsaid.code == "counter" else 400), unsaid.code
        return 204, ""


def _read(caller: socket.socket) -> tuple[str, str, bytes] | None:
    """Read one request: method, path and body; None where it is too long, too slow or none."""
    ends = monotonic() + SECONDS
    held = b""
    head, wanted = b"", -1
    while wanted < 0 or len(held) < len(head) + 4 + wanted:
        left = ends - monotonic()
        if left <= 0 or len(held) > MOST_BYTES:
            return None
        caller.settimeout(left)
        try:
            piece = caller.recv(MOST_BYTES)
        except TimeoutError:
            return None
        if not piece:
            return None
        held += piece
        if wanted < 0 and b"\r\n\r\n" in held:
            head = held.partition(b"\r\n\r\n")[0]
            wanted = _length(head)
            if wanted > MOST_BYTES:
                return None
    words = head.split(b"\r\n", 1)[0].split(b" ")
    if len(words) != 3:
        return None
    method, path = words[0].decode("latin-1"), words[1].decode("latin-1")
    return method, path, held[len(head) + 4 :][:wanted]


def _length(head: bytes) -> int:
    """Give how long the body is that a head names: 0 where it names none, too long where it makes no sense."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            text = value.strip()
            return int(text) if text.isdigit() and len(text) < 6 else MOST_BYTES + 1
    return 0


def _reply(status: int, code: str) -> bytes:
    body = json.dumps({"code": code, "message": _WHY[code]}).encode() if code else b""
    kind = "Content-Type: application/json\r\n" if code else ""
    length = f"Content-Length: {len(body)}\r\n" if code else ""
    return f"HTTP/1.1 {status} {_STATUS[status]}\r\n{kind}{length}Connection: close\r\n\r\n".encode() + body


def _lend(path: Path, group: str) -> None:
    """Let a group's programs in; without such a group only the kiosk's own user comes in."""
    try:
        os.chown(path, -1, grp.getgrnam(group).gr_gid)
        path.chmod(0o660)
    except (KeyError, OSError) as error:
        log.warning("queue door: the group %s cannot be let in (%s)", group, error)
