"""Acting upon what a citizen added to a complaint."""

from datetime import datetime

from collector.complaints.models import Ticket, TicketAddition


def act(addition: TicketAddition, ticket: Ticket, now: datetime) -> None:
    """Do what an addition asks for."""
