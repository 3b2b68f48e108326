"""Complaints as a kiosk files them: sealed, and sent in with its records."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings

from collector.complaints import arrivals
from collector.complaints.models import Ticket
from collector.trust import public
from survey.record.attachment import Attachment, attach
from survey.record.complaint import (
    ADDED,
    CONTACT,
    FILING,
    TEXT,
    Added,
    Addition,
    AdditionKind,
    Complaint,
    Consent,
    Filing,
    SpokenPart,
    written_bytes,
)
from survey.record.officers import speaks_of_officer
from survey.record.record import ADDITION, COMPLAINT
from survey.record.spoken import VOICE, new_speech, parts
from survey.record.ticket import TicketSecrets, new_code, salt_of, secrets_of
from survey.wire.sealing import ROUTED, WRITTEN
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from uplink.journal.sealing import seal

SETTLED = datetime.fromtimestamp(MORNING_MS / 1000 + 7 * 86_400, tz=UTC)
"""When what was filed is opened, to be routed."""


class Filed(NamedTuple):
    """What a kiosk has written down."""

    seq: int
    code: str
    secrets: TicketSecrets


def file_complaint(
    kiosk: FakeKiosk,
    *topics: str,
    text: str = "",
    phone: str = "",
    about_officer: bool = False,
    service: str | None = None,
    key: bytes | None = None,
) -> Filed:
    """Write a complaint down as a kiosk does, and the number that its citizen leaves, as a second record."""
    code = new_code()
    secrets = secrets_of(code, salt_of(public.read(settings.IKM_KEYS).signing))
    filing = Filing(topics, about_officer, speaks_of_officer(text), "id", secrets.key)
    parts = [_sealed(FILING, filing.to_bytes(), info=ROUTED, key=key)]
    parts += [_sealed(TEXT, written_bytes(text), info=WRITTEN, key=key)] if text else []
    complaint = Complaint(1, secrets.lookup, service, {one.name: one.digest for one in parts})
    filed = Filed(kiosk.record(COMPLAINT, complaint.to_body(), attachments=tuple(parts)), code, secrets)
    if phone:
        add(kiosk, filed.secrets, AdditionKind.NUMBER, phone=phone, key=key)
    return filed


def add(
    kiosk: FakeKiosk,
    secrets: TicketSecrets,
    kind: AdditionKind,
    *,
    text: str = "",
    phone: str = "",
    key: bytes | None = None,
) -> int:
    """Write down what a citizen adds to a complaint; gives the record's number."""
    parts = [_sealed(ADDED, Added(kind, secrets.key).to_bytes(), info=ROUTED, key=key)]
    parts += [_sealed(TEXT, written_bytes(text), info=WRITTEN, key=key)] if text else []
    parts += [_sealed(CONTACT, written_bytes(phone), info=WRITTEN, key=key)] if phone else []
    body = Addition(
        1, secrets.lookup, Consent("1", 1) if phone else None, {one.name: one.digest for one in parts}
    ).to_body()
    return kiosk.record(ADDITION, body, attachments=tuple(parts))


def speak(
    kiosk: FakeKiosk,
    secrets: TicketSecrets,
    speech: bytes,
    *,
    name: str = "",
    leave_out: Collection[int] = (),
    key: bytes | None = None,
) -> list[int]:
    """Write down what a citizen says, a record for each part but those left out; gives the records' numbers."""
    contents, name = parts(speech), name or new_speech()
    written = []
    for part, content in enumerate(contents, start=1):
        if part in leave_out:
            continue
        added = Added(AdditionKind.SPOKEN, secrets.key, spoken=SpokenPart(name, part, len(contents)))
        beside = (
            _sealed(ADDED, added.to_bytes(), info=ROUTED, key=key),
            _sealed(VOICE, content, info=WRITTEN, key=key),
        )
        body = Addition(1, secrets.lookup, None, {one.name: one.digest for one in beside}).to_body()
        written.append(kiosk.record(ADDITION, body, attachments=beside))
    return written


def filed_ticket(
    kiosk: FakeKiosk, arrive: Callable[..., list[object]], *topics: str, text: str = "", phone: str = ""
) -> Ticket:
    """File a complaint, send it in and have it routed."""
    filed = file_complaint(kiosk, *topics, text=text, phone=phone)
    arrive(kiosk.batch(filed.seq, len(kiosk.lines)))
    arrivals.settle(SETTLED)
    return Ticket.objects.get(lookup=filed.secrets.lookup)


def _sealed(name: str, content: bytes, *, info: bytes, key: bytes | None) -> Attachment:
    return attach(name, seal(content, key or public.read(settings.IKM_KEYS).seal_key, info=info))
