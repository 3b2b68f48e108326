"""What a citizen adds to a complaint, acted upon: a number, a word, a part of what was said, *sudah beres*, *belum beres*, or that it is taken back.

It comes from a kiosk, as a record whose sealed `added` says what it is, or from the ticket's page. Whoever adds has the code: of a record the
ticket's key proves it, on the page the code itself. Nothing is acted upon twice.
"""

import hmac
from datetime import datetime

from django.db import transaction

from collector.complaints import life
from collector.complaints.destroyed import Why
from collector.complaints.destruction import Parts, contacts_of, destroy
from collector.complaints.models import Ticket, TicketAddition
from collector.complaints.withdrawal import CITIZEN, withdraw
from collector.evidence.models import HeldAttachment
from collector.people import trail
from survey.record.complaint import Added, AdditionKind


def act(addition: TicketAddition, ticket: Ticket, now: datetime, *, added: Added | None = None) -> bool:
    """Do what a citizen asked for; tells whether it was done now.

    `added` is what was opened of the addition's record, None where that could not be opened; what came by the page needs none.

    Raises:
        CollectorError: something was to be destroyed, and that could not be written down; nothing was done.
    """
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        current = TicketAddition.objects.select_for_update(of=("self",)).get(pk=addition.pk)
        if current.settled_at is not None:
            return False
        kind = _kind(current, ticket, added)
        done = kind is not None and (ticket.withdrawn_at is None or kind is AdditionKind.WITHDRAWN)
        current.ticket, current.kind, current.settled_at = ticket, kind or "", now
        if added is not None and added.spoken is not None:
            current.speech, current.part, current.parts = added.spoken
        current.save(update_fields=["ticket", "kind", "settled_at", "speech", "part", "parts"])
        if kind is not None and done:
            _do(kind, ticket, now, names_officer=added is not None and added.names_officer)
        else:
            _refuse(current, ticket, now)
    addition.refresh_from_db()
    return done


def _kind(addition: TicketAddition, ticket: Ticket, added: Added | None) -> AdditionKind | None:
    """Give what is asked for, or None where it is not proven that the citizen asks."""
    if addition.stream_id is None:
        return AdditionKind(addition.kind)
    if added is None or not hmac.compare_digest(added.key, bytes(ticket.key)):
        return None
    return added.kind


def _do(kind: AdditionKind, ticket: Ticket, now: datetime, *, names_officer: bool) -> None:
    match kind:
        case AdditionKind.NUMBER:
            _keep_newest_number(ticket, now)
            _changed(ticket, now)
        case AdditionKind.WORD:
            if names_officer:
                life.guard(ticket, now)
            _changed(ticket, now)
        case AdditionKind.SPOKEN:
            life.guard(ticket, now)  # nobody can look for names in a voice, whatever the kiosk says of it
            _changed(ticket, now)
        case AdditionKind.SETTLED:
            life.citizen_settled(ticket, now)
        case AdditionKind.UNSETTLED:
            life.citizen_unsettled(ticket, now)
        case AdditionKind.WITHDRAWN:
            withdraw(ticket, now)


def _keep_newest_number(ticket: Ticket, now: datetime) -> None:
    """Destroy all numbers of a ticket but the one that was left last, whichever of them arrived last."""
    contacts = contacts_of(ticket)
    now_ms = round(now.timestamp() * 1000)  # no kiosk's wrong clock makes a number newer than the next one
    held = {(one.stream_id, one.seq): one.pk for one in HeldAttachment.objects.filter(pk__in=contacts.held)}
    numbers = ticket.additions.filter(kind=AdditionKind.NUMBER)
    order = sorted(
        ((min(one.at_ms, now_ms), one.pk, one) for one in numbers), key=lambda row: row[:2], reverse=True
    )
    for _, pk, one in order:
        kept = held.get((one.stream_id or 0, one.seq or 0))
        if kept is not None or pk in contacts.added:
            left = Parts(
                tuple(other for other in contacts.held if other != kept),
                tuple(other for other in contacts.added if other != pk),
            )
            destroy(left, who=CITIZEN, why=Why.REPLACED, now=now)
            return


def _changed(ticket: Ticket, now: datetime) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(changed_at=now)


def _refuse(addition: TicketAddition, ticket: Ticket, now: datetime) -> None:
    """Destroy what came with an addition that is not acted upon: nobody is to read it, and nobody would ever destroy it."""
    held: tuple[int, ...] = ()
    if addition.stream_id is not None and addition.seq is not None:
        beside = HeldAttachment.objects.filter(
            stream_id=addition.stream_id, seq=addition.seq, destroyed_at=None, loss=b""
        )
        held = tuple(beside.values_list("pk", flat=True))
    parts = Parts(held, (addition.pk,) if addition.digest and addition.destroyed_at is None else ())
    trail.note(
        who="ikm-collector",
        action="addition refused",
        subject=f"complaint {ticket.number}",
        why="the complaint was taken back" if addition.kind else "it does not prove the ticket's key",
        facts={"addition": addition.pk},
    )
    destroy(parts, who="ikm-collector", why=Why.REFUSED, now=now)
