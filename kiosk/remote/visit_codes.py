"""Codes of visits at the kiosk: made and looked up in a thread of their own, for each takes a slow hash that no frame waits for.

What was shown is kept beside the journal, a line a visit: number, letters and day, never an answer. So whoever comes back with letters is told what this
kiosk knows, long after the record itself has gone to the collector. A line that is lost costs nobody a vote: the page at the centre knows it all the same.
"""

import contextlib
import logging
import os
import queue
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from survey.record.ticket import read_code
from survey.record.visit_code import VisitCode, letters_of, read_letters
from survey.record.visit_test import LogSize, card_secret
from survey.visit.coded import DeclareTest, KeptCode
from survey.visit.state import Coded, FoundCode
from uplink.journal.segments.files import replace_file

KEPT_DAYS = 400
"""Longer than a year's last release is awaited."""
MOST = 50_000
_UNKNOWN_DAY = "-"

log = logging.getLogger(__name__)


class Place(NamedTuple):
    """Where a visit's last response stands in the chain."""

    stream: str
    number: int
    link: bytes


class Confirmed(NamedTuple):
    """How far the collector has confirmed the stream that is written."""

    stream: str
    through: int


class Declared(NamedTuple):
    """A test that can be recorded now: what follows from the card."""

    effect: DeclareTest
    secret: bytes
    log: LogSize | None
    """What this kiosk has seen of the collector's log."""


class _Made(NamedTuple):
    visit: int
    place: Place
    day: str


class VisitCodes:
    """Makes codes and looks them up; used by the frame loop, which never waits."""

    def __init__(
        self,
        path: Path,
        *,
        kiosk: str,
        collector_key: bytes,
        confirmed: Callable[[], Confirmed],
        letters: Callable[..., str] = letters_of,
        seen_log: Callable[[], LogSize | None] = lambda: None,
    ) -> None:
        self._path = path
        self._kiosk = kiosk
        self._collector_key = collector_key
        self._confirmed = confirmed
        self._letters = letters
        self._seen_log = seen_log
        self._wanted: queue.SimpleQueue[_Made | DeclareTest | str | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Coded | FoundCode | Declared] = queue.SimpleQueue()
        self.waiting = 0
        """How much was asked for and not answered yet."""
        self._day = ""
        self._thread = threading.Thread(target=self._run, name="visit codes", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._wanted.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def make(self, visit: int, place: Place, day: date | None) -> None:
        """Begin to make a visit's code."""
        self._ask(_Made(visit, place, day.isoformat() if day is not None else ""))

    def look_up(self, letters: str) -> None:
        """Begin to look letters up."""
        self._ask(read_letters(letters) or letters)

    def open_card(self, effect: DeclareTest) -> None:
        """Begin to work out what follows from an auditor's card."""
        self._ask(effect)

    def results(self) -> list[Coded | FoundCode | Declared]:
        """Give what was done since the last call."""
        found: list[Coded | FoundCode | Declared] = []
        while not self._done.empty():
            found.append(self._done.get_nowait())
            self.waiting -= 1
        return found

    def _ask(self, what: _Made | DeclareTest | str) -> None:
        self.waiting += 1
        self._wanted.put(what)

    def _run(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            if isinstance(wanted, _Made):
                self._done.put(self._made(wanted))
            elif isinstance(wanted, DeclareTest):
                code = read_code(wanted.card) or wanted.card
                seen = self._seen_log()
                self._done.put(Declared(wanted, card_secret(code, self._collector_key), seen))
            else:
                self._done.put(FoundCode(wanted, self._found(wanted)))

    def _made(self, wanted: _Made) -> Coded:
        stream, number, link = wanted.place
        letters = self._letters(stream=stream, number=number, link=link)
        try:
            if wanted.day and wanted.day != self._day:
                self._day = wanted.day
                forget_old(self._path, date.fromisoformat(wanted.day))
            self._keep(f"{stream} {number} {letters} {wanted.day or _UNKNOWN_DAY}\n")
        except OSError as error:
            log.warning("a visit's code cannot be kept for whoever comes back: %s", error)
        return Coded(wanted.visit, VisitCode(self._kiosk, number, letters))

    def _keep(self, line: str) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def _found(self, letters: str) -> KeptCode | None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            for line in reversed(self._path.read_text("ascii").splitlines()):
                stream, _, rest = line.partition(" ")
                number, _, rest = rest.partition(" ")
                kept, _, day = rest.partition(" ")
                if kept == letters and number.isdecimal():
                    return KeptCode(
                        int(number), "" if day == _UNKNOWN_DAY else day, self._arrived(stream, int(number))
                    )
        return None

    def _arrived(self, stream: str, number: int) -> bool | None:
        told = self._confirmed()
        return number <= told.through if stream == told.stream else None


def forget_old(path: Path, today: date) -> None:
    """Forget codes of visits that are long over; what cannot be read is let go with them."""
    oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
    try:
        lines = path.read_text("ascii", errors="replace").splitlines(keepends=True)
    except FileNotFoundError:
        return
    days = [line.rpartition(" ")[2].strip() for line in lines]
    kept = [
        line
        for line, day in zip(lines, days, strict=True)
        if line.endswith("\n") and (day == _UNKNOWN_DAY or day >= oldest)
    ][-MOST:]
    if len(kept) < len(lines):
        replace_file(path, "".join(kept).encode("ascii", "replace"), mode=0o600)
