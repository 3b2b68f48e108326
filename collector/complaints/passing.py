"""Passing a complaint on: to another unit, to another level, to SP4N-LAPOR!. Somebody holds it at every moment.

Whoever it is passed on to holds it at once, and acknowledges it within the days of its rules. What nobody has acknowledged by then is seen one
level up from the next day on, and so is what is past its date; nothing has to run for that, it is reckoned when somebody looks.
"""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from collector.accounts.roles import Account
from collector.complaints import calendar, clockwork, levels, life, sight
from collector.complaints.levels import LAPOR, Holder
from collector.complaints.life import Words
from collector.complaints.models import Level, PassOn, Stop, Ticket, TicketStatus
from collector.complaints.moves import RUNNING, insist
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.fleet.tree import find_unit
from collector.local import local_date
from collector.people import trail
from collector.words.foreign import in_one_line

LONGEST_WHY, LONGEST_NUMBER = 300, 40


def pass_on(
    ticket: Ticket,
    receiver: Holder,
    *,
    user: AbstractBaseUser,
    why: str,
    now: datetime,
    words: Words | None = None,
) -> PassOn:
    """Pass a ticket on; the citizen reads to whom, or what `words` say instead.

    Raises:
        NotAllowed: the account may not.
        CollectorError: nobody says why (`pass_why`), it is there already (`pass_same`), there is no such holder (`holder_unknown`), the
            desk complained of would see it (`pass_guarded`), or nobody sits there (`pass_empty`).
    """
    reason = in_one_line(why)[:LONGEST_WHY]
    if not reason:
        raise CollectorError("pass_why")
    with transaction.atomic():
        life.insist_may(user, ticket)
        insist(ticket.status, TicketStatus.FORWARDED)
        sender = levels.holder_of(ticket)
        if sender is None or sender == receiver:
            raise CollectorError("pass_same", holder=levels.name_of(receiver))
        _insist_receiver(ticket, receiver)
        who, today = user.get_username(), clockwork.today_at(ticket, now)
        life.acknowledge_all(ticket, who=who, now=now)
        by = calendar.of(ticket.unit).after(today, clockwork.rules_of(ticket).acknowledge)
        made = PassOn.objects.create(
            ticket=ticket,
            sender=sender.key,
            receiver=receiver.key,
            why=reason,
            who=who,
            at=now,
            acknowledge_by=by,
        )
        if receiver.level != LAPOR:
            life.hold(ticket, receiver)
        if _leaves(ticket.unit, receiver):
            clockwork.stop(ticket, Stop.AGENCY, who=who, now=now)
        told = words or Words(answer=f"Diteruskan ke {levels.name_of(receiver)}.")
        life.step(ticket, TicketStatus.FORWARDED, who=who, now=now, words=told)
        facts = {"from": sender.key, "to": receiver.key, "acknowledge by": str(by)}
        trail.note(who=who, action="complaint passed on", subject=ticket.number, facts=facts)
        return made


def acknowledge(ticket: Ticket, *, user: AbstractBaseUser, now: datetime, lapor_number: str = "") -> PassOn:
    """Acknowledge what was passed on last; of LAPOR! by the number that it gave.

    Raises:
        NotAllowed: the account does not hold the ticket.
        CollectorError: nothing waits to be acknowledged (`pass_none`), or the number is missing (`pass_number`).
    """
    with transaction.atomic():
        life.insist_may(user, ticket)
        waiting = PassOn.objects.select_for_update(of=("self",)).filter(ticket=ticket, acknowledged_at=None)
        found = waiting.order_by("-pk").first()
        if found is None:
            raise CollectorError("pass_none", ticket=ticket.number)
        number = in_one_line(lapor_number)[:LONGEST_NUMBER]
        if found.receiver.startswith(LAPOR) and not number:
            raise CollectorError("pass_number")
        found.acknowledged_at, found.acknowledged_by, found.lapor_number = now, user.get_username(), number
        found.save(update_fields=["acknowledged_at", "acknowledged_by", "lapor_number"])
        if not number and ticket.stopped_why == Stop.AGENCY and clockwork.run(ticket, now=now):
            _keep_clock(ticket, now)
        facts = {"lapor": number} if number else {}
        trail.note(
            who=user.get_username(), action="complaint acknowledged", subject=ticket.number, facts=facts
        )
        return found


def stop_clock(ticket: Ticket, why: Stop, *, user: AbstractBaseUser, now: datetime) -> None:
    """Have a ticket's clock stand still.

    Raises:
        NotAllowed: the account may not.
        CollectorError: its rules know no such stop, or it stands still already.
    """
    with transaction.atomic():
        life.insist_may(user, ticket)
        clockwork.insist_stop(ticket, why)
        clockwork.stop(ticket, why, who=user.get_username(), now=now)
        _keep_clock(ticket, now)
        trail.note(
            who=user.get_username(), action="clock stopped", subject=ticket.number, facts={"why": str(why)}
        )


def run_clock(ticket: Ticket, *, user: AbstractBaseUser, now: datetime) -> None:
    """Have a ticket's clock run again.

    Raises:
        NotAllowed: the account may not.
        CollectorError: it runs (`clock_runs`).
    """
    with transaction.atomic():
        life.insist_may(user, ticket)
        if ticket.status not in RUNNING or not clockwork.run(ticket, now=now):
            raise CollectorError("clock_runs")
        _keep_clock(ticket, now)
        facts = {"due": str(ticket.due_on)}
        trail.note(who=user.get_username(), action="clock runs", subject=ticket.number, facts=facts)


def unacknowledged(now: datetime) -> Q:
    """Give the condition that something was passed on and not acknowledged by its date."""
    passes = PassOn.objects.filter(ticket=OuterRef("pk"), acknowledged_at=None)
    zones = PassOn.objects.filter(acknowledged_at=None).order_by()
    found = Q(pk__in=[])
    for zone in zones.values_list("ticket__unit__time_zone", flat=True).distinct():
        today = local_date(now, zone)
        found |= Q(ticket__unit__time_zone=zone, acknowledge_by__lt=today)
    return Q(Exists(passes.filter(found)), status__in=RUNNING)


def left_lying(now: datetime) -> Q:
    """Give the condition that the level above is to look: past its date, not acknowledged, or a clock that stands for long."""
    return clockwork.late(now) | clockwork.stands_long(now) | unacknowledged(now)


def overdue_above(user: Account, now: datetime) -> QuerySet[Ticket]:
    """Give what was left lying below an account: in its sight, and held by somebody lower than it."""
    return (
        sight.visible(user)
        .filter(left_lying(now))
        .filter(sight.held_below(user))
        .exclude(sight.held_by(user))
    )


def _insist_receiver(ticket: Ticket, receiver: Holder) -> None:
    if receiver.level == LAPOR:
        return
    if receiver.level == Level.UNIT:
        find_unit(receiver.code)
        if ticket.guarded:
            raise CollectorError("pass_guarded", ticket=ticket.number)
        return
    levels.fields(receiver)
    staffed = receiver == levels.ALL or levels.is_staffed(receiver, ticket.unit, guarded=ticket.guarded)
    if not staffed:
        raise CollectorError("pass_empty", holder=levels.name_of(receiver))


def _leaves(unit: Unit, receiver: Holder) -> bool:
    """Tell whether a ticket leaves for another agency: then its clock may stand still until somebody there has it."""
    if receiver.level == LAPOR:
        return True
    if receiver.level != Level.UNIT or unit.agency_id is None:
        return False
    other = find_unit(receiver.code)
    return other.agency_id is not None and other.agency_id != unit.agency_id


def _keep_clock(ticket: Ticket, now: datetime) -> None:
    ticket.changed_at = now
    ticket.save(update_fields=["due_on", "stopped_on", "stopped_why", "stop_seen_from", "changed_at"])
