"""Destroying what is past its date. The chain stays whole: records hold digests, and those stay as proof.

A contact goes `CONTACT_KEPT_DAYS` after its complaint was closed, and at the latest with the text; a text goes after two years.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from collector.complaints.models import Ticket
from collector.evidence.models import HeldAttachment
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


def due(now: datetime) -> Due:
    """Give the attachments whose time has come."""
    tickets = Ticket.objects.filter(stream_id=OuterRef("stream_id"), seq=OuterRef("seq"))
    oldest_ms = round((now - TEXT_AFTER).timestamp() * 1000)
    held = HeldAttachment.objects.filter(destroyed_at=None, loss=b"").order_by("pk")
    old = Exists(tickets.filter(at_ms__lt=oldest_ms))
    # A record of which no ticket could be made has no better time than that of its arrival.
    stray = ~Exists(tickets) & Q(received_ms__lt=oldest_ms)
    closed = Exists(tickets.filter(closed_at__lt=now - CONTACT_AFTER_CLOSING))
    return Due(
        contacts=tuple(held.filter(closed | old | stray, name=CONTACT).values_list("pk", flat=True)),
        texts=tuple(held.filter(old | stray).exclude(name=CONTACT).values_list("pk", flat=True)),
    )


def destroy(found: Due, *, who: str, now: datetime) -> int:
    """Destroy these attachments, in the database's file too; gives how many."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # overwrites what it frees
    ids = [*found.contacts, *found.texts]
    with transaction.atomic():
        for one in HeldAttachment.objects.select_for_update(of=("self",)).filter(pk__in=ids):
            ticket = Ticket.objects.filter(stream_id=one.stream_id, seq=one.seq).first()
            trail.note(
                who=who,
                action="destroyed",
                subject=f"{one.name} of {ticket.number if ticket is not None else one.seq}",
                why="end of retention",
                facts={"digest": one.digest, "stream": one.stream_id, "seq": one.seq},
            )
            one.salt, one.content, one.destroyed_at = b"", b"", now.astimezone(UTC)
            one.save(update_fields=["salt", "content", "destroyed_at"])
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log holds the old pages until then
        elif not connection.in_atomic_block:
            cursor.execute("VACUUM evidence_heldattachment")
    return len(ids)
