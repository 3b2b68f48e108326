"""Tickets from complaint records. Nothing here forgets what people did with a ticket since."""

from collections.abc import Mapping, Sequence

from collector import clock
from collector.complaints.models import Ticket
from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from survey.record.complaint import Complaint
from survey.record.errors import Malformed
from survey.record.record import COMPLAINT


def project(records: Sequence[AcceptedRecord]) -> Sequence[NotUnderstood]:
    """Make tickets of the complaints among `records`, or correct time and unit of tickets that exist."""
    refused = []
    for record in records:
        if record.kind != COMPLAINT:
            continue
        complaint = _read(record.body)
        if complaint is None:
            refused.append(NotUnderstood(record.stream_id, record.seq, "complaint_field"))
        else:
            _keep(record, complaint)
    return refused


def unproject(records: Sequence[AcceptedRecord]) -> None:
    """Take nothing back: a ticket is projected again over itself, and keeps its life."""


def _read(body: Mapping[str, object]) -> Complaint | None:
    try:
        return Complaint.from_body(body)
    except Malformed:
        return None


def _keep(record: AcceptedRecord, complaint: Complaint) -> None:
    at = {
        "unit_id": record.unit_id,
        "place_id": record.place_id,
        "service_id": record.service_id,
        "at_ms": record.at_ms,
    }
    Ticket.objects.update_or_create(
        stream_id=record.stream_id,
        seq=record.seq,
        defaults=at,
        create_defaults=at
        | {"lookup": complaint.lookup, "received_ms": record.received_ms, "changed_at": clock.now()},
    )
