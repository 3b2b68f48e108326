"""Tickets at the kiosk: their codes are made ahead, and looked up, in a thread of its own, for both take a slow hash that no frame waits for.

Nothing of a ticket outlives the visit: `forget` is called when the next visitor may come.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.record.ticket import TicketSecrets, new_code, read_code, salt_of, secrets_of
from survey.visit.state import Found
from survey.wire.ticket_states import TicketState, unpack_ticket_states
from uplink.journal.enrolment import Enrolment, verifier
from uplink.journal.home import KioskHome

log = logging.getLogger(__name__)


class Ticket(NamedTuple):
    """A code, and what follows from it."""

    code: str
    secrets: TicketSecrets


class Told:
    """What the collector has signed for this kiosk of the tickets at its unit."""

    def __init__(self, paths: Iterable[Path], *, kiosk: str, verify: Verify) -> None:
        self._paths = tuple(paths)
        self._kiosk = kiosk
        self._verify = verify

    def state(self, secrets: TicketSecrets) -> TicketState | None:
        """Give how a ticket stands by the newest message, or None where that says nothing of it."""
        newest, sealed = 0, b""
        for path in self._paths:
            try:
                told = unpack_ticket_states(path.read_bytes(), self._verify)
            except FileNotFoundError:
                continue
            except (OSError, Malformed) as error:
                log.warning("what the collector tells of tickets cannot be read: %s", error)
                continue
            if told.kiosk == self._kiosk and told.version > newest:
                newest, sealed = told.version, told.states.get(secrets.lookup, b"")
        if not sealed:
            return None
        from uplink.journal.sealing import open_state  # noqa: PLC0415 - few visitors come back

        return open_state(sealed, secrets)


def told_here(home: Path, enrolment: Enrolment) -> Told:
    """Give what lies in the kiosk's folder."""
    folder = KioskHome(home)
    return Told(
        (folder.tickets, folder.carried_tickets),
        kiosk=enrolment.kiosk,
        verify=verifier(enrolment.collector_key),
    )


class Tickets:
    """Makes codes and looks them up; used by the frame loop, which never waits."""

    def __init__(
        self,
        told: Told,
        *,
        collector_key: bytes,
        make: Callable[[], str] = new_code,
    ) -> None:
        self._told = told
        self._salt = salt_of(collector_key)
        self._make = make
        self._ready: queue.Queue[Ticket] = queue.Queue()
        self._wanted: queue.Queue[str | None] = queue.Queue()
        self._found: queue.Queue[Found] = queue.Queue()
        self._known: dict[str, TicketSecrets] = {}
        self.waiting = 0
        """How many codes are being looked up."""
        self._thread = threading.Thread(target=self._run, name="tickets", daemon=True)

    def start(self) -> None:
        """Begin to make tickets."""
        self._thread.start()

    def take(self) -> Ticket:
        """Give a fresh ticket; where none was made ahead, for somebody was very quick, it is made now."""
        try:
            ticket = self._ready.get_nowait()
        except queue.Empty:
            ticket = self._fresh()
        self._wanted.put("")
        self._known[ticket.code] = ticket.secrets
        return ticket

    def secrets(self, code: str) -> TicketSecrets:
        """Give what follows from a code that this visit has taken or looked up."""
        plain = read_code(code) or code
        found = self._known.get(plain)
        if found is None:
            found = self._known[plain] = secrets_of(plain, self._salt)
        return found

    def look_up(self, code: str) -> None:
        """Begin to look a code up; `results` gives what is found."""
        self.waiting += 1
        self._wanted.put(read_code(code) or code)

    def results(self) -> list[Found]:
        """Give what was found since the last call."""
        events: list[Found] = []
        while not self._found.empty():
            events.append(self._found.get_nowait())
            self.waiting -= 1
        return events

    def forget(self) -> None:
        """Forget every ticket but those that nobody has been shown."""
        self._known.clear()

    def stop(self) -> None:
        """End the thread."""
        self._wanted.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        self._ready.put(self._fresh())
        while (code := self._wanted.get()) is not None:
            if not code:
                self._ready.put(self._fresh())
                continue
            secrets = self._known.get(code) or secrets_of(code, self._salt)
            self._known[code] = secrets
            self._found.put(Found(code, self._told.state(secrets)))

    def _fresh(self) -> Ticket:
        code = self._make()
        return Ticket(code, secrets_of(code, self._salt))
