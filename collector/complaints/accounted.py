"""What became of each complaint, in numbers and dates: the chain for the Ombudsman, and what a level left lying in a month. Never a text."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import QuerySet

from collector.complaints import clockwork, levels
from collector.complaints.levels import Holder
from collector.complaints.models import CLOSED, PassOn, Ticket, TicketStatus, TicketStep
from collector.evidence.models import HeldAttachment
from collector.local import date_text, local_date
from survey.record.complaint import CONTACT, TEXT


class Link(NamedTuple):
    """One complaint, as who looks after the office sees it."""

    number: str
    unit: str
    topics: str
    """Empty where it is kept from its desk."""
    guarded: bool
    filed: str
    """A kiosk's clock may have been anywhere; so it is no date that is reckoned with."""
    came_in: date
    acknowledged: date | None
    """The first step that somebody of the office took."""
    due: date | None
    answered: date | None
    closed: date | None
    status: str
    holder: str
    destroyed: date | None
    """When the last of what was written was destroyed; None where something is left, or nothing was ever written."""


def links(tickets: QuerySet[Ticket]) -> Iterator[Link]:
    """Give the chain of some tickets, the oldest first."""
    found = tickets.select_related("unit", "holder_unit", "holder_agency").order_by("pk")
    for ticket in found.iterator(500):
        zone = ticket.unit.time_zone
        steps = list(TicketStep.objects.filter(ticket=ticket).order_by("pk"))
        taken = next(
            (one.at for one in steps if one.status != TicketStatus.RECEIVED and one.who != "pelapor"), None
        )
        answer = next(
            (one.at for one in steps if one.status in (TicketStatus.ANSWERED, TicketStatus.REJECTED)), None
        )
        holder = levels.holder_of(ticket)
        yield Link(
            number=ticket.number,
            unit=ticket.unit.code,
            topics="" if ticket.guarded else " ".join(ticket.topics),
            guarded=ticket.guarded,
            filed=date_text(ticket.at_ms, zone),
            came_in=local_date(ticket.received_ms, zone),
            acknowledged=_day(taken, zone),
            due=ticket.due_on,
            answered=_day(answer, zone),
            closed=_day(ticket.closed_at, zone),
            status=ticket.status,
            holder=holder.key if holder is not None else "",
            destroyed=_day(_destroyed(ticket), zone),
        )


class Counts(NamedTuple):
    """A unit's chain in numbers."""

    filed: int
    acknowledged: int
    answered: int
    closed: int
    destroyed: int
    late: int


def counts(found: list[Link], today: date) -> Counts:
    """Add up some links."""
    return Counts(
        filed=len(found),
        acknowledged=sum(one.acknowledged is not None for one in found),
        answered=sum(one.answered is not None for one in found),
        closed=sum(one.status in CLOSED for one in found),
        destroyed=sum(one.destroyed is not None for one in found),
        late=sum(one.due is not None and (one.answered or one.closed or today) > one.due for one in found),
    )


class Lapse(NamedTuple):
    """What a level did not do by its date."""

    number: str
    holder: Holder
    what: str
    """`unacknowledged` or `unanswered`."""
    by: date
    done: date | None
    """When it was done all the same."""


def lapses(tickets: QuerySet[Ticket], first: date, last: date, now: datetime) -> list[Lapse]:
    """Give what levels did not acknowledge, and did not answer, by a date between two days; by level, then by date."""
    found = list(_not_acknowledged(tickets, first, last, now)) + list(
        _not_answered(tickets, first, last, now)
    )
    return sorted(found, key=lambda one: (one.holder, one.by, one.number))


def _not_acknowledged(tickets: QuerySet[Ticket], first: date, last: date, now: datetime) -> Iterator[Lapse]:
    passes = PassOn.objects.filter(ticket__in=tickets, acknowledge_by__gte=first, acknowledge_by__lte=last)
    for one in passes.select_related("ticket__unit"):
        zone = one.ticket.unit.time_zone
        done = _day(one.acknowledged_at, zone)
        if (done or local_date(now, zone)) > one.acknowledge_by:
            key = one.sender if one.receiver.startswith(levels.LAPOR) else one.receiver
            yield Lapse(one.ticket.number, Holder.of_key(key), "unacknowledged", one.acknowledge_by, done)


def _not_answered(tickets: QuerySet[Ticket], first: date, last: date, now: datetime) -> Iterator[Lapse]:
    due = tickets.filter(due_on__gte=first, due_on__lte=last).exclude(status=TicketStatus.WITHDRAWN)
    for ticket in due.select_related("unit", "holder_unit", "holder_agency"):
        done = _day(ticket.answered_at or ticket.closed_at, ticket.unit.time_zone)
        holder = levels.holder_of(ticket)
        missed = done is not None and ticket.due_on is not None and done > ticket.due_on
        if holder is not None and ticket.due_on is not None and (missed or clockwork.is_late(ticket, now)):
            yield Lapse(ticket.number, holder, "unanswered", ticket.due_on, done if missed else None)


def _destroyed(ticket: Ticket) -> datetime | None:
    held = HeldAttachment.objects.filter(pk__in=ticket.attachments().values("pk"), name__in=(TEXT, CONTACT))
    at = list(held.values_list("destroyed_at", flat=True))
    left = ticket.additions.exclude(sealed=b"").exists()
    return max(one for one in at if one is not None) if at and None not in at and not left else None


def _day(moment: datetime | None, zone: str) -> date | None:
    return local_date(moment, zone) if moment is not None else None
