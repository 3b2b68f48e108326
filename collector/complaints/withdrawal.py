"""Taking a complaint back: everything that its citizen wrote is destroyed in the same act; that there was a complaint stays counted."""

from datetime import datetime

from django.db import transaction

from collector.complaints import life
from collector.complaints.destroyed import Why
from collector.complaints.destruction import destroy, empty_filing, parts_of
from collector.complaints.models import Ticket
from collector.people import trail

CITIZEN = "citizen"
"""Who did it, in the trail: whoever has the code, and nobody knows more."""


def withdraw(ticket: Ticket, now: datetime) -> None:
    """Destroy a ticket's text, voice, filing, numbers and words, and close it; what came since, where it was withdrawn already.

    Raises:
        CollectorError: it could not be written down; nothing was destroyed.
    """
    with transaction.atomic():
        number = destroy(parts_of(ticket), who=CITIZEN, why=Why.WITHDRAWN, now=now)
        ticket.refresh_from_db()
        if ticket.withdrawn_at is not None:
            return
        empty_filing(ticket)
        trail.note(
            who=CITIZEN,
            action="complaint withdrawn",
            subject=f"complaint {ticket.number}",
            facts={"destroyed": number},
        )
        life.withdrawn(ticket, now)
