"""What people do with a ticket: move it on, and read what the citizen wrote. Everything stands in the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from collector.accounts import roles
from collector.complaints.models import CLOSED, Ticket, TicketStatus, TicketStep
from collector.complaints.sealing import opened
from collector.complaints.waiting import is_about_officers
from collector.errors import CollectorError
from collector.people import trail
from collector.trust.kinds import Errand
from survey.record.complaint import CONTACT, TEXT


class NotAllowed(CollectorError):  # noqa: N818 - it is a refusal
    """The account's role does not allow this."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a citizen wrote, opened for somebody who may read it."""

    text: str | None
    contact: str | None
    destroyed: tuple[str, ...]
    """What has been destroyed by now."""
    lost: tuple[str, ...] = ()
    """What the kiosk declared lost on its own medium."""
    shut: tuple[str, ...] = ()
    """What is here and cannot be opened: it was sealed to another key, or is damaged."""


def find(number: str) -> Ticket:
    """Give the ticket that the office calls by this number.

    Raises:
        CollectorError: there is none.
    """
    ticket = Ticket.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if ticket is None:
        raise CollectorError("ticket_unknown", code=number)
    return ticket


def arrived(ticket: Ticket, *, now: datetime) -> None:
    """Begin its life at the office."""


def may_work_on(user: AbstractBaseUser, ticket: Ticket) -> bool:
    """Tell whether an account may read and move a ticket.

    Evaluators of the unit and administrators may; a unit officer where it is the officer's unit and nobody complains of an officer.
    """
    if roles.may(user, roles.EVALUATORS, ticket.unit):
        return True
    return not is_about_officers(ticket.topics) and roles.may(user, (roles.UNIT_OFFICER,), ticket.unit)


def move(
    ticket: Ticket, status: TicketStatus, *, user: AbstractBaseUser, answer: str, now: datetime
) -> TicketStep:
    """Move a ticket on; the citizen reads status and answer under the ticket's code.

    Raises:
        NotAllowed: the account may not.
    """
    _insist(user, ticket)
    with transaction.atomic():
        closed_at = now if status in CLOSED else None
        Ticket.objects.filter(pk=ticket.pk).update(status=status, closed_at=closed_at, changed_at=now)
        trail.note(
            who=user.get_username(),
            action="complaint moved",
            subject=ticket.number,
            facts={"from": ticket.status, "to": status},
        )
        ticket.status, ticket.closed_at = status, closed_at
        return TicketStep.objects.create(ticket=ticket, status=status, who=user.get_username(), answer=answer)


def read(ticket: Ticket, *, user: AbstractBaseUser, why: str) -> Opened:
    """Open what the citizen wrote; it was sealed on the kiosk.

    Raises:
        NotAllowed: the account may not.
    """
    _insist(user, ticket)
    held = {one.name: one for one in ticket.attachments().filter(name__in=(TEXT, CONTACT))}
    with transaction.atomic():
        trail.note(
            who=user.get_username(), action="complaint read", subject=ticket.number, why=why,
            facts={"parts": sorted(held)},
        )  # fmt: skip
    there = {
        name: bytes(one.content) for name, one in held.items() if one.destroyed_at is None and not one.loss
    }
    # The note is committed: nothing is opened that does not stand in the trail, whatever happens from here on.
    errand = Errand(user.get_username(), f"complaint {ticket.number}: {why}")
    plain = dict(zip(there, opened(list(there.values()), errand=errand), strict=True)) if there else {}
    return Opened(
        text=plain.get(TEXT),
        contact=plain.get(CONTACT),
        destroyed=tuple(sorted(name for name, one in held.items() if one.destroyed_at is not None)),
        lost=tuple(sorted(name for name, one in held.items() if one.loss)),
        shut=tuple(sorted(name for name, content in plain.items() if content is None)),
    )


def citizen_settled(ticket: Ticket, now: datetime) -> None:
    """Close a ticket whose citizen says that it is settled."""
    _by_citizen(ticket, TicketStatus.DONE, now)


def citizen_unsettled(ticket: Ticket, now: datetime) -> None:
    """Open a ticket again whose citizen says that it is not settled."""
    _by_citizen(ticket, TicketStatus.HANDLED, now)


def withdrawn(ticket: Ticket, now: datetime) -> None:
    """Close a ticket that its citizen took back."""
    Ticket.objects.filter(pk=ticket.pk).update(withdrawn_at=now, closed_at=now, changed_at=now)
    ticket.withdrawn_at = ticket.closed_at = ticket.changed_at = now


def _by_citizen(ticket: Ticket, status: TicketStatus, now: datetime) -> None:
    closed_at = now if status in CLOSED else None
    Ticket.objects.filter(pk=ticket.pk).update(status=status, closed_at=closed_at, changed_at=now)
    ticket.status, ticket.closed_at, ticket.changed_at = status, closed_at, now
    TicketStep.objects.create(ticket=ticket, status=status, who="warga")


def _insist(user: AbstractBaseUser, ticket: Ticket) -> None:
    if not may_work_on(user, ticket):
        raise NotAllowed("not_allowed", account=user.get_username(), ticket=ticket.number)
