"""What has come in sealed is opened here, soon after: what complaints are about, and of which kind additions are.

Nobody's words and no number are opened for that. It runs beside the intake and not in it: evidence is taken in whether or not the holder of
the keys is there, and what could not be opened now is tried again.
"""

import hmac
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from collector.complaints import additions, life
from collector.complaints.models import Ticket, TicketAddition
from collector.evidence.models import HeldAttachment
from collector.people import trail
from collector.trust import keyholder
from collector.trust.kinds import Errand, Sealed
from survey.record.complaint import ADDED, FILING, Added, Filing
from survey.record.errors import Malformed

AT_ONCE = 200
WHO = "collector"

log = logging.getLogger(__name__)


def settle(now: datetime) -> int:
    """Route the complaints and act upon the additions that have come in; gives how many.

    Raises:
        CollectorError: the holder of the keys is away; nothing is lost, and the next call does it.
    """
    return _route(now) + _add(now)


def _route(now: datetime) -> int:
    tickets = list(Ticket.objects.filter(routed_at=None).select_related("unit").order_by("pk")[:AT_ONCE])
    contents = _contents(tickets, FILING)
    if tickets:
        trail.note(
            who=WHO, action="complaints opened to be routed", subject=f"{len(tickets)}",
            facts={"tickets": [one.number for one in tickets]},
        )  # fmt: skip
    opened = _opened(
        [contents.get((one.stream_id, one.seq), b"") for one in tickets], why="to route complaints"
    )
    for ticket, content in zip(tickets, opened, strict=True):
        with transaction.atomic():
            _fill(ticket, content)
            ticket.routed_at = now
            ticket.save()
            life.arrived(ticket, now)
    return len(tickets)


def _fill(ticket: Ticket, content: bytes | None) -> None:
    try:
        filing = Filing.from_bytes(content) if content is not None else None
    except Malformed as error:
        log.warning("what complaint %s is about cannot be read: %s", ticket.number, error)
        filing = None
    if filing is None or any("\x00" in text for text in (*filing.topics, filing.language)):
        # Lost on its medium, sealed to a key that is gone, or made up: whom it is about is unknown, so it is routed with care.
        ticket.names_officer = True
        return
    ticket.topics, ticket.language = list(filing.topics), filing.language
    ticket.about_officer, ticket.names_officer = filing.about_officer, filing.names_officer
    ticket.key = filing.key


def _add(now: datetime) -> int:
    """Act upon additions whose ticket is here and routed; one that comes before its complaint waits for it."""
    known = Ticket.objects.exclude(routed_at=None).values("lookup")
    waiting = list(
        TicketAddition.objects.filter(settled_at=None, lookup__in=known)
        .exclude(stream_id=None)
        .order_by("pk")[:AT_ONCE]
    )
    contents = _contents(waiting, ADDED)
    opened = _opened(
        [contents.get((one.stream_id or 0, one.seq or 0), b"") for one in waiting],
        why="to see what was added",
    )
    for addition, content in zip(waiting, opened, strict=True):
        _settle_one(addition, content, now)
    return len(waiting)


def _settle_one(addition: TicketAddition, content: bytes | None, now: datetime) -> None:
    try:
        added = Added.from_bytes(content) if content is not None else None
    except Malformed as error:
        log.warning("an addition cannot be read: %s", error)
        added = None
    # A stranger may have filed a complaint of his own under a lookup that he read somewhere: the key tells whose this one is.
    tickets = list(Ticket.objects.filter(lookup=addition.lookup).exclude(routed_at=None).order_by("pk"))
    own = (one for one in tickets if added is not None and hmac.compare_digest(bytes(one.key), added.key))
    additions.act(addition, next(own, tickets[0]), now, added=added)


def _contents(
    records: Sequence[Ticket] | Sequence[TicketAddition], name: str
) -> dict[tuple[int, int], bytes]:
    held = HeldAttachment.objects.filter(
        name=name,
        stream_id__in={one.stream_id for one in records},
        seq__in={one.seq for one in records},
        destroyed_at=None,
        loss=b"",
    )
    return {(one.stream_id, one.seq): bytes(one.content) for one in held}


def _opened(contents: Sequence[bytes], *, why: str) -> Sequence[bytes | None]:
    if not contents:
        return ()
    return keyholder.opened(contents, kind=Sealed.ROUTED, errand=Errand(WHO, why))
