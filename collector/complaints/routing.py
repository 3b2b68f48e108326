"""To whom a complaint may not come: what is about an officer or about money never reaches the desk complained of."""

from collections.abc import Iterable

from collector.complaints.models import Ticket
from survey.record.complaint import BY_CODE


def guarded(ticket: Ticket) -> bool:
    """Tell whether a ticket is to be kept from the desk complained of."""
    return ticket.about_officer or ticket.names_officer or bypasses(ticket.topics)


def bypasses(topics: Iterable[str]) -> bool:
    """Tell whether one of these topics is about an officer by itself."""
    return any(code in BY_CODE and BY_CODE[code].bypass_officer for code in topics)
