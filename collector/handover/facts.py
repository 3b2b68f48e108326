"""What a ticket says outwards: the one place where this room asks the complaints' own room.

Whoever changes how complaints are held, routed or timed changes these functions and nothing else here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from collector.complaints import levels, life, rules, sight
from collector.complaints.models import (
    CLOSED,
    Kind,
    PassOn,
    Ticket,
    TicketAddition,
    TicketStatus,
    TicketStep,
)
from collector.complaints.sealing import opened
from collector.fleet.models import Unit
from collector.handover.models import Handover
from collector.local import local_date
from collector.people import trail
from collector.trust.kinds import Errand
from survey.record.complaint import TEXT, AdditionKind

LAPOR = "SP4N-LAPOR!"
"""Who takes a step that came from there."""
_KINDS = {
    "": "PENGADUAN",
    Kind.COMPLAINT: "PENGADUAN",
    Kind.WISH: "ASPIRASI",
    Kind.QUESTION: "PERMINTAAN INFORMASI",
}
"""The three classes on the public form of SP4N-LAPOR!, by what the office found."""
_ANSWERED = (TicketStatus.ANSWERED, *CLOSED)
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
    waiting = Ticket.objects.filter(_open_passes("pk"), unit__in=units, status=TicketStatus.FORWARDED)
    return waiting.filter(withdrawn_at=None).select_related("unit__region", "unit__agency").order_by("pk")


def is_passed_on(ticket: Ticket) -> bool:
    """Tell whether it still is to be handed over."""
    return passed_on(Unit.objects.filter(pk=ticket.unit_id)).filter(pk=ticket.pk).exists()


def acknowledged(ticket: Ticket, number: str, now: datetime) -> None:
    """Note the number that the other side gave a complaint that was passed on to it."""
    waiting = PassOn.objects.filter(ticket=ticket, receiver__startswith=levels.LAPOR, acknowledged_at=None)
    waiting.update(acknowledged_at=now, acknowledged_by=LAPOR, lapor_number=number)


def is_guarded(ticket: Ticket) -> bool:
    """Tell whether a ticket is kept from the officers of its unit, and never made public."""
    return ticket.guarded


def may_have(user: AbstractBaseUser, ticket: Ticket) -> bool:
    """Tell whether an account may have what the citizen wrote."""
    return sight.may_work_on(user, ticket)


def is_withdrawn(ticket: Ticket) -> bool:
    """Tell whether its citizen took it back."""
    return ticket.withdrawn_at is not None or ticket.status == TicketStatus.WITHDRAWN


def is_ended(ticket: Ticket) -> bool:
    """Tell whether nothing is to be done about it any more."""
    return ticket.status in CLOSED


def classification_of(ticket: Ticket) -> str:
    """Give the class that the office found for it, in the words of SP4N-LAPOR!'s form."""
    return _KINDS[ticket.kind]


def destination_of(ticket: Ticket) -> str:
    """Give the agency that is to deal with it."""
    return ticket.unit.agency.name if ticket.unit.agency is not None else ticket.unit.name


def lapor_number_of(ticket: Ticket) -> str:
    """Give its tracking number there; empty where it has none."""
    passed = PassOn.objects.filter(ticket=ticket).exclude(lapor_number="").order_by("-pk")
    sent = Handover.objects.filter(ticket=ticket).values_list("tracking_id", flat=True).first()
    return sent or passed.values_list("lapor_number", flat=True).first() or ""


def holders_of(tickets: Iterable[Ticket]) -> Mapping[int, str]:
    """Give who holds each ticket."""
    found = {one.pk: levels.holder_of(one) for one in tickets}
    names = {holder: levels.name_of(holder) for holder in found.values() if holder is not None}
    return {pk: names[holder] for pk, holder in found.items() if holder is not None}


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
    """Give the day by which it is to be answered; before it was routed the day on which it came."""
    return ticket.due_on or came_on(ticket)


def answer_rule(unit: Unit) -> Rule:
    """Give the unit's rule for answers, with its source."""
    found = rules.read(rules.in_force(unit).content)
    return Rule(rules.answer_days(unit), found.classes[found.arrival].source)


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
    by_page = TicketAddition.objects.filter(ticket__in=tickets, kind=AdditionKind.WORD).exclude(sealed=b"")
    held += [(pk, bytes(sealed)) for pk, sealed in by_page.values_list("ticket", "sealed") if pk is not None]
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
    with transaction.atomic():
        Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        ticket.refresh_from_db()
        life.step(ticket, status, who=LAPOR, now=now, words=life.Words(answer))


def find(number: str) -> Ticket:
    """Give the ticket that the office calls by this number.

    Raises:
        CollectorError: there is none.
    """
    return life.find(number)


def _open_passes(column: str) -> Exists:
    passes = PassOn.objects.filter(ticket=OuterRef(column), acknowledged_at=None)
    return Exists(passes.filter(receiver__startswith=levels.LAPOR))
