"""Opening what a citizen wrote: words and number apart from one another, each with a reason that stands in the trail before anything is opened."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from collector.complaints import sight
from collector.complaints.life import NotAllowed, insist_may
from collector.complaints.models import Ticket
from collector.complaints.sealing import opened
from collector.errors import CollectorError
from collector.people import trail
from collector.trust.kinds import Errand
from survey.record.complaint import CONTACT, TEXT, AdditionKind


@dataclass(frozen=True, slots=True)
class Opened:
    """What a citizen wrote, opened for somebody who may read it."""

    words: tuple[str, ...]
    """The oldest first; of numbers the last one is the one that holds."""
    destroyed: int
    """So many parts have been destroyed by now."""
    lost: int
    """So many the kiosk declared lost on its own medium."""
    shut: int
    """So many are here and cannot be opened: they were sealed to another key, or are damaged."""


def text_of(ticket: Ticket, *, user: AbstractBaseUser, why: str) -> Opened:
    """Open a citizen's words, those that were added too.

    Raises:
        NotAllowed: the account may not.
        CollectorError: it gives no reason (`reading_why`), or sees no such ticket.
    """
    insist_may(user, ticket)
    return _open(ticket, TEXT, AdditionKind.WORD, user=user, action="complaint read", why=why)


def contact_of(ticket: Ticket, *, user: AbstractBaseUser, why: str) -> Opened:
    """Open the number that a citizen left.

    Raises:
        NotAllowed: the account may not: the consent screen names who may.
        CollectorError: it gives no reason (`reading_why`), or sees no such ticket.
    """
    insist_may(user, ticket)
    if not sight.may_open_contact(user, ticket):
        raise NotAllowed("contact_not_allowed", account=user.get_username(), ticket=ticket.number)
    return _open(ticket, CONTACT, AdditionKind.NUMBER, user=user, action="complaint contact read", why=why)


def has(ticket: Ticket, name: str, kind: AdditionKind) -> bool:
    """Tell whether a ticket has words, or a number, that are not destroyed."""
    held = ticket.attachments().filter(name=name, destroyed_at=None).exists()
    return held or ticket.additions.filter(kind=kind).exclude(sealed=b"").exists()


def _open(
    ticket: Ticket, name: str, kind: AdditionKind, *, user: AbstractBaseUser, action: str, why: str
) -> Opened:
    if not why.strip():
        raise CollectorError("reading_why")
    held = list(ticket.attachments().filter(name=name).order_by("pk"))
    by_page = [bytes(one.sealed) for one in ticket.additions.filter(kind=kind) if one.sealed]
    there = [bytes(one.content) for one in held if one.destroyed_at is None and not one.loss] + by_page
    with transaction.atomic():
        trail.note(
            who=user.get_username(),
            action=action,
            subject=ticket.number,
            why=why,
            facts={"parts": len(there)},
        )
    # The note is committed: nothing is opened that does not stand in the trail, whatever happens from here on.
    errand = Errand(user.get_username(), f"complaint {ticket.number}: {why}")
    plain = opened(there, errand=errand) if there else []
    return Opened(
        words=tuple(one for one in plain if one is not None),
        destroyed=sum(one.destroyed_at is not None for one in held),
        lost=sum(bool(one.loss) for one in held),
        shut=sum(one is None for one in plain),
    )
