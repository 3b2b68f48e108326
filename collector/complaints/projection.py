"""Tickets from complaint records, and what citizens added to them. Nothing here forgets what people did with a ticket since."""

from collections.abc import Sequence

from collector.complaints.models import Ticket, TicketAddition
from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.local import moment_of
from survey.record.complaint import Addition, Complaint
from survey.record.errors import Malformed
from survey.record.record import ADDITION, COMPLAINT


def project(records: Sequence[AcceptedRecord]) -> Sequence[NotUnderstood]:
    """Make tickets and additions of `records`, or correct time and unit of those that exist.

    What they are about is sealed: `collector.complaints.arrivals` opens it, outside the transaction that takes evidence in.
    """
    refused = []
    for record in records:
        try:
            if record.kind == COMPLAINT:
                _keep(record, Complaint.from_body(record.body))
            elif record.kind == ADDITION:
                _add(record, Addition.from_body(record.body))
        except Malformed as error:
            refused.append(NotUnderstood(record.stream_id, record.seq, error.code))
    return refused


def unproject(records: Sequence[AcceptedRecord]) -> None:
    """Take nothing back: a ticket is projected again over itself, and keeps its life."""


def _keep(record: AcceptedRecord, complaint: Complaint) -> None:
    Ticket.objects.update_or_create(
        stream_id=record.stream_id,
        seq=record.seq,
        defaults={
            "lookup": complaint.lookup,
            "unit_id": record.unit_id,
            "place_id": record.place_id,
            "service_id": record.service_id,
            "at_ms": record.at_ms,
        },
        create_defaults={
            "lookup": complaint.lookup,
            "unit_id": record.unit_id,
            "place_id": record.place_id,
            "service_id": record.service_id,
            "at_ms": record.at_ms,
            "received_ms": record.received_ms,
            "changed_at": moment_of(record.received_ms),
        },
    )


def _add(record: AcceptedRecord, addition: Addition) -> None:
    version = addition.consent.version if addition.consent is not None else ""
    if "\x00" in version:  # PostgreSQL stores none; no honest kiosk writes one
        raise Malformed("addition_field", "version holds a NUL")
    TicketAddition.objects.update_or_create(
        stream_id=record.stream_id,
        seq=record.seq,
        defaults={"lookup": addition.lookup, "at_ms": record.at_ms, "consent_version": version},
    )
