"""What came back from SP4N-LAPOR!, by file or by the adapter: a state becomes a step of the ticket, once.

A file is tried first and changes nothing; then all of it is taken or none. To take the same file again does nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from collector.complaints.models import Ticket
from collector.errors import CollectorError
from collector.handover import facts, statuses
from collector.handover.models import Handover, Stage
from collector.handover.reading import Line
from collector.local import local_date
from collector.people import trail
from collector.words.foreign import in_one_line

_NUMBER = re.compile(r"[0-9A-Za-z#/._-]{1,40}")
LONGEST_ANSWER = 2_000


class Why(StrEnum):
    """Why a line cannot be taken."""

    TICKET = "ticket"
    """There is no such ticket."""
    NOT_YOURS = "not_yours"
    NOT_OUT = "not_out"
    """It was never handed over."""
    NUMBER = "number"
    """It is no tracking number."""
    OTHER_NUMBER = "other_number"
    """The ticket has another number already."""
    TAKEN = "taken"
    """Another ticket has this number."""
    STATUS = "status"
    DATE = "date"
    SILENT = "silent"
    """A state that ends it comes without words for its citizen."""
    TWICE = "twice"


class BadLine(NamedTuple):
    """A line that cannot be taken, counted from 1 with the head."""

    line: int
    ticket: str
    why: Why


class Told(NamedTuple):
    """What the other side says of one report, checked."""

    handover: Handover
    number: str
    word: str
    meaning: statuses.Meaning | None
    """None where it names a number and no state."""
    on: date
    answer: str

    @property
    def digest(self) -> str:
        """Names this state: the same again is no step."""
        text = f"{self.word}\x00{self.on.isoformat()}\x00{self.answer}"
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def is_new(self) -> bool:
        """Whether it says anything that is not known."""
        return self.number != self.handover.tracking_id or self.makes_step

    @property
    def makes_step(self) -> bool:
        """Whether it becomes a step: a state that is not the last one told, and no older."""
        known = self.handover
        if self.meaning is None or self.digest == known.told_digest:
            return False
        return known.told_on is None or self.on >= known.told_on


class Checked(NamedTuple):
    """A file: what it says, and every line that cannot be taken."""

    told: Sequence[Told]
    bad: Sequence[BadLine]

    @property
    def new(self) -> list[Told]:
        """What would change something."""
        return [one for one in self.told if one.is_new]


def check(lines: Iterable[Line], *, user: AbstractBaseUser, today: date) -> Checked:
    """Look at each line and change nothing."""
    told: list[Told] = []
    bad: list[BadLine] = []
    seen: set[str] = set()
    numbers: set[str] = set()
    for line in lines:
        found = _checked(line, user, today)
        if isinstance(found, Told) and (line.ticket in seen or found.number in numbers):
            found = Why.TWICE
        seen.add(line.ticket)
        if isinstance(found, Why):
            bad.append(BadLine(line.number, line.ticket, found))
        else:
            numbers.add(found.number)
            told.append(found)
    return Checked(told, bad)


def take(
    lines: Sequence[Line], *, user: AbstractBaseUser, why: str, source: str, now: datetime, today: date
) -> Checked:
    """Take a file whole.

    Raises:
        CollectorError: a line cannot be taken, and so none is (`handover_bad`).
    """
    with transaction.atomic():
        checked = check(lines, user=user, today=today)
        if checked.bad:
            raise CollectorError("handover_bad", count=len(checked.bad))
        for one in checked.new:
            settle(one, now=now)
        trail.note(
            who=user.get_username(),
            action="states imported",
            subject=in_one_line(source),
            why=why,
            facts={"lines": len(lines), "new": [one.handover.ticket.number for one in checked.new]},
        )
    return checked


def settle(told: Told, *, now: datetime) -> None:
    """Keep what was told of one report, and make it a step where it is a new state."""
    known = told.handover
    known.tracking_id = told.number
    known.stage = Stage.TAKEN if known.stage != Stage.RETURNED else known.stage
    known.trouble = ""
    facts.acknowledged(known.ticket, told.number, now)
    if told.makes_step and told.meaning is not None:
        known.told_status, known.told_on, known.told_digest = told.word[:40], told.on, told.digest
        if told.meaning.returns:
            known.stage, known.returned_at = Stage.RETURNED, now
        _move(known.ticket, told, now)
    known.due_at = None if known.stage == Stage.RETURNED else known.due_at or now
    known.save()


def _move(ticket: Ticket, told: Told, now: datetime) -> None:
    if told.meaning is None or facts.is_ended(ticket):
        return  # closed or taken back here meanwhile: what they say is kept, and moves nothing
    if ticket.status != told.meaning.status or told.answer:
        facts.step(ticket, told.meaning.status, answer=told.answer, now=now)


def read_told(
    handover: Handover, *, number: str, word: str, on: date | None, answer: str, today: date
) -> Told | Why:
    """Check what the other side says of a report, from wherever it came."""
    number, word, answer = in_one_line(number), in_one_line(word), in_one_line(answer)[:LONGEST_ANSWER]
    meaning = statuses.read(word) if word else None
    wrong = _number_wrong(handover, number) or _state_wrong(
        handover, word, meaning, on=on, answer=answer, today=today
    )
    return wrong or Told(handover, number, word, meaning, on or today, answer)


def _number_wrong(handover: Handover, number: str) -> Why | None:
    if not _NUMBER.fullmatch(number):
        return Why.NUMBER
    if handover.tracking_id and handover.tracking_id != number:
        return Why.OTHER_NUMBER
    if Handover.objects.filter(tracking_id=number).exclude(pk=handover.pk).exists():
        return Why.TAKEN
    return None


def _state_wrong(
    handover: Handover,
    word: str,
    meaning: statuses.Meaning | None,
    *,
    on: date | None,
    answer: str,
    today: date,
) -> Why | None:
    if word and meaning is None:
        return Why.STATUS
    handed_on = local_date(handover.handed_at, handover.ticket.unit.time_zone)
    if (on is None and word) or (on is not None and not handed_on <= on <= today):
        return Why.DATE
    if meaning is not None and meaning.must_say and not answer:
        return Why.SILENT
    return None


def _checked(line: Line, user: AbstractBaseUser, today: date) -> Told | Why:
    try:
        ticket = facts.find(line.ticket)
    except CollectorError:
        return Why.TICKET
    if not facts.may_have(user, ticket):
        return Why.NOT_YOURS
    handover = Handover.objects.filter(ticket=ticket).select_related("ticket__unit").first()
    if handover is None:
        return Why.NOT_OUT
    try:
        on = date.fromisoformat(line.date) if line.date else None
    except ValueError:
        return Why.DATE
    return read_told(
        handover, number=line.tracking_id, word=line.status, on=on, answer=line.answer, today=today
    )
