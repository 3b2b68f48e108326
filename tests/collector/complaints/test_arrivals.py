"""What came in sealed is opened to be routed, and nothing else is; an addition counts only from who has the code."""

from collections.abc import Callable, Sequence

import pytest
from django.conf import settings

from collector.complaints import arrivals
from collector.complaints.models import Ticket, TicketAddition
from collector.errors import CollectorError
from collector.evidence.models import HeldAttachment
from collector.people.models import TrailEntry
from collector.trust import keyholder, public
from collector.trust.kinds import Errand, Sealed
from survey.record.attachment import attach
from survey.record.complaint import AdditionKind, Complaint
from survey.record.record import COMPLAINT
from survey.record.ticket import TicketSecrets
from survey.wire.sealing import ROUTED
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.filing import SETTLED, add, file_complaint, filed_ticket
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]


def test_a_complaint_is_seen_by_nobody_until_it_is_known_whom_it_goes_to(
    kiosk: FakeKiosk, arrive: Arrive
) -> None:
    filed = file_complaint(kiosk, "lama", "pungli", about_officer=True)
    arrive(kiosk.batch())
    ticket = Ticket.objects.get(lookup=filed.secrets.lookup)
    assert (ticket.routed_at, ticket.topics, bytes(ticket.key)) == (None, [], b"")
    assert arrivals.settle(SETTLED) == 1
    ticket.refresh_from_db()
    assert (ticket.routed_at, ticket.topics, ticket.language) == (SETTLED, ["lama", "pungli"], "id")
    assert (ticket.about_officer, ticket.names_officer, bytes(ticket.key)) == (True, False, filed.secrets.key)
    assert arrivals.settle(SETTLED) == 0


def test_no_words_and_no_number_are_opened_for_that(
    kiosk: FakeKiosk, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Sealed, int]] = []
    opened = keyholder.opened

    def listening(contents: Sequence[bytes], *, kind: Sealed, errand: Errand) -> list[bytes | None]:
        asked.append((kind, len(contents)))
        return opened(contents, kind=kind, errand=errand)

    monkeypatch.setattr(keyholder, "opened", listening)
    ticket = filed_ticket(kiosk, arrive, "lama", text="Pak Budi minta uang rokok", phone="081234567890")
    assert ticket.names_officer, "the kiosk has looked before it sealed"
    assert asked == [(Sealed.ROUTED, 1), (Sealed.ROUTED, 1)]
    entry = TrailEntry.objects.get(action="complaints opened to be routed")
    assert (entry.who, entry.facts) == ("collector", {"tickets": [ticket.number]})


@pytest.mark.parametrize("how", ["other key", "no json", "lost"])
def test_what_cannot_be_opened_is_routed_with_care(kiosk: FakeKiosk, arrive: Arrive, how: str) -> None:
    filed = file_complaint(kiosk, "lama")
    seq = kiosk.last + 1
    key = bytes(31) + b"\x09" if how == "other key" else public.read(settings.IKM_KEYS).seal_key
    part = attach("filing", seal(b"[" if how == "no json" else b"{}", key, info=ROUTED))
    kiosk.record(COMPLAINT, Complaint(1, "cd" * 16).to_body(), attachments=(part,))
    arrive(kiosk.batch())
    if how == "lost":
        HeldAttachment.objects.filter(seq=seq).update(loss=b"signed", content=b"")
    assert arrivals.settle(SETTLED) == 2
    odd, other = Ticket.objects.get(lookup="cd" * 16), Ticket.objects.get(lookup=filed.secrets.lookup)
    assert (odd.routed_at, odd.topics, odd.names_officer, bytes(odd.key)) == (SETTLED, [], True, b"")
    assert (other.topics, other.names_officer) == (["lama"], False)


def test_a_holder_of_the_keys_that_is_away_is_waited_for(
    kiosk: FakeKiosk, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_complaint(kiosk, "lama")
    arrive(kiosk.batch())

    def away(*_: object, **__: object) -> list[bytes | None]:
        raise CollectorError("keeper_away", reason="no socket")

    with monkeypatch.context() as patch:
        patch.setattr(keyholder, "opened", away)
        with pytest.raises(CollectorError):
            arrivals.settle(SETTLED)
    assert Ticket.objects.get().routed_at is None
    assert arrivals.settle(SETTLED) == 1


def test_an_addition_waits_for_its_complaint(kiosk: FakeKiosk, arrive: Arrive) -> None:
    filed = file_complaint(kiosk, "lama")
    add(kiosk, filed.secrets, AdditionKind.WORD, text="Sudah tiga kali")
    arrive(kiosk.batch())
    Ticket.objects.update(lookup="00" * 16)
    assert arrivals.settle(SETTLED) == 1
    assert TicketAddition.objects.get().settled_at is None
    Ticket.objects.update(lookup=filed.secrets.lookup)
    assert arrivals.settle(SETTLED) == 1
    addition = TicketAddition.objects.get()
    assert (addition.kind, addition.settled_at, addition.ticket) == ("word", SETTLED, Ticket.objects.get())


def test_who_has_no_code_adds_nothing(kiosk: FakeKiosk, arrive: Arrive) -> None:
    """The lookup stands in the evidence for whoever reads a bundle; the key does not."""
    filed = file_complaint(kiosk, "lama")
    add(kiosk, TicketSecrets(filed.secrets.lookup, bytes(32)), AdditionKind.WITHDRAWN)
    arrive(kiosk.batch())
    assert arrivals.settle(SETTLED) == 2
    addition = TicketAddition.objects.get()
    assert (addition.kind, addition.settled_at) == ("", SETTLED)
    assert Ticket.objects.get().withdrawn_at is None
    assert TrailEntry.objects.filter(action="addition refused").count() == 1


def test_a_copied_lookup_takes_nothing_away(kiosk: FakeKiosk, arrive: Arrive) -> None:
    """A thief of a bundle files a complaint of his own under somebody's lookup: what the citizen adds finds the citizen's."""
    filed = file_complaint(kiosk, "lama")
    thief = file_complaint(kiosk, "fasilitas")
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    mine = Ticket.objects.get(lookup=filed.secrets.lookup)
    Ticket.objects.filter(lookup=thief.secrets.lookup).update(lookup=filed.secrets.lookup, seq=0)
    seq = add(kiosk, filed.secrets, AdditionKind.WORD, text="ini saya")
    arrive(kiosk.batch(seq, seq))
    arrivals.settle(SETTLED)
    assert TicketAddition.objects.get().ticket == mine
