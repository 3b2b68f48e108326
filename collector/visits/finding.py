"""What is known of a visit, by the code that its visitor took along.

Nothing is kept for it: the letters are worked out anew from the record that the number names. So nobody who reads the database has a list of codes,
and the collector can know none that the kiosk has not bound itself to.
"""

import hmac
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from collector.evidence.intake import ledger
from collector.evidence.intake.lines import read_line
from collector.evidence.models import Stream, TakenOut
from collector.fleet.models import Unit
from collector.log import heads
from collector.releases.models import Release
from collector.releases.people import members_of, unpack_basis
from collector.releases.protection import INCOMPLETE
from collector.releases.states import State
from collector.scores.models import Response
from collector.scores.tallies.keys import day_date, response_id
from survey.record.chain import first_link
from survey.record.errors import Malformed
from survey.record.record import RESPONSE
from survey.record.visit_code import VisitCode, letters_of

_PULSE = "pulse"
_HANDS = ThreadPoolExecutor(2, thread_name_prefix="visit code")
"""Codes are worked out by these threads alone: each takes 16 MiB and a core's work, and what a thread once took the process keeps."""


class Standing(StrEnum):
    """What became of a visit."""

    COUNTED = "counted"
    AWAITED = "awaited"
    """No release of its time is out."""
    LEFT_OUT = "left_out"
    """One is out, and does not hold it: a question was left open, or it came in too late."""
    TESTED = "tested"
    """It was an auditor's test, and counts nowhere."""
    KEPT = "kept"
    """It is held as evidence and not counted: its stream is in question, or its questionnaire is not known here."""


@dataclass(frozen=True, slots=True)
class Logged:
    """The night since which the log holds the collector to a visit."""

    day: str
    leaf: int


@dataclass(frozen=True, slots=True)
class Found:
    """A visit that is here."""

    code: VisitCode
    standing: Standing
    unit: Unit | None = None
    at_ms: int = 0
    error_s: int = 0
    """How far that may be off."""
    releases: tuple[Release, ...] = ()
    """Those that count it; where none does, those that are out and do not."""
    logged: Logged | None = None
    """None where no night has gone by since it came in."""


def find(code: VisitCode) -> Found | None:
    """Give what is known of a visit; None where nothing is, be it that it has not come yet or that the code is mistyped."""
    here = Stream.objects.filter(kiosk__name=code.kiosk, through__gte=code.number)
    for stream in here.select_related("key", "kiosk").order_by("-pk"):
        if _is_of(stream, code):
            return _found(stream, code)
    return None


def _is_of(stream: Stream, code: VisitCode) -> bool:
    start = first_link(stream=stream.uid, public_key=bytes(stream.key.public_key))
    try:
        lines = ledger.lines(stream.pk, first=code.number, last=code.number)
        line = read_line(lines[0]) if lines else None
        if line is None or line.kind != RESPONSE:
            return False
        link = ledger.link_after(stream.pk, code.number, start=start)
    except Malformed:  # damaged here: an audit says so
        return False
    if link is None:
        return False
    work = _HANDS.submit(letters_of, stream=stream.uid, number=code.number, link=link)
    return hmac.compare_digest(work.result(), code.letters)


def _found(stream: Stream, code: VisitCode) -> Found:
    logged = next(_logged(stream, code.number), None)
    rows = Response.objects.filter(pk=response_id(stream.pk, code.number))
    row = rows.select_related("series__unit", "series__form").first()
    if row is None:
        tested = TakenOut.objects.filter(stream=stream, seq=code.number).exists()
        return Found(code, Standing.TESTED if tested else Standing.KEPT, logged=logged)
    out = list(_releases(row))
    counted = tuple(one for one in out if _counts(one, row))
    standing = Standing.COUNTED if counted else Standing.LEFT_OUT if out else Standing.AWAITED
    unit = row.series.unit
    return Found(code, standing, unit, row.at_ms, row.error_s, counted or tuple(out), logged)


def _releases(row: Response) -> Iterator[Release]:
    """Give the unit's releases that are out of the time and the questionnaire of a response; of a smiley those that show it."""
    day, form = day_date(row.day), row.series.form
    of_unit = Release.objects.filter(
        unit=row.series.unit, state=State.PUBLISHED, first_day__lte=day, last_day__gte=day
    )
    if form.instrument != _PULSE:
        yield from of_unit.filter(instrument=form.instrument).order_by("first_day", "-last_day")
        return
    for one in of_unit.order_by("first_day", "-last_day"):
        if members_of(unpack_basis(bytes(one.basis)), _PULSE):
            yield one


def _counts(release: Release, row: Response) -> bool:
    basis = unpack_basis(bytes(release.basis))
    if row.series.form.instrument == _PULSE:
        return row.pk in members_of(basis, _PULSE)
    return members_of(basis).get(row.pk, INCOMPLETE) != INCOMPLETE


def _logged(stream: Stream, number: int) -> Iterator[Logged]:
    """Give the first night whose head covers a record, as far as one can be told without reading all nights."""
    found = None
    for head, leaf in heads.opened(stream.kiosk.name):
        if head.stream != stream.uid or head.seq < number:
            break
        found = Logged(head.day, leaf)
    if found is not None:
        yield found
