"""What is past its date, what will be soon, and what a backup brought back. `destruction` does the work.

A contact goes `CONTACT_KEPT_DAYS` after its complaint was closed, and at the latest with the text; text, filing, voice and whatever was added go
two years after the complaint came in. Times are those of the collector's own clock: a kiosk's may be wrong by years.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from collector.complaints import destroyed, life
from collector.complaints.destroyed import Why
from collector.complaints.destruction import Parts, destroy, empty_filing, overwrite, ticket_of
from collector.complaints.models import CLOSED, Ticket, TicketAddition
from collector.evidence.models import HeldAttachment
from survey.record.complaint import CONTACT, CONTACT_KEPT_DAYS, TEXT, AdditionKind

CONTACT_AFTER_CLOSING = timedelta(days=CONTACT_KEPT_DAYS)
"""Promised to the citizen on the consent screen."""
TEXT_AFTER = timedelta(days=2 * 365)
SOON = timedelta(days=30)
"""So long before a text of an open complaint is destroyed the week speaks of it."""


class Due(NamedTuple):
    """What is past its date."""

    contacts: Parts
    texts: Parts

    @property
    def counts(self) -> tuple[int, int]:
        """How many contacts, and how many texts and filings."""
        return sum(map(len, self.contacts)), sum(map(len, self.texts))


def due(now: datetime) -> Due:
    """Give what has come to its time."""
    old = Q(received_ms__lt=_ms(now - TEXT_AFTER))
    closed = Q(closed_at__lt=now - CONTACT_AFTER_CLOSING)
    held = HeldAttachment.objects.filter(destroyed_at=None, loss=b"")
    # A record of which no ticket could be made has no better time than that of its arrival.
    stray = ~_of_tickets(Q()) & old
    number = Q(kind=AdditionKind.NUMBER)
    added = TicketAddition.objects.filter(destroyed_at=None).exclude(digest="")
    old_page, closed_page = (Q(ticket__in=Ticket.objects.filter(one)) for one in (old, closed))
    return Due(
        contacts=Parts(
            _keys(held.filter(_of_tickets(closed) | _of_tickets(old) | stray, name=CONTACT)),
            _keys(added.filter(closed_page | old_page, number)),
        ),
        texts=Parts(
            _keys(held.filter(_of_tickets(old) | stray).exclude(name=CONTACT)),
            _keys(added.filter(old_page).exclude(number)),
        ),
    )


def run(now: datetime, *, who: str) -> Due:
    """Destroy what is due, and what a backup has brought back; then rid the free space of it. Gives what was due."""
    replay(now)
    found = due(now)
    for parts in found:
        destroy(parts, who=who, why=Why.RETENTION, now=now)
    overwrite(now)
    return found


def soon(now: datetime, tickets: QuerySet[Ticket]) -> int:
    """Give how many of some complaints are open and lose their text within `SOON`."""
    tickets = tickets.filter(received_ms__lt=_ms(now + SOON - TEXT_AFTER)).exclude(status__in=CLOSED)
    texts = HeldAttachment.objects.filter(
        stream_id=OuterRef("stream_id"), seq=OuterRef("seq"), name=TEXT, destroyed_at=None, loss=b""
    )
    said = TicketAddition.objects.filter(ticket=OuterRef("pk"), kind=AdditionKind.SPOKEN)
    return tickets.filter(Exists(texts) | Exists(said), withdrawn_at=None).count()


def replay(now: datetime) -> int:
    """Destroy again what was destroyed and is here all the same: the database is a copy from before. Gives how many.

    Costs the reading of one file where nothing has ever been destroyed, and of all digests otherwise.
    """
    noted = destroyed.noted()
    if not noted:
        return 0
    held = _returned(HeldAttachment.objects.filter(destroyed_at=None, loss=b""), noted)
    added = _returned(TicketAddition.objects.filter(destroyed_at=None).exclude(digest=""), noted)
    count = 0
    for why in Why:
        parts = Parts(tuple(held.get(why, ())), tuple(added.get(why, ())))
        tickets = _tickets_of(parts) if why is Why.WITHDRAWN else ()
        count += destroy(parts, who="ikm-collector", why=why, now=now)
        for ticket in tickets:
            ticket.refresh_from_db()
            if ticket.withdrawn_at is None:
                empty_filing(ticket)
                life.withdrawn(ticket, now)
    return count


def _returned(
    rows: QuerySet[HeldAttachment] | QuerySet[TicketAddition], noted: destroyed.Noted
) -> dict[Why, list[int]]:
    found: dict[Why, list[int]] = {}
    for pk, digest in rows.values_list("pk", "digest").iterator(chunk_size=2_000):
        if digest in noted:
            found.setdefault(noted[digest], []).append(pk)
    return found


def _tickets_of(parts: Parts) -> Sequence[Ticket]:
    found = [ticket_of(one) for one in HeldAttachment.objects.filter(pk__in=parts.held)]
    found += [
        one.ticket for one in TicketAddition.objects.select_related("ticket").filter(pk__in=parts.added)
    ]
    return list({one.pk: one for one in found if one is not None}.values())


def _of_tickets(condition: Q) -> Q:
    """Give the condition that an attachment belongs to a ticket of which another condition holds."""
    spot = {"stream_id": OuterRef("stream_id"), "seq": OuterRef("seq")}
    by_addition = TicketAddition.objects.filter(ticket__in=Ticket.objects.filter(condition), **spot)
    return Q(Exists(Ticket.objects.filter(condition, **spot))) | Q(Exists(by_addition))


def _keys(rows: QuerySet[HeldAttachment] | QuerySet[TicketAddition]) -> tuple[int, ...]:
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
