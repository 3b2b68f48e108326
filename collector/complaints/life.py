"""What becomes of a ticket: its arrival, each move of the office, each word of its citizen. Everything stands in the trail, by the ticket's number.

Whoever asks is looked at first, then the table of moves (`collector.complaints.moves`), then what a move needs: words for the citizen, a root cause,
a second pair of eyes. A ticket that follows another takes the same steps on the same day, and keeps its own code and date.
"""

from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from collector.complaints import calendar, clockwork, levels, routing, rules, sight
from collector.complaints.models import (
    CLOSED,
    Level,
    PassOn,
    Rejection,
    Stop,
    Ticket,
    TicketStatus,
    TicketStep,
)
from collector.complaints.moves import BY_CITIZEN, BY_PASSING, MOVES, insist
from collector.errors import CollectorError
from collector.local import local_date
from collector.people import trail

CITIZEN = "pelapor"
"""Who a step is by that the citizen took; nobody here knows who that is."""
KIOSK, CLOCKWORK = "kios", "sistem"
NOBODY = (CITIZEN, KIOSK, CLOCKWORK)
"""Who takes steps and is no account."""
FOUR_EYES = ("pungli",)
"""Topics of which who verifies is not who answers."""
_STARTS = (TicketStatus.HANDLED, TicketStatus.REOPENED)
"""Steps with which a clock that stands runs again: somebody works on it."""
_STOPS = (TicketStatus.ANSWERED, TicketStatus.REJECTED)
"""Steps after which nobody owes anything, until the complaint is opened again."""
_ANSWERED = (TicketStatus.ANSWERED, TicketStatus.DONE)
"""Of which the citizen may say that it is not settled."""
_STATUS = ["status", "closed_at", "answered_at", "changed_at", "rejected_as", "root_cause", "compensation"]
_CLOCK = ["due_on", "stopped_on", "stopped_why", "stop_seen_from"]


class NotAllowed(CollectorError):  # noqa: N818 - it is a refusal
    """The account's offices do not allow this."""


class Words(NamedTuple):
    """What an officer says with a move."""

    answer: str = ""
    """The citizen reads it."""
    note: str = ""
    """The citizen never reads it."""
    rejected_as: str = ""
    root_cause: str = ""
    compensation: str = ""


def find(number: str) -> Ticket:
    """Give the ticket with this number, as the office calls it.

    Raises:
        CollectorError: there is none (`ticket_unknown`).
    """
    found = Ticket.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    if found is None:
        raise CollectorError("ticket_unknown", number=number[:20])
    return found


def arrived(ticket: Ticket, now: datetime) -> None:
    """Give a ticket that has been routed its rules, its date, whoever holds it, and its first step; a second time nothing happens."""
    with transaction.atomic():
        ticket = _mine(ticket)
        if ticket.level:
            return
        row = rules.in_force(ticket.unit)
        ticket.rules, ticket.guarded = row, routing.guarded(ticket)
        ticket.due_on = clockwork.due_of(ticket, rules.read(row.content))
        own = levels.Holder(Level.UNIT, ticket.unit.code)
        holder = levels.above(own, ticket.unit, guarded=True) if ticket.guarded else own
        _hold(ticket, holder)
        ticket.routed_at = ticket.routed_at or now
        ticket.changed_at = now
        ticket.save(update_fields=["rules", "guarded", "due_on", "routed_at", "changed_at"])
        TicketStep.objects.create(ticket=ticket, status=ticket.status, who=KIOSK, at=now)
        _note(ticket, KIOSK, "complaint arrived", {"due": str(ticket.due_on), "holder": holder.key})


def guard(ticket: Ticket, now: datetime, *, who: str = CLOCKWORK) -> None:
    """Keep a ticket from the desk complained of from now on, because of what is known now; its holder is whoever stands above."""
    with transaction.atomic():
        ticket = _mine(ticket)
        if ticket.guarded and ticket.level != Level.UNIT:
            return
        ticket.guarded, ticket.names_officer, ticket.changed_at = True, True, now
        ticket.save(update_fields=["guarded", "names_officer", "changed_at"])
        holder = levels.holder_of(ticket)
        if holder is not None and holder.level == Level.UNIT:
            _hold(
                ticket, levels.above(levels.Holder(Level.UNIT, ticket.unit.code), ticket.unit, guarded=True)
            )
        _note(ticket, who, "complaint guarded", {})


def move(
    ticket: Ticket, status: TicketStatus, *, user: AbstractBaseUser, now: datetime, words: Words | None = None
) -> None:
    """Move a ticket on, and those that follow it; the citizen reads status and answer under the ticket's code.

    Raises:
        NotAllowed: the account may not.
        CollectorError: the ticket may not go there (`ticket_move`, `ticket_over`, `ticket_by_citizen`, `ticket_by_passing`), follows
            another (`ticket_follows`), or something is missing (`answer_missing`, `rejection_missing`, `closing_missing`, `four_eyes`,
            `four_eyes_first`).
    """
    said = words or Words()
    with transaction.atomic():
        ticket = _mine(ticket)
        insist_may(user, ticket)
        _insist_leads(ticket)
        if status in BY_CITIZEN:
            raise CollectorError("ticket_by_citizen", wanted=status)
        if status in BY_PASSING:
            raise CollectorError("ticket_by_passing", wanted=status)
        insist(ticket.status, status)
        who = user.get_username()
        _insist_said(ticket, status, who, said)
        acknowledge_all(ticket, who=who, now=now)
        for one in (ticket, *ticket.followers.select_for_update(of=("self",)).exclude(status__in=CLOSED)):
            if one is ticket or status in MOVES[TicketStatus(one.status)]:
                step(one, status, who=who, now=now, words=said)


def citizen_settled(ticket: Ticket, now: datetime) -> bool:
    """Close a complaint whose citizen says that it is settled; False where it had not been answered."""
    return _by_citizen(ticket, (TicketStatus.ANSWERED,), TicketStatus.DONE, now)


def citizen_unsettled(ticket: Ticket, now: datetime) -> bool:
    """Open a complaint again whose citizen says that it is not settled; False where it was not answered, or too long ago."""
    with transaction.atomic():
        ticket = _mine(ticket)
        return may_reopen(ticket, now) and _by_citizen(ticket, _ANSWERED, TicketStatus.REOPENED, now)


def may_reopen(ticket: Ticket, now: datetime) -> bool:
    """Tell whether the citizen may still say that it is not settled."""
    last = reopens_until(ticket)
    return last is not None and clockwork.today_at(ticket, now) <= last


def reopens_until(ticket: Ticket) -> date | None:
    """Give the last day on which the citizen may say that it is not settled; None where nothing was answered, or it was rejected."""
    since = ticket.answered_at if ticket.status == TicketStatus.ANSWERED else ticket.closed_at
    if ticket.status not in _ANSWERED or since is None:
        return None
    first = local_date(since, ticket.unit.time_zone)
    return calendar.of(ticket.unit).after(first, clockwork.rules_of(ticket).reopen)


def withdrawn(ticket: Ticket, now: datetime) -> bool:
    """Close a complaint that its citizen has taken back; False where it is closed already. What was written is destroyed elsewhere."""
    open_ones = tuple(one for one in TicketStatus if TicketStatus.WITHDRAWN in MOVES[one])
    with transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk, withdrawn_at=None).update(withdrawn_at=now)
        return _by_citizen(ticket, open_ones, TicketStatus.WITHDRAWN, now)


def close_silent(now: datetime) -> int:
    """Close what was answered and of which no word came within the days of its rules; gives how many."""
    closed = 0
    found = Ticket.objects.filter(status=TicketStatus.ANSWERED).exclude(answered_at=None)
    for ticket in found.select_related("unit", "rules").order_by("pk").iterator(200):
        answered = local_date(ticket.answered_at, ticket.unit.time_zone)  # type: ignore[arg-type]  # excluded above
        last = calendar.of(ticket.unit).after(answered, clockwork.rules_of(ticket).silence)
        if clockwork.today_at(ticket, now) <= last:
            continue
        with transaction.atomic():
            ticket = _mine(ticket)  # noqa: PLW2901 - the row as it is now, locked
            if ticket.status == TicketStatus.ANSWERED:
                step(
                    ticket,
                    TicketStatus.DONE,
                    who=CLOCKWORK,
                    now=now,
                    words=Words(note="tanpa balasan pelapor"),
                )
                closed += 1
    return closed


def step(ticket: Ticket, status: TicketStatus, *, who: str, now: datetime, words: Words) -> None:
    """Take a step that was found to be allowed, in the transaction that holds the ticket."""
    before = ticket.status
    if status in _STARTS or (status in _STOPS and ticket.stopped_why != Stop.ANSWERED):
        clockwork.run(ticket, now=now)
    if status in _STOPS:
        clockwork.stop(ticket, Stop.ANSWERED, who=who, now=now)
    if status == TicketStatus.ANSWERED:
        ticket.answered_at = now
    ticket.status, ticket.changed_at = status, now
    ticket.closed_at = now if status in CLOSED else None
    ticket.rejected_as = words.rejected_as
    ticket.root_cause = words.root_cause or ticket.root_cause
    ticket.compensation = words.compensation or ticket.compensation
    ticket.save(update_fields=[*_STATUS, *_CLOCK])
    TicketStep.objects.create(
        ticket=ticket, status=status, who=who, at=now, answer=words.answer, note=words.note
    )
    _note(ticket, who, "complaint moved", {"from": before, "to": str(status), "due": str(ticket.due_on)})


def insist_may(user: AbstractBaseUser, ticket: Ticket) -> None:
    """Insist that an account may work on a ticket; to whom it is hidden it is one that is not here.

    Raises:
        NotAllowed: it sees the ticket and does not hold it (`not_allowed`).
        CollectorError: it does not see it (`ticket_unknown`).
    """
    if not sight.may_see(user, ticket):
        raise CollectorError("ticket_unknown", number=ticket.number)
    if not sight.holds(user, ticket):
        raise NotAllowed("not_allowed", account=user.get_username(), ticket=ticket.number)


def acknowledge_all(ticket: Ticket, *, who: str, now: datetime) -> None:
    """Take what was passed on to whoever acts now as acknowledged; what went to LAPOR! waits for its number."""
    waiting = PassOn.objects.filter(ticket=ticket, acknowledged_at=None).exclude(
        receiver__startswith=levels.LAPOR
    )
    waiting.update(acknowledged_at=now, acknowledged_by=who)


def hold(ticket: Ticket, holder: levels.Holder) -> None:
    """Have somebody else hold a ticket, in the transaction that holds its row."""
    _hold(ticket, holder)


def _by_citizen(ticket: Ticket, before: tuple[TicketStatus, ...], after: TicketStatus, now: datetime) -> bool:
    with transaction.atomic():
        ticket = _mine(ticket)
        if ticket.status not in before:
            return False
        if ticket.leader_id is not None:  # whoever speaks for oneself follows nobody any more
            ticket.leader = None
            ticket.save(update_fields=["leader"])
        step(ticket, after, who=CITIZEN, now=now, words=Words())
        return True


def _insist_leads(ticket: Ticket) -> None:
    if ticket.leader is not None:
        raise CollectorError("ticket_follows", ticket=ticket.number, leader=ticket.leader.number)


def _insist_said(ticket: Ticket, status: TicketStatus, who: str, said: Words) -> None:
    if status in (TicketStatus.ANSWERED, TicketStatus.REJECTED) and not said.answer.strip():
        raise CollectorError("answer_missing")
    if status == TicketStatus.REJECTED and said.rejected_as not in Rejection.values:
        raise CollectorError("rejection_missing", known=", ".join(Rejection.values))
    if status == TicketStatus.DONE and not (
        (said.root_cause or ticket.root_cause).strip() and (said.compensation or ticket.compensation).strip()
    ):
        raise CollectorError("closing_missing")
    needs_two = any(topic in FOUR_EYES for topic in ticket.topics)
    if needs_two and status in (TicketStatus.ANSWERED, TicketStatus.REJECTED):
        verified = set(ticket.steps.filter(status=TicketStatus.VERIFIED).values_list("who", flat=True))
        if not verified:
            raise CollectorError("four_eyes_first", ticket=ticket.number)
        if verified == {who}:
            raise CollectorError("four_eyes", account=who, ticket=ticket.number)


def _hold(ticket: Ticket, holder: levels.Holder) -> None:
    for name, value in levels.fields(holder).items():
        setattr(ticket, name, value)
    ticket.save(update_fields=["level", "holder_unit", "holder_agency", "holder_region"])


def _mine(ticket: Ticket) -> Ticket:
    """Lock a ticket's row, and bring the caller's copy up to it."""
    Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    ticket.refresh_from_db()
    return ticket


def _note(ticket: Ticket, who: str, action: str, facts: dict[str, object]) -> None:
    trail.note(who=who, action=action, subject=ticket.number, facts=facts)
