"""What a kiosk is told of the tickets at its unit: bounded, signed, and shut for everybody but who has the code."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from collector.complaints import arrivals, states
from collector.complaints.models import Ticket, TicketMessage, TicketStep
from collector.fleet.models import Unit
from collector.trust import keys, public
from survey.record.errors import Malformed
from survey.record.ticket import new_code, salt_of, secrets_of
from survey.wire.ticket_states import MAX_ANSWER_CHARACTERS, TicketStates, unpack_ticket_states
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.filing import SETTLED, Filed, file_complaint
from uplink.journal.sealing import open_state

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]


@pytest.fixture
def filed(kiosk: FakeKiosk, arrive: Arrive) -> Filed:
    made = file_complaint(kiosk, "pungli", text="minta uang")
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    return made


def told(kiosk: FakeKiosk) -> TicketStates:
    message = states.in_force(kiosk.name)
    assert message is not None
    return unpack_ticket_states(message, keys.verifier(public.read(settings.IKM_KEYS).signing))


def test_only_the_code_opens_what_a_kiosk_is_told(kiosk: FakeKiosk, filed: Filed) -> None:
    assert states.refresh(SETTLED) == 1
    found = told(kiosk)
    assert (found.kiosk, found.version, list(found.states)) == (kiosk.name, 1, [filed.secrets.lookup])
    sealed = found.states[filed.secrets.lookup]
    state = open_state(sealed, filed.secrets)
    assert state is not None
    assert state.status == "diterima"
    stranger = secrets_of(new_code(), salt_of(public.read(settings.IKM_KEYS).signing))
    assert open_state(sealed, stranger) is None
    assert open_state(sealed, filed.secrets._replace(lookup=stranger.lookup)) is None, (
        "shown as another ticket's"
    )
    assert open_state(sealed[:20], filed.secrets) is None
    assert [word for word in (b"diterima", b"pungli") if word in sealed] == []


def test_a_change_makes_one_new_message_and_no_change_none(kiosk: FakeKiosk, filed: Filed) -> None:
    states.refresh(SETTLED)
    assert (states.refresh(SETTLED), states.refresh_new(SETTLED)) == (0, 0)
    ticket = Ticket.objects.get()
    TicketStep.objects.create(ticket=ticket, status="dijawab", who="rina", answer="Loket ditambah. " * 60)
    Ticket.objects.update(status="dijawab", changed_at=SETTLED + timedelta(days=1))
    assert states.refresh(SETTLED + timedelta(days=1)) == 1
    found = told(kiosk)
    state = open_state(found.states[filed.secrets.lookup], filed.secrets)
    assert state is not None
    assert (found.version, state.status, len(state.answer)) == (2, "dijawab", MAX_ANSWER_CHARACTERS)
    assert state.answer.endswith("…")


def test_a_clock_that_was_set_back_hides_no_change(kiosk: FakeKiosk, filed: Filed) -> None:
    states.refresh(SETTLED)
    Ticket.objects.update(status="dijawab", changed_at=SETTLED - timedelta(days=30))
    assert states.refresh(SETTLED - timedelta(days=30)) == 1


def test_a_kiosk_that_comes_later_is_told_too(kiosk: FakeKiosk, unit: Unit, filed: Filed) -> None:
    states.refresh(SETTLED)
    later = FakeKiosk.enrolled(unit)
    assert states.in_force(later.name) is None
    assert states.refresh_new(SETTLED) == 1
    assert list(told(later).states) == [filed.secrets.lookup]
    assert states.refresh_new(SETTLED) == 0


def test_messages_are_bounded(kiosk: FakeKiosk, filed: Filed) -> None:
    one = Ticket.objects.get()
    Ticket.objects.bulk_create(
        Ticket(
            stream_id=one.stream_id, seq=1_000 + number, lookup=f"{number:032x}", unit=one.unit, place=one.place,
            at_ms=one.at_ms, received_ms=one.received_ms, routed_at=SETTLED, key=bytes(32), changed_at=SETTLED,
        )
        for number in range(500)
    )  # fmt: skip
    found = states.sealed_states(one.unit_id)
    assert len(found) == 200
    TicketStep.objects.bulk_create(
        TicketStep(ticket=ticket, status="dijawab", who="rina", answer="ü" * 900)
        for ticket in Ticket.objects.all()
    )
    found = states.sealed_states(one.unit_id)
    assert 50 < len(found) < 200
    assert sum(map(len, found.values())) <= states.MOST_SEALED_BYTES


def test_kiosks_on_https_ask_and_unchanged_tickets_cost_no_bytes(
    kiosk: FakeKiosk, filed: Filed, client: Client
) -> None:
    address = f"/api/v1/tickets/{kiosk.name}"
    assert client.get(address).status_code == 404
    states.refresh(SETTLED)
    answer = client.get(address)
    assert answer.content == states.in_force(kiosk.name)
    again = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_no_broker_holds_yet_is_published_once(kiosk: FakeKiosk, filed: Filed) -> None:
    states.refresh(SETTLED)
    ((pk, name, message),) = states.unpublished()
    assert (name, message) == (kiosk.name, states.in_force(kiosk.name))
    states.mark_published([pk], SETTLED)
    assert states.unpublished() == []
    held = TicketMessage.objects.get()
    assert str(held).endswith("v1")
    states.tell_again({held.kiosk_id: 1})
    assert states.unpublished() == []
    states.tell_again({held.kiosk_id: 0})  # the broker lost it
    assert states.unpublished() == [(pk, name, message)]


def test_a_message_of_somebody_else_is_refused(kiosk: FakeKiosk, filed: Filed) -> None:
    states.refresh(SETTLED)
    message = states.in_force(kiosk.name)
    assert message is not None
    with pytest.raises(Malformed) as refusal:
        unpack_ticket_states(message, lambda _signature, _text: False)
    assert refusal.value.code == "tickets_signature"
