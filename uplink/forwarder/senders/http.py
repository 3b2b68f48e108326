"""The way out over HTTPS, for networks whose proxy or firewall lets nothing else through.

One request carries one batch, and the answer is the receipt. A wrong address, an expired certificate or a proxy's
login page costs no data: only a receipt whose signature holds counts, and that is for the courier to check.
"""

import base64
import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag

import requests

from survey.wire.trouble import trouble
from uplink.errors import Refused, TooLarge, Unreachable
from uplink.forwarder.senders.deadline import Deadline
from uplink.forwarder.senders.sender import (
    EndedArrived,
    Event,
    LogArrived,
    ReceiptArrived,
    SettingsArrived,
    TicketsArrived,
)
from uplink.forwarder.senders.validity import CertainAdapter, Validity

_MAX_SETTINGS_BYTES = 2 * 1024 * 1024
_MAX_RECEIPT_BYTES = 64 * 1024
_PIECE_BYTES = 1_024
_SMALLEST_BATCH = 20_000
_OCTETS = {"Content-Type": "application/octet-stream"}
# What will not change by trying again, by the collector's documented answers.
_REFUSED = 403
_NEVER = {400, 403, 404, 409, 410, 422}


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Where and how to post."""

    kiosk: str
    collector_url: str
    connect_seconds: float
    read_seconds: float
    deadline_seconds: float
    """How long an exchange may take in all, from the resolver to the last byte."""
    max_bytes: int
    settings_every_seconds: float
    """How often the settings are asked for while the session is open."""
    ca: Path | None
    """The authority that vouches for the collector; None: the public ones."""
    validity: Validity


class HttpSender:
    """Posts batches to the collector. Used by one thread."""

    transport = "https"

    def __init__(self, where: HttpTransport, *, now: Callable[[], float]) -> None:
        self._where = where
        self._now = now
        self._session: requests.Session | None = None
        self._events: deque[Event] = deque()
        self._pause = Flag()
        self._settings_at = 0.0
        self._tags: dict[str, str] = {}
        self._max_bytes = where.max_bytes
        self._deadline: Deadline[_Answer] = Deadline(where.deadline_seconds)

    @property
    def max_bytes(self) -> int:
        """The longest batch to post; less where the last one did not pass in time."""
        return self._max_bytes

    @property
    def room(self) -> int:
        """One batch at a time."""
        return 0 if self._session is None or self._events else 1

    def aim(self, where: HttpTransport) -> None:
        """Go there from the next session on, and ask anew for all that is signed for us."""
        self._where = where
        self._tags.clear()

    def open(self) -> None:
        """Make a session and ask for the settings and tickets, which shows whether the collector is there.

        Raises:
            Unreachable: it is not.
        """
        if self._session is not None:
            return
        self._session = requests.Session()
        self._session.mount("https://", CertainAdapter(self._where.validity))
        try:
            self._fetch_settings()
        except Unreachable:
            self.close()
            raise

    def send(self, batch: bytes) -> None:
        """Post a batch; its receipt is given by the next `poll`.

        Raises:
            Unreachable: no answer, or one that may be another tomorrow.
            TooLarge: the collector or a proxy takes less.
            Refused: the collector says it will never take these bytes; the receipt that it may show with that is given by `poll`.
        """
        started = self._now()
        try:
            answer = self._request("POST", "/api/v1/batches", batch, most=_MAX_RECEIPT_BYTES)
        except Unreachable:
            if self._now() - started >= self._where.deadline_seconds / 2:  # a slow road carries small batches
                self._max_bytes = max(_SMALLEST_BATCH, self._max_bytes // 4)
            raise
        self._max_bytes = min(self._where.max_bytes, self._max_bytes * 2)
        if answer.status == 413:
            raise TooLarge(f"the collector's door takes less than {len(batch)} bytes")
        if answer.status in _NEVER and (refusal := _refusal(answer)) is not None:
            if (receipt := _beside(answer, "receipt")) is not None:
                self._events.append(ReceiptArrived(receipt, fresh=True))
            self._note_ended(answer)
            raise refusal
        if answer.status != 200:
            raise Unreachable(
                f"the collector answered {answer.status}", trouble("collector_status", status=answer.status)
            )
        self._events.append(ReceiptArrived(answer.content, fresh=True))

    def report(self, state: bytes) -> None:
        """Do nothing: state has no place on this transport."""

    def poll(self, timeout: float) -> Sequence[Event]:
        """Give what the last post brought, and the settings where they are due, or wait.

        Raises:
            Unreachable: the settings were due, and the collector is not there.
        """
        if self._session is not None and self._now() >= self._settings_at:
            self._fetch_settings()
        if not self._events:
            self._pause.wait(timeout)
        events = tuple(self._events)
        self._events.clear()
        return events

    def close(self) -> None:
        """Close the session."""
        session, self._session = self._session, None
        self._events.clear()
        if session is not None:
            session.close()

    def _fetch_settings(self) -> None:
        self._settings_at = self._now() + self._where.settings_every_seconds
        if (settings := self._fetch("settings")) is not None:
            self._events.append(SettingsArrived(settings))
        if (tickets := self._fetch("tickets")) is not None:
            self._events.append(TicketsArrived(tickets))
        if (news := self._fetch("log")) is not None:
            self._events.append(LogArrived(news))

    def _note_ended(self, answer: "_Answer") -> None:
        """Give on the word that our key has ended, where a refusal comes with it; whoever keeps it checks the signature."""
        word = _beside(answer, "ended") if answer.status == _REFUSED else None
        if word is not None and EndedArrived(word) not in self._events:
            self._events.append(EndedArrived(word))

    def _fetch(self, what: str) -> bytes | None:
        """Give what the collector has signed for this kiosk, or None where that is what it was, or nothing."""
        known = {"If-None-Match": self._tags[what]} if self._tags.get(what) else {}
        answer = self._request(
            "GET", f"/api/v1/{what}/{self._where.kiosk}", headers=known, most=_MAX_SETTINGS_BYTES
        )
        if answer.status != 200:
            self._note_ended(answer)
            return None
        self._tags[what] = answer.tag
        return answer.content

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] = _OCTETS,
        most: int,
    ) -> "_Answer":
        if self._session is None:
            raise Unreachable("no session")
        session, url = self._session, self._where.collector_url.rstrip("/") + path
        ends_at = time.monotonic() + self._where.deadline_seconds

        def exchange() -> _Answer:
            with session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=(self._where.connect_seconds, self._where.read_seconds),
                allow_redirects=False,
                stream=True,
                verify=str(self._where.ca)
                if self._where.ca
                else True,  # here: on a session the environment wins
            ) as answer:
                content = bytearray()
                for piece in answer.iter_content(_PIECE_BYTES):
                    content += piece
                    # A login page may be endless, or drip: such an answer is none of ours.
                    if len(content) > most or time.monotonic() > ends_at:
                        raise TimeoutError("the answer has no end")
                return _Answer(answer.status_code, bytes(content), tag=answer.headers.get("ETag", ""))

        try:
            return self._deadline.run(exchange)
        except (requests.RequestException, OSError, ValueError) as error:
            raise Unreachable(
                f"{url} does not answer: {_short(error)}", trouble("collector_no_answer")
            ) from error


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    content: bytes
    tag: str
    """Names this version of the content; asked for again with it, what is unchanged costs no bytes."""


def _refusal(answer: _Answer) -> Refused | None:
    """Give the collector's own refusal; a proxy's page that merely looks like one is none."""
    try:
        fields = json.loads(answer.content)
        code, message = fields["code"], fields["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Refused(str(code)[:64], str(message)[:300])


def _beside(answer: _Answer, what: str) -> bytes | None:
    """Give what the collector has signed and sent with a refusal: a receipt for what it holds, or its word on ended keys."""
    try:
        return base64.b64decode(json.loads(answer.content)[what], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _short(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:200]
