"""Destroying what a citizen wrote, everywhere it lies. The chain stays whole: records hold digests, and those stay as proof.

What is destroyed: the sealed text, voice, filing and contact beside records, what came sealed by the page, and the opened filing on the ticket's
row. First the digests go into `destroyed.log`, then the rows are emptied, with an entry in the trail for each. The copies beside the rows:

* SQLite's write-ahead log is emptied at once. Free space is overwritten as it is freed (`secure_delete`), but a page that was once split
  keeps copies that SQLite itself does not know of (measured: of 1,500 texts 13): `overwrite` writes the file anew.
* PostgreSQL keeps a changed row's old version until its table is written anew: `overwrite` does that.
* Raw batches hold no attachments; nothing else in the database holds what was written.

`overwrite` is for the night, once for all that was destroyed since: nothing else can use the table, or SQLite's file, while it runs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from collector.complaints import destroyed
from collector.complaints.destroyed import Why
from collector.complaints.models import Overwritten, Ticket, TicketAddition
from collector.evidence.models import HeldAttachment
from collector.people import trail
from survey.record.complaint import BY_CODE, CONTACT, FILING, AdditionKind

_PATIENCE_MS = 2_000
"""So long emptying the log waits for readers; a page is waiting for it, and the night does it again."""
_TABLES = (HeldAttachment, Ticket, TicketAddition)


class Parts(NamedTuple):
    """Sealed things, by their primary keys."""

    held: tuple[int, ...] = ()
    """Of `HeldAttachment`."""
    added: tuple[int, ...] = ()
    """Of `TicketAddition`: what came by the page."""


def parts_of(ticket: Ticket) -> Parts:
    """Give all that is held of what a ticket's citizen wrote."""
    held = ticket.attachments().filter(destroyed_at=None, loss=b"")
    added = ticket.additions.filter(destroyed_at=None).exclude(digest="")
    return Parts(tuple(held.values_list("pk", flat=True)), tuple(added.values_list("pk", flat=True)))


def contacts_of(ticket: Ticket) -> Parts:
    """Give all that is held of telephone numbers of a ticket."""
    whole = parts_of(ticket)
    held = HeldAttachment.objects.filter(pk__in=whole.held, name=CONTACT)
    added = TicketAddition.objects.filter(pk__in=whole.added, kind=AdditionKind.NUMBER)
    return Parts(tuple(held.values_list("pk", flat=True)), tuple(added.values_list("pk", flat=True)))


def destroy(parts: Parts, *, who: str, why: Why, now: datetime) -> int:
    """Destroy sealed things, and what was opened of a filing with it; gives how many.

    Raises:
        CollectorError: it could not be written down; nothing was destroyed.
    """
    with transaction.atomic():
        held = list(
            HeldAttachment.objects.select_for_update(of=("self",))
            .filter(pk__in=parts.held, destroyed_at=None, loss=b"")
            .order_by("pk")
        )
        added = list(
            TicketAddition.objects.select_for_update(of=("self",))
            .filter(pk__in=parts.added, destroyed_at=None)
            .exclude(digest="")
        )
        digests = [one.digest for one in held] + [other.digest for other in added]
        destroyed.note(digests, why=why, now=now)
        for one in held:
            _empty_held(one, who=who, why=why, now=now)
        for other in added:
            _empty_added(other, who=who, why=why, now=now)
        _empty_filings([one for one in held if one.name == FILING])
    if held or added:
        transaction.on_commit(_empty_log, robust=True)
    return len(held) + len(added)


def empty_filing(ticket: Ticket) -> None:
    """Forget what was opened of a ticket's filing, but that it is none of the unit's officers' business, if it is."""
    is_theirs = any(code in BY_CODE and BY_CODE[code].bypass_officer for code in ticket.topics)
    ticket.about_officer = ticket.about_officer or ticket.names_officer or is_theirs
    ticket.topics, ticket.names_officer, ticket.language = [], False, ""
    ticket.save(update_fields=["topics", "about_officer", "names_officer", "language"])


def overwrite(now: datetime) -> bool:
    """Rid the database's free space of what was destroyed since this was last done; tells whether there was anything.

    Nothing else can use SQLite's file, or PostgreSQL's three tables, meanwhile. To be called outside of every transaction.
    """
    _empty_log()
    last = Overwritten.objects.filter(pk=1).first()
    since = Q(destroyed_at__gt=last.at) if last is not None else Q(destroyed_at__isnull=False)
    if not any(model.objects.filter(since).exists() for model in (HeldAttachment, TicketAddition)):
        return False
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA temp_store = FILE")  # the whole file is copied: not into memory
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA temp_store = MEMORY")
        else:
            for model in _TABLES:
                cursor.execute(f"VACUUM FULL {connection.ops.quote_name(model._meta.db_table)}")  # noqa: SLF001 - Django's way to a table's name
    _empty_log()
    Overwritten.objects.update_or_create(pk=1, defaults={"at": now})
    return True


def _empty_held(one: HeldAttachment, *, who: str, why: Why, now: datetime) -> None:
    ticket = ticket_of(one)
    trail.note(
        who=who,
        action="destroyed",
        subject=f"{one.name} of {f'complaint {ticket.number}' if ticket is not None else one.seq}",
        why=why,
        facts={"digest": one.digest, "stream": one.stream_id, "seq": one.seq},
    )
    one.salt, one.content, one.destroyed_at = b"", b"", now.astimezone(UTC)
    one.save(update_fields=["salt", "content", "destroyed_at"])


def _empty_added(one: TicketAddition, *, who: str, why: Why, now: datetime) -> None:
    number = one.ticket.number if one.ticket is not None else "none"
    trail.note(
        who=who,
        action="destroyed",
        subject=f"{one.kind} of complaint {number}",
        why=why,
        facts={"digest": one.digest, "addition": one.pk},
    )
    one.sealed, one.destroyed_at = b"", now.astimezone(UTC)
    one.save(update_fields=["sealed", "destroyed_at"])


def _empty_filings(filings: Sequence[HeldAttachment]) -> None:
    for one in filings:
        for ticket in Ticket.objects.filter(stream_id=one.stream_id, seq=one.seq):
            empty_filing(ticket)


def ticket_of(one: HeldAttachment) -> Ticket | None:
    """Give the ticket that an attachment belongs to, by its own record or by one that added to it."""
    spot = {"stream_id": one.stream_id, "seq": one.seq}
    own = Ticket.objects.filter(**spot).first()
    if own is not None:
        return own
    addition = TicketAddition.objects.select_related("ticket").filter(**spot).first()
    return addition.ticket if addition is not None else None


def _empty_log() -> None:
    """Empty SQLite's write-ahead log, which holds pages as they were; PostgreSQL's is the operator's to expire."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (patience,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout = {patience}")
