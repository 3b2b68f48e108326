"""Destroying what is past its date. The chain stays whole: records hold digests, and those stay as proof.

A contact goes `CONTACT_KEPT_DAYS` after its complaint was closed, and at the latest with the text; a text goes after two years.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from collector.complaints.models import TicketAttachment
from collector.evidence.models import WaitingAttachment
from collector.people import trail
from survey.record.complaint import CONTACT, CONTACT_KEPT_DAYS

CONTACT_AFTER_CLOSING = timedelta(days=CONTACT_KEPT_DAYS)
"""Promised to the citizen on the consent screen."""
TEXT_AFTER = timedelta(days=2 * 365)


@dataclass(frozen=True, slots=True)
class Due:
    """What is past its date."""

    contacts: tuple[int, ...]
    texts: tuple[int, ...]
    waiting: tuple[int, ...] = ()
    """What came with streams that were never let in."""


def due(now: datetime) -> Due:
    """Give the attachments whose time has come."""
    held = TicketAttachment.objects.filter(destroyed_at=None)
    oldest_ms = round((now - TEXT_AFTER).timestamp() * 1000)
    contacts = held.filter(name=CONTACT)
    closed = contacts.filter(ticket__closed_at__lt=now - CONTACT_AFTER_CLOSING)
    return Due(
        contacts=tuple(
            (closed | contacts.filter(ticket__at_ms__lt=oldest_ms)).distinct().values_list("pk", flat=True)
        ),
        texts=tuple(
            held.exclude(name=CONTACT).filter(ticket__at_ms__lt=oldest_ms).values_list("pk", flat=True)
        ),
        waiting=tuple(
            WaitingAttachment.objects.filter(received_ms__lt=oldest_ms).values_list("pk", flat=True)
        ),
    )


def destroy(found: Due, *, who: str, now: datetime) -> int:
    """Destroy these attachments, in the database's file too; gives how many."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # overwrites what it frees
    ids = [*found.contacts, *found.texts]
    with transaction.atomic():
        for one in (
            TicketAttachment.objects.select_for_update(of=("self",))
            .select_related("ticket")
            .filter(pk__in=ids)
        ):
            trail.note(
                who=who,
                action="destroyed",
                subject=f"{one.name} of {one.ticket.code}",
                why="end of retention",
                facts={"digest": one.digest, "stream": one.ticket.stream_id, "seq": one.ticket.seq},
            )
            one.salt, one.content, one.destroyed_at = b"", b"", now.astimezone(UTC)
            one.save(update_fields=["salt", "content", "destroyed_at"])
        for kept in WaitingAttachment.objects.filter(pk__in=found.waiting):
            trail.note(
                who=who,
                action="destroyed",
                subject=f"{kept.name} of a stream that does not count",
                why="end of retention",
                facts={"stream": kept.stream_id, "seq": kept.seq},
            )
            kept.delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log holds the old pages until then
        elif not connection.in_atomic_block:
            cursor.execute("VACUUM complaints_ticketattachment")
            cursor.execute("VACUUM evidence_waitingattachment")
    return len(ids) + len(found.waiting)
