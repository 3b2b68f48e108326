"""Tickets at the kiosk: made ahead, looked up beside the frames, read only with the code, and forgotten."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from kiosk.remote.tickets import Tickets, Told
from survey.record.ticket import TicketSecrets, new_code, read_code, salt_of, secrets_of, show_code
from survey.visit.state import Found
from survey.wire.ticket_states import TicketState, TicketStates, pack_ticket_states, state_context
from uplink.journal.enrolment import verifier

KIOSK = "k-0001"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()
STATE = TicketState("dijawab", 1_764_000_000_000, "", "2026-12-29", "Loket ditambah.")


def told(folder: Path) -> Told:
    return Told((folder / "a", folder / "b"), kiosk=KIOSK, verify=verifier(PUBLIC))


def tell(path: Path, version: int, secrets: TicketSecrets, state: TicketState, *, kiosk: str = KIOSK) -> None:
    nonce = os.urandom(12)
    shut = nonce + ChaCha20Poly1305(secrets.key).encrypt(
        nonce, state.to_bytes(), state_context(secrets.lookup)
    )
    path.write_bytes(pack_ticket_states(TicketStates(kiosk, version, {secrets.lookup: shut}), KEY.sign))


def found_by(tickets: Tickets) -> Found:
    deadline = time.monotonic() + 10
    while not (found := tickets.results()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert tickets.waiting == 0
    return found[0]


@pytest.fixture
def tickets(tmp_path: Path) -> Iterator[Tickets]:
    made = Tickets(told(tmp_path), collector_key=PUBLIC)
    made.start()
    yield made
    made.stop()


def test_a_ticket_is_there_before_somebody_wants_it(tickets: Tickets) -> None:
    first = tickets.take()
    assert read_code(first.code) == first.code
    assert first.secrets == secrets_of(first.code, salt_of(PUBLIC))
    assert tickets.take().code != first.code, "also where the next one is not ready yet"
    assert tickets.secrets(show_code(first.code)) is first.secrets


def test_a_code_is_looked_up_however_it_is_written(tickets: Tickets, tmp_path: Path) -> None:
    code = new_code()
    tell(tmp_path / "a", 3, secrets_of(code, salt_of(PUBLIC)), STATE)
    tickets.look_up(show_code(code).lower())
    assert found_by(tickets) == Found(code, STATE)
    tickets.look_up(new_code())
    assert found_by(tickets).state is None


def test_the_newest_message_counts_whichever_way_it_came(tickets: Tickets, tmp_path: Path) -> None:
    code = new_code()
    secrets = secrets_of(code, salt_of(PUBLIC))
    tell(tmp_path / "a", 3, secrets, STATE._replace(status="diterima"))
    tell(tmp_path / "b", 4, secrets, STATE)
    tickets.look_up(code)
    assert found_by(tickets).state == STATE
    tell(tmp_path / "a", 9, secrets, STATE._replace(status="ditolak"), kiosk="k-0002")
    tickets.look_up(code)
    assert found_by(tickets).state == STATE, "another kiosk's"
    (tmp_path / "b").write_bytes(b"junk")
    tickets.look_up(code)
    assert found_by(tickets).state is None


def test_nothing_of_a_ticket_outlives_the_visit(tickets: Tickets) -> None:
    ticket = tickets.take()
    tickets.look_up(ticket.code)
    found_by(tickets)
    tickets.forget()
    held = [value for value in vars(tickets).values() if isinstance(value, dict)]
    assert held == [{}]


def test_it_ends_whether_or_not_it_had_begun(tmp_path: Path) -> None:
    Tickets(told(tmp_path), collector_key=PUBLIC).stop()
