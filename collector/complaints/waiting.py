"""How many complaints wait, as of last night: counts for whoever works on them, never what was written or by whom.

What came in today is left out, so that nobody connects a complaint with the visitor who has just gone.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from collector.complaints import clockwork
from collector.complaints.models import CLOSED, Ticket
from collector.fleet.models import Unit


class Waiting(NamedTuple):
    """Open complaints."""

    open: int
    overdue: int
    """Of these, past their date."""


def waiting(tickets: QuerySet[Ticket], *, midnight: datetime) -> Waiting:
    """Give how many of some tickets wait that came in before a midnight."""
    before = round(midnight.timestamp() * 1000)
    found = tickets.exclude(routed_at=None).filter(at_ms__lt=before).exclude(status__in=CLOSED)
    return Waiting(found.count(), found.filter(clockwork.late(midnight)).count())


def public(unit: Unit) -> QuerySet[Ticket]:
    """Give the tickets of a unit that are counted for everybody: none that is kept from its desk."""
    return Ticket.objects.filter(unit=unit, guarded=False)
