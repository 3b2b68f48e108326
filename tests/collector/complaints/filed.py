"""A complaint as a kiosk files it and the collector has opened it: a real chain, real seals, and the code that its citizen took along."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from collector.complaints import life
from collector.complaints.models import Ticket, TicketAddition
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Arrival
from collector.evidence.models import Door, Stream
from collector.fleet import tree
from collector.fleet.models import Place, Unit
from collector.local import moment_of
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
    written_bytes,
)
from survey.record.ticket import new_code, salt_of, secrets_of
from survey.wire.sealing import ROUTED, WRITTEN
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from uplink.journal.sealing import seal

RECEIVED_MS = MORNING_MS + 7 * 86_400_000
TEXT_OF_IT = "Petugas loket dua meminta uang rokok"


class Filed(NamedTuple):
    """A ticket and what its citizen has."""

    ticket: Ticket
    code: str


def filed(
    unit: Unit,
    place: Place | None = None,
    *,
    text: str = TEXT_OF_IT,
    phone: str = "",
    topics: Sequence[str] = ("lama",),
    received_ms: int = RECEIVED_MS,
) -> Filed:
    """File a complaint at a kiosk of its own, and open it as the collector soon does."""
    with stopped(moment_of(MORNING_MS) - timedelta(hours=1)):
        kiosk = FakeKiosk.enrolled(unit, place=place)
    code = new_code()
    own = secrets_of(code, salt_of(public.read(settings.IKM_KEYS).signing))
    filing = Filing(tuple(topics), about_officer=False, names_officer=False, language="id", key=own.key)
    beside = [sealed(FILING, filing.to_bytes(), info=ROUTED)]
    beside += [sealed(TEXT, written_bytes(text))] if text else []
    seq = kiosk.record("complaint", Complaint(visit=1, lookup=own.lookup).to_body(), attachments=beside)
    arrive(kiosk, seq, received_ms=received_ms)
    stream = Stream.objects.get(kiosk__name=kiosk.name)
    ticket, _ = Ticket.objects.update_or_create(
        stream_id=stream.pk,
        seq=seq,
        defaults={
            "lookup": own.lookup,
            "unit": unit,
            "place": place or tree.place_of(unit),
            "at_ms": received_ms,
            "received_ms": received_ms,
            "routed_at": moment_of(received_ms),
            "topics": list(topics),
            "language": "id",
            "key": own.key,
            "changed_at": moment_of(received_ms),
        },
    )
    life.arrived(ticket, moment_of(received_ms))
    if phone:
        add(kiosk, ticket, own.key, AdditionKind.NUMBER, phone, settled=True)
    return Filed(ticket, code)


def add(
    kiosk: FakeKiosk,
    ticket: Ticket,
    key: bytes,
    kind: AdditionKind,
    written: str = "",
    *,
    settled: bool = False,
    at_ms: int = 0,
) -> TicketAddition:
    """Add to a complaint at a kiosk."""
    beside = [sealed(ADDED, Added(kind, key).to_bytes(), info=ROUTED)]
    name = CONTACT if kind is AdditionKind.NUMBER else TEXT
    beside += [sealed(name, written_bytes(written))] if written else []
    consent = Consent("1", MORNING_MS) if kind is AdditionKind.NUMBER else None
    body = Addition(visit=1, lookup=ticket.lookup, consent=consent).to_body()
    seq = kiosk.record("addition", body, attachments=beside)
    arrive(kiosk, seq, received_ms=ticket.received_ms)
    addition, _ = TicketAddition.objects.update_or_create(
        stream_id=Stream.objects.get(kiosk__name=kiosk.name).pk,
        seq=seq,
        defaults={
            "lookup": ticket.lookup,
            "ticket": ticket,
            "at_ms": at_ms or ticket.received_ms,
            "kind": kind if settled else "",
            "settled_at": moment_of(ticket.received_ms) if settled else None,
        },
    )
    return addition


def sealed(name: str, content: bytes, *, info: bytes = WRITTEN) -> Attachment:
    """Seal an attachment as a kiosk does."""
    return attach(name, seal(content, public.read(settings.IKM_KEYS).seal_key, info=info))


def arrive(kiosk: FakeKiosk, seq: int, *, received_ms: int) -> None:
    """Send one record in."""
    accept([Arrival(payload=kiosk.batch(seq, seq), door=Door.MQTT, received_ms=received_ms)])
