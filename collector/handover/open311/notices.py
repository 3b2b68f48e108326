"""Which complaints are public, and what of them: words of the office's own, the topic, whether it is settled.

Promise: nobody learns from a notice who complained. So a notice is of a complaint about no officer; its topic must have been complained of
at that unit at least `SMALLEST` times in that quarter, for which the quarter's first day is all that is said; and it is shown from the
second day after both the complaint and the marking. Each of that is looked at anew when the list is given.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.db import transaction

from collector.complaints.models import Ticket
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import facts
from collector.handover.models import PublicNotice
from collector.local import local_date
from collector.people import trail
from collector.words.foreign import in_one_line
from survey.record.complaint import BY_CODE

SMALLEST = 5
DELAY = timedelta(days=2)
LONGEST_SUMMARY = 300
_REMEMBERED, _FOR_SECONDS = "notices-with-enough", 3600
MOST = 20_000
"""Notices that are looked at; the newest."""

Block = tuple[int, str, date]
"""A unit, a topic, and the first day of a quarter."""


class Shown(NamedTuple):
    """A notice as everybody may see it."""

    name: str
    topic: str
    summary: str
    is_open: bool
    first_day: date
    """Of the quarter in which it came."""
    changed_on: date
    unit: Unit


def mark(ticket: Ticket, topic: str, summary: str, *, user: AbstractBaseUser, now: datetime) -> PublicNotice:
    """Say something in public of a complaint, or say it otherwise.

    Raises:
        CollectorError: it may not be public (`notice_guarded`), the topic is not its own (`notice_topic`), or nothing is said
            (`notice_empty`).
    """
    summary = in_one_line(summary)
    if not facts.may_have(user, ticket):
        raise CollectorError("not_allowed", account=user.get_username(), ticket=ticket.number)
    if not _may_be_public(ticket):
        raise CollectorError("notice_guarded", ticket=ticket.number)
    if topic not in ticket.topics:
        raise CollectorError("notice_topic", topic=topic, known=", ".join(ticket.topics))
    if not 10 <= len(summary) <= LONGEST_SUMMARY:
        raise CollectorError("notice_empty", most=LONGEST_SUMMARY)
    with transaction.atomic():
        found, _ = PublicNotice.objects.update_or_create(
            ticket=ticket,
            defaults={"topic": topic, "summary": summary, "since": now, "by": user.get_username(), "ended_at": None},
            create_defaults={
                "topic": topic, "summary": summary, "since": now, "by": user.get_username(), "name": secrets.token_hex(6),
            },
        )  # fmt: skip
        trail.note(
            who=user.get_username(),
            action="complaint made public",
            subject=ticket.number,
            facts={"topic": topic},
        )
    return found


def unmark(ticket: Ticket, *, user: AbstractBaseUser, why: str, now: datetime) -> None:
    """Take what is public of a complaint back; it is out of the list at once.

    Raises:
        CollectorError: nothing of it is public (`notice_none`).
    """
    with transaction.atomic():
        if not PublicNotice.objects.filter(ticket=ticket, ended_at=None).update(ended_at=now):
            raise CollectorError("notice_none", ticket=ticket.number)
        trail.note(
            who=user.get_username(), action="complaint no longer public", subject=ticket.number, why=why
        )


def shown(now: datetime) -> list[Shown]:
    """Give all that is public now, the newest quarter first, then by names that were drawn by lot."""
    marked = list(
        PublicNotice.objects.filter(ended_at=None)
        .select_related("ticket__unit__region", "ticket__unit__agency")
        .order_by("-since")[:MOST]
    )
    ready = [one for one in marked if _may_be_public(one.ticket) and _is_old_enough(one, now)]
    enough = _blocks_with_enough(ready)
    found = [_shown(one) for one in ready if _block(one.ticket, one.topic) in enough]
    return sorted(found, key=lambda one: (-one.first_day.toordinal(), one.name))


def _may_be_public(ticket: Ticket) -> bool:
    guarded = facts.is_guarded(ticket) or facts.is_withdrawn(ticket)
    return ticket.routed_at is not None and not guarded and ticket.unit.hidden_on is None


def _is_old_enough(notice: PublicNotice, now: datetime) -> bool:
    zone = notice.ticket.unit.time_zone
    newest = max(facts.came_on(notice.ticket), local_date(notice.since, zone))
    return local_date(now, zone) >= newest + DELAY


def _blocks_with_enough(notices: Sequence[PublicNotice]) -> set[Block]:
    """Give the blocks of some notices that have enough complaints. That is remembered for an hour: a block hardly ever loses any."""
    wanted = {_block(one.ticket, one.topic) for one in notices}
    known: set[Block] = cache.get(_REMEMBERED) or set()
    if wanted - known:
        units = {one.ticket.unit_id: one.ticket.unit for one in notices}
        counts = _counts(wanted - known, units)
        known |= {block for block, count in counts.items() if count >= SMALLEST}
        cache.set(_REMEMBERED, known, timeout=_FOR_SECONDS)
    return wanted & known


def _counts(wanted: set[Block], units: Mapping[int, Unit]) -> Counter[Block]:
    """Count the complaints of each block, of those that may be public at all."""
    counts: Counter[Block] = Counter()
    begins = min(first for _, _, first in wanted)
    earliest_ms = (begins - date(1970, 1, 2)).days * 86_400_000
    lie_in = {unit for unit, _, _ in wanted}
    tickets = Ticket.objects.filter(unit__in=lie_in, at_ms__gte=earliest_ms, withdrawn_at=None)
    for one in tickets.exclude(routed_at=None).iterator(chunk_size=2_000):
        one.unit = units[one.unit_id]
        if _may_be_public(one):
            counts.update(block for topic in one.topics if (block := _block(one, topic)) in wanted)
    return counts


def _block(ticket: Ticket, topic: str) -> Block:
    return (ticket.unit_id, topic, quarter_of(facts.came_on(ticket)))


def quarter_of(day: date) -> date:
    """Give the first day of a day's quarter."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def _shown(notice: PublicNotice) -> Shown:
    ticket = notice.ticket
    ended = facts.ended_on(ticket)
    return Shown(
        name=notice.name,
        topic=notice.topic,
        summary=notice.summary,
        is_open=not facts.is_ended(ticket),
        first_day=quarter_of(facts.came_on(ticket)),
        changed_on=max(ended or date.min, local_date(notice.since, ticket.unit.time_zone)),
        unit=ticket.unit,
    )


def services() -> Iterable[str]:
    """Give the topics that can be public: none about an officer."""
    return [code for code, topic in BY_CODE.items() if not topic.bypass_officer]
