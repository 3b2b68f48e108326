"""A ticket's life: kept apart from the evidence, read by role, destroyed at its date, and the chain stays whole."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from collector.accounts import roles
from collector.complaints import life
from collector.complaints.models import Ticket, TicketStatus
from collector.complaints.retention import Due, destroy, due
from collector.complaints.sealing import opened
from collector.evidence.models import HeldAttachment, RawBatch, SetAside, Stream
from collector.evidence.proof.checking import check_stream
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from collector.trust import public
from collector.trust.kinds import Errand
from survey.record.attachment import attach
from survey.record.complaint import new_code, show_code
from survey.wire.messages import unpack_batch
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db

NOW = datetime.fromtimestamp(MORNING_MS / 1000, tz=UTC) + timedelta(days=10)
TEXT = "Petugas loket dua meminta uang rokok"
PHONE = "081234567890"


def complain(kiosk: FakeKiosk, arrive: Callable[..., list[object]], *topics: str) -> Ticket:
    code = new_code()
    key = public.read(settings.IKM_KEYS).seal_key
    text, contact = (
        attach(name, seal(content.encode(), key)) for name, content in (("text", TEXT), ("contact", PHONE))
    )
    seq = kiosk.record(
        "complaint",
        {"ticket": code, "topics": list(topics), "visit": 1, "consent": {"version": "1", "at": 1}},
        attachments=(text, contact),
    )
    arrive(kiosk.batch(seq, seq))
    return Ticket.objects.get(code=code)


def test_what_was_written_is_not_in_the_evidence(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    assert ticket.attachments().count() == 2
    payload = bytes(RawBatch.objects.get().payload)
    assert unpack_batch(payload).attachments == ()
    assert unpack_batch(payload).lines == tuple(kiosk.lines)
    assert check_stream(Stream.objects.get()).faults == ()


def test_an_attachment_that_its_record_does_not_name_is_dropped(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    seq = kiosk.record("complaint", {"ticket": new_code(), "topics": [], "visit": 1})
    kiosk.attachments[seq] = [attach("text", b"smuggled")]
    arrive(kiosk.batch())
    assert HeldAttachment.objects.count() == 0


def test_text_and_contact_are_opened_by_role_and_noted(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]]
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    read = life.read(ticket, user=person("rina", roles.UNIT_OFFICER, unit), why="to answer")
    assert (read.text, read.contact, read.shut) == (TEXT, PHONE, ())
    assert [
        word
        for word in (PHONE, TEXT)
        if word.encode() in b"".join(bytes(one.content) for one in ticket.attachments())
    ] == []
    entry = TrailEntry.objects.exclude(action="kiosk certified").get()
    assert (entry.who, entry.action, entry.why) == ("rina", "complaint read", "to answer")
    assert [word for word in (PHONE, TEXT) if word in str(entry.facts)] == []


@pytest.mark.parametrize(
    "role, topic, of_the_unit, allowed",
    [
        (roles.VIEWER, "lama", False, False),
        (roles.UNIT_OFFICER, "lama", True, True),
        (roles.UNIT_OFFICER, "lama", False, False),
        (roles.UNIT_OFFICER, "pungli", True, False),
        (roles.EVALUATOR, "pungli", False, True),
        (roles.ADMINISTRATOR, "lama", False, True),
    ],
)
def test_who_may_work_on_a_ticket(
    kiosk: FakeKiosk,
    unit: Unit,
    arrive: Callable[..., list[object]],
    role: str,
    topic: str,
    of_the_unit: bool,
    allowed: bool,
) -> None:
    ticket = complain(kiosk, arrive, topic)
    user = person("somebody", role, unit if of_the_unit else None)
    assert life.may_work_on(user, ticket) == allowed
    if not allowed:
        with pytest.raises(life.NotAllowed):
            life.read(ticket, user=user, why="curious")
        assert TrailEntry.objects.exclude(action="kiosk certified").count() == 0


def test_the_public_page_shows_steps_and_answers_and_nothing_written(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], client: Client
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    life.move(
        ticket, TicketStatus.ANSWERED, user=person("rina", roles.EVALUATOR), answer="Loket ditambah.", now=NOW
    )
    page = client.get(f"/t/{show_code(ticket.code)}")
    text = page.content.decode()
    assert page.status_code == 200
    assert [word for word in ("Diterima", "Dijawab", "Loket ditambah.") if word not in text] == []
    assert [word for word in (TEXT, PHONE, "rina") if word in text] == []
    assert client.get(f"/t/{new_code()}").status_code == 404
    assert client.get("/t/nonsense").status_code == 404


def test_contacts_go_90_days_after_closing_and_texts_after_two_years(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    held = {one.name: one.pk for one in HeldAttachment.objects.all()}
    life.move(ticket, TicketStatus.DONE, user=person("rina", roles.EVALUATOR), answer="", now=NOW)
    assert due(NOW + timedelta(days=89)) == Due((), ())
    assert due(NOW + timedelta(days=91)) == Due((held["contact"],), ())
    assert due(NOW + timedelta(days=731)) == Due((held["contact"],), (held["text"],))


def test_a_contact_of_a_complaint_never_closed_goes_with_its_text(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    complain(kiosk, arrive, "lama")
    assert due(NOW + timedelta(days=700)) == Due((), ())
    assert len(due(NOW + timedelta(days=731)).contacts) == 1


@pytest.mark.django_db(transaction=True)
def test_destroying_leaves_proof_and_a_whole_chain(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    digests = set(HeldAttachment.objects.values_list("digest", flat=True))
    later = NOW + timedelta(days=800)
    assert destroy(due(later), who="console:test", now=later) == 2
    assert due(later) == Due((), ())
    assert {bytes(content) for content in HeldAttachment.objects.values_list("content", flat=True)} == {b""}
    assert {entry.facts["digest"] for entry in TrailEntry.objects.filter(action="destroyed")} == digests
    read = life.read(ticket, user=person("rina", roles.EVALUATOR), why="late")
    assert (read.text, read.contact, read.destroyed) == (None, None, ("contact", "text"))
    assert check_stream(Stream.objects.get()).faults == ()
    if connection.vendor == "sqlite":
        name = Path(str(connection.settings_dict["NAME"]))
        files = [path.read_bytes() for path in name.parent.glob(f"{name.name}*")]
        assert [TEXT.encode() in content for content in files] == [False] * len(files)


def damaged(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def test_what_was_sealed_to_another_key_or_written_in_clear_stays_shut(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    mine = public.read(settings.IKM_KEYS).seal_key
    contents = {
        "ours": seal(b"0812", mine),
        "short": b"short",
        "damaged": damaged(seal(b"0812", mine)),
        "a batch on a stick": seal(b"0812", mine, info=b"ikm-carry-1"),
        "another key's": seal(b"0812", bytes(31) + b"\x09"),
    }
    found = opened(list(contents.values()), errand=Errand("rina", "to answer"))
    assert dict(zip(contents, found, strict=True)) == dict.fromkeys(contents) | {"ours": "0812"}
    code = new_code()
    kiosk.record(
        "complaint", {"ticket": code, "topics": [], "visit": 1}, attachments=(attach("text", b"in clear"),)
    )
    arrive(kiosk.batch())
    read = life.read(Ticket.objects.get(code=code), user=person("rina", roles.EVALUATOR), why="to answer")
    assert (read.text, read.shut) == (None, ("text",))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ticket": "no", "topics": []},
        {"ticket": 5, "topics": []},
        {"ticket": new_code(), "topics": "lama"},
        {"ticket": new_code(), "topics": ["\x00"]},
    ],
)
def test_a_complaint_that_cannot_be_read_is_set_aside(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], body: dict[str, object]
) -> None:
    kiosk.record("complaint", body)
    arrive(kiosk.batch())
    assert list(SetAside.objects.values_list("code", flat=True)) == ["complaint_field"]


@pytest.mark.parametrize("role", [roles.UNIT_OFFICER, roles.EVALUATOR, roles.ADMINISTRATOR])
def test_an_inactive_account_may_not_work_on_a_ticket(
    kiosk: FakeKiosk, unit: Unit, arrive: Callable[..., list[object]], role: str
) -> None:
    ticket = complain(kiosk, arrive, "lama")
    user = person("gone", role, unit if role == roles.UNIT_OFFICER else None)
    assert life.may_work_on(user, ticket)
    user.is_active = False
    user.save()
    assert not life.may_work_on(user, ticket)
    with pytest.raises(life.NotAllowed, match=f"gone may not work on ticket {ticket.code}"):
        life.move(ticket, TicketStatus.DONE, user=user, answer="", now=NOW)
