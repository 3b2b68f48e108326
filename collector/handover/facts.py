"""What a ticket says outwards: the one place where this room asks the complaints' own room.

Whoever changes how complaints are held, routed or timed changes these functions and nothing else here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from collector.accounts import roles
from collector.complaints import life
from collector.complaints.models import CLOSED, Ticket, TicketAddition, TicketStatus, TicketStep
from collector.complaints.sealing import opened
from collector.complaints.waiting import is_about_officers
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover.models import Handover
from collector.local import local_date
from collector.people import trail
from collector.trust.kinds import Errand
from survey.record.complaint import TEXT, AdditionKind

LAPOR = "SP4N-LAPOR!"
"""Who takes a step that came from there."""
WITHDRAWN = "dicabut"
COMPLAINT = "PENGADUAN"
"""One of the three classes on the public form of SP4N-LAPOR!; the others are ASPIRASI and PERMINTAAN INFORMASI."""
_ENDED = (*CLOSED, WITHDRAWN)
_ANSWERED = (TicketStatus.ANSWERED, *CLOSED)
_ANSWER_DAYS = 14
_HIDDEN = "[nomor disamarkan]"
_NUMBERS = re.compile(r"\+?\d(?:[ .\-()]{0,2}\d){6,}")


class Rule(NamedTuple):
    """Within how many working days a unit answers, and who says so."""

    days: int
    source: str


class Course(NamedTuple):
    """How a complaint went, in local days."""

    came: date
    due: date
    answered: date | None
    """The first answer, or its end where nobody answered before."""
    ended: date | None


def passed_on(units: QuerySet[Unit]) -> QuerySet[Ticket]:
    """Give the tickets of some units that the office passed on to SP4N-LAPOR!, the oldest first."""
    waiting = Ticket.objects.filter(unit__in=units, status=TicketStatus.FORWARDED, withdrawn_at=None)
    return waiting.exclude(routed_at=None).select_related("unit__region", "unit__agency").order_by("pk")


def is_passed_on(ticket: Ticket) -> bool:
    """Tell whether it still is to be handed over."""
    return ticket.status == TicketStatus.FORWARDED and not is_withdrawn(ticket)


def is_guarded(ticket: Ticket) -> bool:
    """Tell whether a ticket is kept from the officers of its unit, and never made public."""
    return ticket.about_officer or ticket.names_officer or is_about_officers(ticket.topics)


def may_have(user: AbstractBaseUser, ticket: Ticket) -> bool:
    """Tell whether an account may have what the citizen wrote."""
    if is_guarded(ticket) and not roles.may(user, roles.EVALUATORS, ticket.unit):
        return False
    return life.may_work_on(user, ticket)


def is_withdrawn(ticket: Ticket) -> bool:
    """Tell whether its citizen took it back."""
    return ticket.withdrawn_at is not None or ticket.status == WITHDRAWN


def is_ended(ticket: Ticket) -> bool:
    """Tell whether nothing is to be done about it any more."""
    return ticket.status in _ENDED


def classification_of(_ticket: Ticket) -> str:
    """Give the class that the office found for it, in the words of SP4N-LAPOR!'s form."""
    return COMPLAINT


def destination_of(ticket: Ticket) -> str:
    """Give the agency that is to deal with it."""
    return ticket.unit.agency.name if ticket.unit.agency is not None else ticket.unit.name


def lapor_number_of(ticket: Ticket) -> str:
    """Give its tracking number there; empty where it has none."""
    return Handover.objects.filter(ticket=ticket).values_list("tracking_id", flat=True).first() or ""


def holders_of(tickets: Iterable[Ticket]) -> Mapping[int, str]:
    """Give who works on each ticket: whoever took its last step."""
    steps = TicketStep.objects.filter(ticket__in=[one.pk for one in tickets]).exclude(who="kiosk")
    return dict(steps.order_by("pk").values_list("ticket", "who"))


def with_contact(tickets: Iterable[Ticket]) -> set[int]:
    """Give those whose citizen left a number and did not take it back."""
    left = TicketAddition.objects.filter(
        ticket__in=[one.pk for one in tickets], kind=AdditionKind.NUMBER, ticket__withdrawn_at=None
    )
    return {pk for pk in left.values_list("ticket", flat=True) if pk is not None}


def courses_of(tickets: Sequence[Ticket]) -> Mapping[int, Course]:
    """Give how each ticket went."""
    steps: dict[int, list[tuple[str, datetime]]] = {}
    told = TicketStep.objects.filter(ticket__in=[one.pk for one in tickets]).order_by("pk")
    for pk, status, at in told.values_list("ticket", "status", "at"):
        steps.setdefault(pk, []).append((status, at))
    return {one.pk: _course(one, steps.get(one.pk, [])) for one in tickets}


def _course(ticket: Ticket, steps: Sequence[tuple[str, datetime]]) -> Course:
    zone = ticket.unit.time_zone
    answered = next((at for status, at in steps if status in _ANSWERED), None)
    return Course(
        came=came_on(ticket),
        due=due_of(ticket),
        answered=local_date(answered, zone) if answered is not None else None,
        ended=ended_on(ticket),
    )


def came_on(ticket: Ticket) -> date:
    """Give the local day on which its citizen complained."""
    return local_date(ticket.at_ms, ticket.unit.time_zone)


def ended_on(ticket: Ticket) -> date | None:
    """Give the local day on which it ended; None while it is open."""
    return local_date(ticket.closed_at, ticket.unit.time_zone) if ticket.closed_at is not None else None


def due_of(ticket: Ticket) -> date:
    """Give the day by which it is to be answered."""
    return after_working_days(came_on(ticket), answer_rule(ticket.unit).days)


def answer_rule(_unit: Unit) -> Rule:
    """Give the unit's rule for answers, with its source."""
    return Rule(_ANSWER_DAYS, "ketentuan unit")


def after_working_days(day: date, count: int) -> date:
    """Give the day that is so many working days later."""
    while count:
        day += timedelta(days=1)
        count -= _is_worked(day)
    return day


def working_days(first: date, last: date) -> int:
    """Give how many working days lie after the first day, up to the last."""
    return sum(_is_worked(first + timedelta(days=number)) for number in range(1, (last - first).days + 1))


def _is_worked(day: date) -> bool:
    return day.weekday() < 5


def masked(text: str) -> str:
    """Give a citizen's words without what names people."""
    return without_numbers(text)


def without_numbers(text: str) -> str:
    """Give a text without telephone numbers and others as long: no contact leaves the house in a citizen's words either."""
    return _NUMBERS.sub(_HIDDEN, text)


def words_of(
    tickets: Sequence[Ticket], *, user: AbstractBaseUser, action: str, why: str
) -> Mapping[int, str]:
    """Open what citizens wrote, and nothing else; empty for whoever wrote nothing, and for what is gone.

    Each ticket is noted in the trail, and that is committed, before anything is opened.

    Raises:
        NotAllowed: the account may not have one of them; none is opened then.
    """
    for one in tickets:
        if not may_have(user, one):
            raise life.NotAllowed("not_allowed", account=user.get_username(), ticket=one.number)
    held = [
        (one.pk, bytes(part.content))
        for one in tickets
        for part in one.attachments().filter(name=TEXT, destroyed_at=None, loss=b"").order_by("pk")
    ]
    if not tickets:
        return {}
    with transaction.atomic():
        for one in tickets:
            trail.note(who=user.get_username(), action=action, subject=one.number, why=why)
    errand = Errand(user.get_username(), f"{action}: {why}"[:300])
    plain = opened([content for _, content in held], errand=errand) if held else []
    found: dict[int, list[str]] = {}
    for (pk, _), words in zip(held, plain, strict=True):
        found.setdefault(pk, []).extend([words] if words else [])
    return {one.pk: "\n".join(found.get(one.pk, [])) for one in tickets}


def step(ticket: Ticket, status: TicketStatus, *, answer: str, now: datetime) -> None:
    """Make what the other side told a step of the ticket; its citizen reads it."""
    closed_at = now if status in CLOSED else None
    TicketStep.objects.create(ticket=ticket, status=status, who=LAPOR, answer=answer)
    Ticket.objects.filter(pk=ticket.pk).update(status=status, closed_at=closed_at, changed_at=now)
    trail.note(
        who=LAPOR,
        action="complaint moved",
        subject=ticket.number,
        facts={"from": ticket.status, "to": status},
    )
    ticket.status, ticket.closed_at, ticket.changed_at = status, closed_at, now


def find(number: str) -> Ticket:
    """Give the ticket that the office calls by this number.

    Raises:
        CollectorError: there is none.
    """
    if len(number) > 18 or not number.isascii():
        raise CollectorError("ticket_unknown", code=number)
    return life.find(number)
