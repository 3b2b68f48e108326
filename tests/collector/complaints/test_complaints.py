"""A ticket's life: kept apart from the evidence, read by role, destroyed at its date, and the chain stays whole."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from collector.accounts import roles
from collector.complaints import arrivals, opening
from collector.complaints.models import Ticket
from collector.complaints.sealing import opened
from collector.evidence.models import HeldAttachment, RawBatch, SetAside, Stream
from collector.evidence.proof.checking import check_stream
from collector.people.models import TrailEntry
from collector.trust import public
from collector.trust.kinds import Errand
from survey.record.attachment import attach
from survey.record.complaint import written_bytes
from survey.wire.messages import unpack_batch
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.collector.filing import SETTLED, filed_ticket
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

NOW = datetime.fromtimestamp(MORNING_MS / 1000, tz=UTC) + timedelta(days=10)
TEXT = "Petugas loket dua meminta uang rokok"
PHONE = "081234567890"


def complain(kiosk: FakeKiosk, arrive: Callable[..., list[object]], *topics: str) -> Ticket:
    return filed_ticket(kiosk, arrive, *topics, text=TEXT, phone=PHONE)


def test_what_was_written_is_not_in_the_evidence(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    assert ticket.attachments().count() == 4
    payload = bytes(RawBatch.objects.get().payload)
    assert unpack_batch(payload).attachments == ()
    assert unpack_batch(payload).lines == tuple(kiosk.lines)
    assert check_stream(Stream.objects.get()).faults == ()


def test_an_attachment_that_its_record_does_not_name_is_dropped(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    seq = kiosk.record("complaint", {"lookup": "ab" * 16, "visit": 1})
    kiosk.attachments[seq] = [attach("text", b"smuggled")]
    arrive(kiosk.batch())
    assert HeldAttachment.objects.count() == 0


def test_text_and_contact_are_opened_apart_and_noted(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    rina = person("rina", roles.EVALUATOR)
    assert opening.text_of(ticket, user=rina, why="to answer") == opening.Opened((TEXT,), 0, 0, 0)
    assert opening.contact_of(ticket, user=rina, why="to ask") == opening.Opened((PHONE,), 0, 0, 0)
    assert [
        word
        for word in (PHONE, TEXT)
        if word.encode() in b"".join(bytes(one.content) for one in ticket.attachments())
    ] == []
    entries = TrailEntry.objects.filter(who="rina").order_by("pk")
    assert [(one.action, one.subject, one.why) for one in entries] == [
        ("complaint read", ticket.number, "to answer"),
        ("complaint contact read", ticket.number, "to ask"),
    ]
    assert [word for word in (PHONE, TEXT) if word in str([one.facts for one in entries])] == []


def damaged(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def test_what_was_sealed_to_another_key_or_written_in_clear_stays_shut(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    mine = public.read(settings.IKM_KEYS).seal_key
    contents = {
        "ours": seal(written_bytes("0812"), mine),
        "another thing": seal(b"[]", mine),
        "short": b"short",
        "damaged": damaged(seal(written_bytes("0812"), mine)),
        "a batch on a stick": seal(b"0812", mine, info=b"ikm-carry-1"),
        "another key's": seal(b"0812", bytes(31) + b"\x09"),
    }
    found = opened(list(contents.values()), errand=Errand("rina", "to answer"))
    assert dict(zip(contents, found, strict=True)) == dict.fromkeys(contents) | {"ours": "0812"}
    kiosk.record("complaint", {"lookup": "ab" * 16, "visit": 1}, attachments=(attach("text", b"in clear"),))
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    read = opening.text_of(Ticket.objects.get(), user=person("rina", roles.EVALUATOR), why="to answer")
    assert (read.words, read.shut) == ((), 1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"lookup": "no"},
        {"lookup": 5},
        {"lookup": "AB" * 16},
        {"lookup": "ab" * 16, "attached": []},
    ],
)
def test_a_complaint_that_cannot_be_read_is_set_aside(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], body: dict[str, object]
) -> None:
    kiosk.record("complaint", body)
    arrive(kiosk.batch())
    assert list(SetAside.objects.values_list("code", flat=True)) == ["complaint_field"]
