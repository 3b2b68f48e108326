"""Complaints to SP4N-LAPOR! by file: the fields of its public form, for whoever enters them there as the unit's channel.

The form's fields are those that its public page shows; no file format of it is published, so this is a list to work from and no upload.
A complaint from a kiosk has no identity: each goes as anonymous, and as secret unless the office says that everybody may read it there.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from collector.complaints.calendar import add_working_days
from collector.complaints.models import Ticket
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import facts, topics
from collector.handover.models import Handover, Stage
from collector.local import local_date
from collector.people import trail
from collector.scores.show.as_csv import table

FIELDS = (
    "nomor_tiket", "klasifikasi", "judul", "isi", "tanggal_kejadian", "lokasi", "instansi_tujuan", "kategori", "lampiran", "anonim",
    "rahasia", "nomor_lapor",
)  # fmt: skip
ACKNOWLEDGE_DAYS = 3
"""Working days for verification, as the other side's own app says; the other side says so, no rule that could be read here does."""
MOST = 500
"""In one file."""
ACTION = "complaint handed over"
_YES, _NO = "ya", "tidak"
_NOTHING_WRITTEN = "Warga memilih pokok pengaduan di kios dan tidak menulis uraian."

Row = Mapping[str, str]


class Exported(NamedTuple):
    """What a file holds, and what stayed behind."""

    rows: Sequence[Row]
    tickets: Sequence[Ticket]
    kept_back: int
    """Passed on, and not for the account that asks."""


def waiting(units: QuerySet[Unit], *, again: bool) -> QuerySet[Ticket]:
    """Give the tickets that were passed on and are not out; with `again` those too that left by file and have no number, or were refused."""
    out = Handover.objects.filter(ticket=OuterRef("pk")).exclude(stage=Stage.RETURNED)
    if again:
        out = out.exclude(stage__in=(Stage.EXPORTED, Stage.REFUSED))
    return facts.passed_on(units).filter(~Exists(out))


def export(
    units: QuerySet[Unit],
    *,
    user: AbstractBaseUser,
    why: str,
    now: datetime,
    public: bool = False,
    again: bool = False,
) -> Exported:
    """Open the words of what waits and give its rows; from then on the other side has it.

    Raises:
        CollectorError: there is nothing to hand over (`handover_nothing`), or no reason (`handover_why`).
    """
    insist_on_reason(why)
    every = list(waiting(units, again=again)[: MOST + 1])
    if len(every) > MOST:
        every = every[:MOST]
    mine = [one for one in every if facts.may_have(user, one)]
    if not mine:
        raise CollectorError("handover_nothing", kept_back=len(every))
    words = facts.words_of(mine, user=user, action=ACTION, why=why)
    rows = [row_of(one, words[one.pk], public=public) for one in mine]
    with transaction.atomic():
        for one in mine:
            begin(one, stage=Stage.EXPORTED, by=user.get_username(), why=why, now=now, again=again)
        trail.note(
            who=user.get_username(),
            action="complaints exported",
            subject=f"{len(mine)} for {facts.LAPOR}",
            why=why,
            facts={"tickets": [one.number for one in mine], "public": public},
        )
    return Exported(rows, mine, len(every) - len(mine))


def insist_on_reason(why: str) -> None:
    """Insist on a reason: nobody's words are opened without one.

    Raises:
        CollectorError: there is none (`handover_why`).
    """
    if not why.strip():
        raise CollectorError("handover_why")


def begin(ticket: Ticket, *, stage: Stage, by: str, why: str, now: datetime, again: bool) -> None:
    """Note that a ticket is the other side's now. What goes once more keeps its key; what came back and goes again is a report of its own.

    Raises:
        CollectorError: somebody else has handed it over meanwhile (`handover_twice`); call it where that undoes all.
    """
    Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    found = Handover.objects.filter(ticket=ticket).first()
    if found is not None and found.stage != Stage.RETURNED and not again:
        raise CollectorError("handover_twice", ticket=ticket.number)
    if found is None or found.stage == Stage.RETURNED:
        if found is not None:
            trail.note(
                who=by,
                action="handed over again",
                subject=ticket.number,
                why=why,
                facts={"before": found.tracking_id},
            )
        found = Handover(
            pk=found.pk if found else None, ticket=ticket, key=secrets.token_hex(16), handed_at=now
        )
    found.stage, found.by, found.why = stage, by[:150], why[:300]
    found.acknowledge_by = acknowledge_by(ticket, now)
    found.due_at = now if stage == Stage.WAITING else None
    found.save()


def acknowledge_by(ticket: Ticket, now: datetime) -> date:
    """Give the last day for the other side to name its number for what leaves now."""
    return add_working_days(local_date(now, ticket.unit.time_zone), ACKNOWLEDGE_DAYS, ticket.unit)


def row_of(ticket: Ticket, words: str, *, public: bool) -> Row:
    """Give the fields of one complaint; a number that a citizen wrote among the words stays here."""
    region = ticket.unit.region
    secret = facts.is_guarded(ticket) or not public
    return dict(
        zip(
            FIELDS,
            (
                ticket.number,
                facts.classification_of(ticket),
                f"{topics.names_of(ticket.topics[:1])}, {ticket.unit.name}"[:150],
                facts.without_numbers(words) or _NOTHING_WRITTEN,
                facts.came_on(ticket).isoformat(),
                region.name or region.code,
                facts.destination_of(ticket),
                topics.names_of(ticket.topics),
                "",
                _YES,
                _YES if secret else _NO,
                "",
            ),
            strict=True,
        )
    )


def as_csv(rows: Sequence[Row], *, excel: bool = False) -> bytes:
    """Give the rows as a table in which nothing that was written becomes a formula."""
    cells = [FIELDS, *([row[name] for name in FIELDS] for row in rows)]
    return table(cells, excel=excel).encode()


def as_json(rows: Sequence[Row]) -> bytes:
    """Give the rows as a list of objects."""
    return (json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n").encode()
