"""A witness on the network, as C2SP's tlog-witness has it: the collector brings checkpoints, and gets cosignatures."""

import hashlib
import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from survey.log.witnessing import MAX_REQUEST_BYTES, Answer, read_offer
from survey.record.errors import Malformed
from witness.cosign.memory import Memory

log = logging.getLogger(__name__)
_SECONDS = 20.0

_STATUS = {
    Answer.UNSIGNED: HTTPStatus.FORBIDDEN,
    Answer.OTHER_LOG: HTTPStatus.NOT_FOUND,
    Answer.OLDER: HTTPStatus.CONFLICT,
    Answer.OTHER_PLACE: HTTPStatus.CONFLICT,
    Answer.FORK: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def serve(memory: Memory, *, host: str, port: int) -> ThreadingHTTPServer:
    """Give a server that listens; whoever has it calls `serve_forever` and `shutdown`."""

    class Handler(_Handler):
        pass

    Handler.memory = memory
    return ThreadingHTTPServer((host, port), Handler)


class _Handler(BaseHTTPRequestHandler):
    memory: Memory
    now_s: Callable[[], float] = staticmethod(time.time)
    timeout = _SECONDS
    server_version = "ikm-witness"
    sys_version = ""

    def do_POST(self) -> None:
        """Take an offer."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint" or not length.isdecimal():
            self._say(HTTPStatus.NOT_FOUND, "")
        elif int(length) > MAX_REQUEST_BYTES:
            self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "")
        else:
            self._take(self.rfile.read(int(length)))

    def do_GET(self) -> None:
        """Give the checkpoint that was cosigned last."""
        seen = self.memory.seen
        origin = hashlib.sha256(seen.origin.encode()).hexdigest() if seen is not None else ""
        if not origin or self.path != f"/{origin}/checkpoint":
            self._say(HTTPStatus.NOT_FOUND, "")
        else:
            self._say(HTTPStatus.OK, self.memory.seen_text(), "text/plain; charset=utf-8")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say in the log what was asked."""
        log.info("%s %s", self.address_string(), format % args)

    def _take(self, body: bytes) -> None:
        try:
            offer = read_offer(body)
        except Malformed:
            self._say(HTTPStatus.BAD_REQUEST, "")
            return
        if offer.old > offer.checkpoint.point.size:
            self._say(HTTPStatus.BAD_REQUEST, "")
            return
        answer, line = self.memory.decide(offer, at_s=int(self.now_s()))
        if line is not None:
            self._say(HTTPStatus.OK, line.text())
            return
        if answer is Answer.FORK:
            log.error("FORK: %s shows two histories; the offer is kept", offer.checkpoint.point.origin)
        status = _STATUS[answer]
        seen = self.memory.seen
        if status is HTTPStatus.CONFLICT:
            self._say(status, f"{seen.size if seen is not None else 0}\n", "text/x.tlog.size")
        else:
            self._say(status, "")

    def _say(self, status: HTTPStatus, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", f"{len(content)}")
        self.end_headers()
        self.wfile.write(content)
