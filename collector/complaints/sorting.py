"""What officers make of a complaint beside answering it: its class, the form of maladministration, and which complaints are about the same."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from collector.complaints import life
from collector.complaints.models import CLOSED, Kind, Supervision, Ticket
from collector.errors import CollectorError
from collector.people import trail

FORMS = (
    "penundaan_berlarut", "tidak_memberikan_pelayanan", "tidak_kompeten", "penyalahgunaan_wewenang", "penyimpangan_prosedur",
    "permintaan_imbalan", "tidak_patut", "berpihak", "diskriminasi", "konflik_kepentingan",
)  # fmt: skip
"""The ten forms of maladministration, in the order in which they are usually listed."""


def classify(
    ticket: Ticket,
    *,
    kind: str,
    supervision: str = "",
    forms: Iterable[str] = (),
    user: AbstractBaseUser,
    now: datetime,
) -> None:
    """Say what a complaint is. Its date stays: nobody gives himself more time by calling it something else.

    Raises:
        NotAllowed: the account may not.
        CollectorError: it is none of the classes or forms (`class_unknown`).
    """
    chosen = list(dict.fromkeys(forms))
    if (
        kind not in Kind.values
        or supervision not in ("", *Supervision.values)
        or not set(chosen) <= set(FORMS)
        or (supervision and kind != Kind.COMPLAINT)
    ):
        raise CollectorError("class_unknown")
    with transaction.atomic():
        life.insist_may(user, ticket)
        ticket.kind, ticket.supervision, ticket.maladministration = kind, supervision, chosen
        ticket.changed_at = now
        ticket.save(update_fields=["kind", "supervision", "maladministration", "changed_at"])
        facts = {"kind": kind, "supervision": supervision, "forms": chosen}
        trail.note(who=user.get_username(), action="complaint classified", subject=ticket.number, facts=facts)


def merge(ticket: Ticket, leader: Ticket, *, user: AbstractBaseUser, now: datetime) -> None:
    """Have a complaint follow another about the same: it takes the other's steps from now on, and keeps its own code and date.

    Raises:
        NotAllowed: the account may not work on both.
        CollectorError: they are not of one unit, or one is kept from its desk and the other is not (`merge_apart`), one is closed
            (`merge_closed`), or one follows already (`merge_follows`).
    """
    with transaction.atomic():
        for one in (ticket, leader):
            life.insist_may(user, one)
        if ticket.pk == leader.pk or ticket.unit_id != leader.unit_id or ticket.guarded != leader.guarded:
            raise CollectorError("merge_apart")
        if ticket.status in CLOSED or leader.status in CLOSED:
            raise CollectorError("merge_closed")
        if leader.leader_id is not None or ticket.leader_id is not None or ticket.followers.exists():
            raise CollectorError("merge_follows")
        ticket.leader, ticket.changed_at = leader, now
        ticket.save(update_fields=["leader", "changed_at"])
        facts = {"leader": leader.number}
        trail.note(who=user.get_username(), action="complaints merged", subject=ticket.number, facts=facts)


def part(ticket: Ticket, *, user: AbstractBaseUser, now: datetime) -> None:
    """Have a complaint follow no other any more.

    Raises:
        NotAllowed: the account may not.
        CollectorError: it follows none (`merge_none`).
    """
    with transaction.atomic():
        life.insist_may(user, ticket)
        if ticket.leader is None:
            raise CollectorError("merge_none")
        facts = {"leader": ticket.leader.number}
        ticket.leader, ticket.changed_at = None, now
        ticket.save(update_fields=["leader", "changed_at"])
        trail.note(who=user.get_username(), action="complaints parted", subject=ticket.number, facts=facts)
