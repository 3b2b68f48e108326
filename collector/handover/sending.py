"""What people do about the adapter: queue complaints for it in their name, and take one back."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import exporting, facts
from collector.handover.models import Handover, Stage
from collector.people import trail


def queue(
    units: QuerySet[Unit], *, user: AbstractBaseUser, why: str, now: datetime, again: bool = False
) -> tuple[int, int]:
    """Queue what waits; gives how many, and how many more the account may not have. Their words are opened when they are sent, in its name.

    Raises:
        CollectorError: no reason is given (`handover_why`).
    """
    exporting.insist_on_reason(why)
    every = list(exporting.waiting(units, again=again)[: exporting.MOST])
    mine = [one for one in every if facts.may_have(user, one)]
    with transaction.atomic():
        for one in mine:
            exporting.begin(one, stage=Stage.WAITING, by=user.get_username(), why=why, now=now, again=again)
        trail.note(
            who=user.get_username(),
            action="complaints queued",
            subject=f"{len(mine)} for {facts.LAPOR}",
            why=why,
            facts={"tickets": [one.number for one in mine]},
        )
    return len(mine), len(every) - len(mine)


def take_back(number: str, *, user: AbstractBaseUser, why: str, now: datetime) -> Handover:
    """Make a complaint ours again that the other side has.

    Raises:
        CollectorError: it is not out (`handover_not_out`), the account may not (`not_allowed`), or there is no reason.
    """
    exporting.insist_on_reason(why)
    ticket = facts.find(number)
    if not facts.may_have(user, ticket):
        raise CollectorError("not_allowed", account=user.get_username(), ticket=ticket.number)
    with transaction.atomic():
        found = (
            Handover.objects.select_for_update(of=("self",))
            .filter(ticket=ticket)
            .exclude(stage=Stage.RETURNED)
            .first()
        )
        if found is None or found.stage == Stage.SENDING:
            raise CollectorError("handover_not_out", ticket=ticket.number)
        found.stage, found.returned_at, found.due_at = Stage.RETURNED, now, None
        found.save()
        trail.note(who=user.get_username(), action="taken back", subject=ticket.number, why=why)
    return found
