"""A ticket's date: set once, when it arrives, and moved only by a stop of the clock, which is kept with its reason."""

from datetime import date, datetime

from django.db.models import Q

from collector.complaints import calendar, rules
from collector.complaints.models import ClockStop, Stop, Ticket, TicketStatus
from collector.complaints.moves import RUNNING
from collector.complaints.rules import COMPLETE, Rules
from collector.errors import CollectorError
from collector.local import local_date


def today_at(ticket: Ticket, now: datetime) -> date:
    """Give the day it is at a ticket's unit."""
    return local_date(now, ticket.unit.time_zone)


def rules_of(ticket: Ticket) -> Rules:
    """Give the rules under which a ticket arrived; of one that has not been routed those in force."""
    row = ticket.rules if ticket.rules is not None else rules.in_force(ticket.unit)
    return rules.read(row.content)


def due_of(ticket: Ticket, found: Rules) -> date:
    """Give the date by which a complaint is to be answered, counted from the day on which it arrived here."""
    days = calendar.of(ticket.unit)
    span = found.classes[found.class_of(ticket.topics)]
    start = local_date(ticket.received_ms, ticket.unit.time_zone)
    if span.start == COMPLETE:
        start = days.after(start, found.verify)
    return days.after(start, span)


def verify_by(ticket: Ticket) -> date:
    """Give the date by which a complaint is to be verified."""
    start = local_date(ticket.received_ms, ticket.unit.time_zone)
    return calendar.of(ticket.unit).after(start, rules_of(ticket).verify)


def stop(ticket: Ticket, why: Stop, *, who: str, now: datetime) -> bool:
    """Have a ticket's clock stand still from today on; False where it stands already or its rules know no such stop.

    The caller has locked the ticket and keeps what is changed.
    """
    found = rules_of(ticket)
    if ticket.stopped_on is not None or ticket.due_on is None:
        return False
    if why != Stop.ANSWERED and why not in found.stops:
        return False
    today = today_at(ticket, now)
    ticket.stopped_on, ticket.stopped_why = today, why
    ticket.stop_seen_from = calendar.of(ticket.unit).after(today, found.stop)
    ClockStop.objects.create(ticket=ticket, why=why, since=today, due_before=ticket.due_on, who=who)
    return True


def run(ticket: Ticket, *, now: datetime) -> bool:
    """Have a ticket's clock run again; its date moves by the working days for which it stood. False where it runs.

    What was late when the clock stopped stays so: the days that it was late are not given back.
    """
    if ticket.stopped_on is None or ticket.due_on is None:
        return False
    today = today_at(ticket, now)
    stood = calendar.working_days_between(ticket.stopped_on, today, ticket.unit)
    moved = calendar.add_working_days(ticket.due_on, stood, ticket.unit)
    ClockStop.objects.filter(ticket=ticket, until=None).update(until=today, due_after=moved)
    ticket.due_on, ticket.stopped_on, ticket.stopped_why, ticket.stop_seen_from = moved, None, "", None
    return True


def insist_stop(ticket: Ticket, why: Stop) -> None:
    """Insist that a ticket's clock may be stopped for a reason.

    Raises:
        CollectorError: nobody owes an answer now (`clock_over`), it stands already (`clock_stands`), or the rules know no such stop (`clock_rule`).
    """
    if ticket.status not in RUNNING:
        raise CollectorError("clock_over", state=ticket.status)
    if ticket.stopped_on is not None:
        raise CollectorError("clock_stands", day=ticket.stopped_on)
    if why not in rules_of(ticket).stops:
        raise CollectorError("clock_rule", why=why)


def is_late(ticket: Ticket, now: datetime) -> bool:
    """Tell whether a ticket is past its date: somebody owes an answer, and the clock runs."""
    if ticket.status not in RUNNING or ticket.stopped_on is not None or ticket.due_on is None:
        return False
    return ticket.due_on < today_at(ticket, now)


def late(now: datetime) -> Q:
    """Give the condition that a ticket is past its date; the day it is depends on its unit's zone."""
    return Q(status__in=RUNNING, stopped_on=None) & _passed("due_on", now)


def stands_long(now: datetime) -> Q:
    """Give the condition that a ticket's clock has stood still for longer than the level above need not look."""
    owed = Q(status__in=RUNNING, stopped_on__isnull=False)
    return owed & _passed("stop_seen_from", now)


def _passed(column: str, now: datetime) -> Q:
    zones = Ticket.objects.filter(status__in=RUNNING).order_by().values_list("unit__time_zone", flat=True)
    found = Q(pk__in=[])
    for zone in zones.distinct():
        found |= Q(**{"unit__time_zone": zone, f"{column}__lt": local_date(now, zone)})
    return found


def owes(status: str) -> bool:
    """Tell whether somebody owes an answer to a ticket that stands so."""
    return TicketStatus(status) in RUNNING
