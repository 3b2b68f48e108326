"""Which complaints a list shows, in which order, and where the next page begins."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from collector.accounts import roles
from collector.accounts.roles import Account
from collector.complaints import clockwork, levels, passing, sight
from collector.complaints.levels import Holder
from collector.complaints.models import CLOSED, PassOn, Ticket, TicketStatus
from collector.complaints.moves import RUNNING

ROWS = 40

Pick = Callable[[Account, datetime], QuerySet[Ticket]]


class Row(NamedTuple):
    """A complaint in a list; nothing of it says what was written."""

    ticket: Ticket
    holder: str
    is_late: bool


class Page(NamedTuple):
    """Some rows, and where the next ones begin."""

    rows: list[Row]
    after: str
    """Empty where there are no more."""


def mine(user: Account, _: datetime) -> QuerySet[Ticket]:
    """Give what waits for an account itself."""
    return sight.visible(user).filter(sight.held_by(user), status__in=RUNNING)


def late(user: Account, now: datetime) -> QuerySet[Ticket]:
    """Give what is past its date, wherever it is held."""
    return sight.visible(user).filter(clockwork.late(now))


def passed(user: Account, _: datetime) -> QuerySet[Ticket]:
    """Give what was passed on and is open."""
    passes = PassOn.objects.values("ticket")
    return sight.visible(user).filter(pk__in=passes).exclude(status__in=CLOSED)


def kept(user: Account, _: datetime) -> QuerySet[Ticket]:
    """Give what is kept from the desk complained of."""
    return sight.visible(user).filter(guarded=True).exclude(status__in=CLOSED)


def answered(user: Account, _: datetime) -> QuerySet[Ticket]:
    """Give what was answered and waits for its citizen's word."""
    return sight.visible(user).filter(status=TicketStatus.ANSWERED)


def every(user: Account, _: datetime) -> QuerySet[Ticket]:
    """Give all, closed ones too."""
    return sight.visible(user)


FILTERS: Mapping[str, Pick] = {
    "saya": mine,
    "lewat": late,
    "bawah": passing.overdue_above,
    "diteruskan": passed,
    "dijaga": kept,
    "dijawab": answered,
    "semua": every,
}
"""By what stands in the address."""
OF_EVALUATORS = ("bawah", "dijaga")


def offered(user: Account) -> list[str]:
    """Give the filters that an account has."""
    evaluates = roles.has_role(user, roles.EVALUATORS)
    return [name for name in FILTERS if evaluates or name not in OF_EVALUATORS]


def page(found: QuerySet[Ticket], after: str, now: datetime) -> Page:
    """Give a page of tickets by their date, those without one last; `after` is what the page before gave."""
    ordered = found.select_related("unit", "holder_unit", "holder_agency", "holder_region").order_by(
        F("due_on").asc(nulls_last=True), "pk"
    )
    tickets = list(ordered.filter(_beyond(after))[: ROWS + 1])
    last = tickets[ROWS - 1] if len(tickets) > ROWS else None
    names: dict[Holder, str] = {}
    rows = []
    for ticket in tickets[:ROWS]:
        holder = levels.holder_of(ticket)
        if holder is not None and holder not in names:
            names[holder] = levels.name_of(holder)
        rows.append(Row(ticket, names[holder] if holder is not None else "", clockwork.is_late(ticket, now)))
    return Page(rows, f"{last.due_on or ''}_{last.pk}" if last is not None else "")


def _beyond(after: str) -> Q:
    due, _, number = after.partition("_")
    if not number.isdecimal() or len(number) > 18:
        return Q()
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError:
        return Q()
    if day is None:
        return Q(due_on=None, pk__gt=int(number))
    return Q(due_on__gt=day) | Q(due_on=day, pk__gt=int(number)) | Q(due_on=None)
