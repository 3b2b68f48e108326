"""Tickets from complaint records. Nothing here forgets what people did with a ticket since."""

from collections.abc import Mapping, Sequence

from collector.complaints.models import Ticket, TicketStatus, TicketStep
from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from survey.record.complaint import Complaint, read_code
from survey.record.errors import Malformed
from survey.record.record import COMPLAINT


def project(records: Sequence[AcceptedRecord]) -> Sequence[NotUnderstood]:
    """Make tickets of the complaints among `records`, or correct time and unit of tickets that exist."""
    refused = []
    for record in records:
        if record.kind != COMPLAINT:
            continue
        complaint = _read(record.body)
        code = read_code(complaint.ticket) if complaint is not None else None
        if complaint is None or code is None:
            refused.append(NotUnderstood(record.stream_id, record.seq, "complaint_field"))
        else:
            _keep(record, complaint, code)
    return refused


def unproject(records: Sequence[AcceptedRecord]) -> None:
    """Take nothing back: a ticket is projected again over itself, and keeps its life."""


def _read(body: Mapping[str, object]) -> Complaint | None:
    try:
        complaint = Complaint.from_body(body)
    except Malformed:
        return None
    texts = [*complaint.topics, complaint.language, complaint.consent.version if complaint.consent else ""]
    # PostgreSQL stores no NUL; no honest kiosk writes one.
    return None if any("\x00" in text for text in texts) or len(complaint.language) > 8 else complaint


def _keep(record: AcceptedRecord, complaint: Complaint, code: str) -> None:
    ticket, new = Ticket.objects.update_or_create(
        stream_id=record.stream_id,
        seq=record.seq,
        defaults={
            "code": code,
            "unit_id": record.unit_id,
            "place_id": record.place_id,
            "service_id": record.service_id,
            "at_ms": record.at_ms,
            "topics": list(complaint.topics),
            "language": complaint.language,
            "consent_version": complaint.consent.version if complaint.consent is not None else "",
        },
    )
    if new:
        TicketStep.objects.create(ticket=ticket, status=TicketStatus.RECEIVED, who="kiosk")
