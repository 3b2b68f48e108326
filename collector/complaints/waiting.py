"""How many complaints wait, as of last night: counts for whoever works on them, never what was written or by whom.

What came in today is left out, so that nobody connects a complaint with the visitor who has just gone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from collector.complaints.models import CLOSED, PROMISED_DAYS, Ticket
from collector.fleet.models import Unit
from survey.record.complaint import BY_CODE


class Waiting(NamedTuple):
    """Open complaints."""

    open: int
    overdue: int
    """Of these, older than was promised."""


def waiting(units: QuerySet[Unit], *, midnight: datetime, with_officers: bool) -> Waiting:
    """Give how many of some units wait that came in before a midnight; those about officers only where that is asked."""
    before = round(midnight.timestamp() * 1000)
    promised = round((midnight - timedelta(days=PROMISED_DAYS)).timestamp() * 1000)
    found = Ticket.objects.filter(unit__in=units, at_ms__lt=before).exclude(status__in=CLOSED)
    if with_officers:
        return Waiting(found.count(), found.filter(at_ms__lt=promised).count())
    times = [at_ms for at_ms, topics in found.values_list("at_ms", "topics") if not is_about_officers(topics)]
    return Waiting(len(times), sum(at_ms < promised for at_ms in times))


def is_about_officers(topics: Iterable[str]) -> bool:
    """Tell whether a complaint with these topics is about an officer: then no officer of the unit is to deal with it."""
    return any(code in BY_CODE and BY_CODE[code].bypass_officer for code in topics)
