"""OpenSID by file: the columns of its table `pengaduan` as its public source has them (looked at in November 2026).

A village's OpenSID shows that table on its public site. So what goes there is what is public here already, in the office's own words, and
never what a citizen wrote; what comes back is the answers given there to those rows. Complaints of others are passed over: they
hold names and numbers of citizens (NIK), which have no place here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from collector.complaints import life
from collector.complaints.models import TicketStatus, TicketStep
from collector.handover import facts, reading, topics
from collector.handover.models import PublicNotice
from collector.handover.open311.notices import Shown
from collector.people import trail
from collector.scores.show.as_csv import table
from collector.words.foreign import in_one_line

COLUMNS = (
    "id", "config_id", "id_pengaduan", "nik", "nama", "email", "telepon", "judul", "isi", "status", "foto", "ip_address", "created_at",
    "updated_at",
)  # fmt: skip
"""`id` and `config_id` are the village's own; a row with `id_pengaduan` answers the row of that id."""
WAITS, DONE = "1", "3"
"""*Menunggu proses* and *selesai diproses*; 2 is *sedang diproses*."""
_NAME = "Kios pengaduan"
_LONGEST_TITLE = 100
_MARK = re.compile(r"\[([0-9a-f]{12})\]")
_LONGEST_ANSWER = 2_000


class Reply(NamedTuple):
    """What somebody answered there to a row of ours."""

    notice: PublicNotice
    answer: str
    done: bool


class Replies(NamedTuple):
    """What a file of that table says of our rows."""

    new: Sequence[Reply]
    known: int
    strangers: int
    """Rows that are not ours; nothing of them was kept."""


def as_csv(notices: Iterable[Shown]) -> bytes:
    """Give public notices as rows of that table; the day is that of the quarter, as everywhere."""
    return table([COLUMNS, *map(_row, notices)], excel=False).encode()


def _row(one: Shown) -> Sequence[str]:
    mark = f" [{one.name}]"
    title = topics.name_of(one.topic)[: _LONGEST_TITLE - len(mark)] + mark
    status = WAITS if one.is_open else DONE
    return (
        "",
        "",
        "",
        "",
        _NAME,
        "",
        "",
        title,
        one.summary,
        status,
        "",
        "",
        _moment(one.first_day),
        _moment(one.changed_on),
    )


def check(data: bytes, *, user: AbstractBaseUser, as_json: bool = False) -> Replies:
    """Look at that table as it is now, and change nothing.

    Raises:
        CollectorError: it is no such table.
    """
    rows = [
        row
        for _, row in reading.objects(data, as_json=as_json, wanted=("id", "id_pengaduan", "judul", "isi"))
    ]
    ours = {row["id"]: notice for row in rows if (notice := _notice(row, user)) is not None}
    answers = [row for row in rows if row.get("id_pengaduan", "") in ours and row.get("isi", "").strip()]
    replies = [
        Reply(ours[row["id_pengaduan"]], in_one_line(row["isi"])[:_LONGEST_ANSWER], row.get("status") == DONE)
        for row in answers
    ]
    new = [one for one in replies if not _is_known(one)]
    return Replies(new, len(replies) - len(new), len(rows) - len(ours) - len(answers))


def take(data: bytes, *, user: AbstractBaseUser, why: str, now: datetime, as_json: bool = False) -> Replies:
    """Make each new answer a step of its ticket, in the name of whoever brings it in; all of them or none."""
    with transaction.atomic():
        found = check(data, user=user, as_json=as_json)
        for one in found.new:
            # Settled over there is an answer here: what caused it and what was made good only this office can say.
            words = life.Words(one.answer)
            life.move(one.notice.ticket, TicketStatus.ANSWERED, user=user, now=now, words=words)
        trail.note(
            who=user.get_username(),
            action="answers imported",
            subject="OpenSID",
            why=why,
            facts={"tickets": [one.notice.ticket.number for one in found.new]},
        )
    return found


def _notice(row: Mapping[str, str], user: AbstractBaseUser) -> PublicNotice | None:
    mark = _MARK.search(row.get("judul", ""))
    if mark is None or row.get("id_pengaduan", "") not in ("", "NULL"):
        return None
    found = PublicNotice.objects.filter(name=mark.group(1)).select_related("ticket__unit").first()
    return found if found is not None and facts.may_have(user, found.ticket) else None


def _is_known(reply: Reply) -> bool:
    return TicketStep.objects.filter(ticket=reply.notice.ticket, answer=reply.answer).exists()


def _moment(day: date) -> str:
    return f"{day.isoformat()} 00:00:00"
