"""The register of complaints that PEKPPP's aspect V asks for: when each came, what it says without names, who works on it, when it was done.

It holds citizens' words, so it is opened for a named account with a reason, ticket by ticket in the trail; an officer's leaves out what
is kept from officers. Whoever complained is *anonim* or *ada kontak* and nothing else.
"""

import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import xlsxwriter
from django.contrib.auth.models import AbstractBaseUser

from collector.complaints.models import Ticket
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import exporting, facts, topics
from collector.people import trail
from collector.scores.show.as_csv import table
from collector.words.foreign import in_one_line
from survey.record.officers import masked

HEADS = (
    "No.", "Nomor tiket", "Tanggal masuk", "Identitas pelapor", "Pokok pengaduan", "Isi (disamarkan)", "Petugas", "Status", "Tenggat",
    "Tanggal selesai", "Nomor SP4N-LAPOR!",
)  # fmt: skip
MOST = 2_000
_WIDTHS = (5, 11, 12, 12, 26, 60, 16, 15, 12, 12, 16)
_WRAPPED = frozenset({4, 5})


class Register(NamedTuple):
    """The lines of a register."""

    unit: Unit
    first: date
    last: date
    rows: Sequence[Sequence[str]]
    kept_back: int
    """Complaints that the account may not see."""


def tickets_between(unit: Unit, first: date, last: date) -> list[Ticket]:
    """Give a unit's tickets that came in between two local days, the oldest first."""
    found = (
        Ticket.objects.filter(unit=unit)
        .exclude(routed_at=None)
        .select_related("unit__region", "unit__agency")
    )
    return [one for one in found.order_by("at_ms", "pk") if first <= facts.came_on(one) <= last]


def register(unit: Unit, first: date, last: date, *, user: AbstractBaseUser, why: str) -> Register:
    """Open the register of some days.

    Raises:
        CollectorError: no reason is given, or there are too many at once (`register_large`).
    """
    exporting.insist_on_reason(why)
    every = tickets_between(unit, first, last)
    mine = [one for one in every if facts.may_have(user, one)]
    if len(mine) > MOST:
        raise CollectorError("register_large", most=MOST)
    words = facts.words_of(mine, user=user, action="complaint in a register", why=why)
    courses, holders, contacts = facts.courses_of(mine), facts.holders_of(mine), facts.with_contact(mine)
    trail.note(
        who=user.get_username(),
        action="register of complaints",
        subject=f"unit {unit.code}",
        why=why,
        facts={"from": first.isoformat(), "to": last.isoformat(), "complaints": len(mine)},
    )
    rows = [
        (
            str(place),
            one.number,
            courses[one.pk].came.isoformat(),
            "ada kontak" if one.pk in contacts else "anonim",
            topics.names_of(one.topics),
            in_one_line(masked(words[one.pk])),
            holders.get(one.pk, ""),
            one.get_status_display(),
            courses[one.pk].due.isoformat(),
            _day(courses[one.pk].ended),
            facts.lapor_number_of(one),
        )
        for place, one in enumerate(mine, start=1)
    ]
    return Register(unit, first, last, rows, len(every) - len(mine))


def as_csv(told: Register, *, excel: bool = True) -> bytes:
    """Give it as a table for an Indonesian Excel, or for programs."""
    return table([HEADS, *told.rows], excel=excel).encode()


def as_xlsx(told: Register) -> bytes:
    """Give it as a workbook in which every cell is a text."""
    out = io.BytesIO()
    plain = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    book = xlsxwriter.Workbook(out, plain)
    base = {"font_name": "Inter", "font_size": 10, "valign": "top"}
    title = book.add_format(base | {"bold": True, "font_size": 13})
    head = book.add_format(base | {"bold": True, "bg_color": "#DDEFEC", "border": 1, "text_wrap": True})
    cell = book.add_format(base | {"border": 1, "border_color": "#DDD9CD"})
    wrapped = book.add_format(base | {"border": 1, "border_color": "#DDD9CD", "text_wrap": True})
    sheet = book.add_worksheet("Register")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    sheet.freeze_panes(4, 2)
    sheet.write_string(0, 0, f"Register pengaduan {in_one_line(told.unit.name)}", title)
    sheet.write_string(
        1, 0, f"{told.first.isoformat()} sampai {told.last.isoformat()}", book.add_format(base)
    )
    for column, (words, width) in enumerate(zip(HEADS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(3, column, words, head)
    for line, row in enumerate(told.rows, start=4):
        for column, words in enumerate(row):
            sheet.write_string(line, column, words, wrapped if column in _WRAPPED else cell)
    book.close()
    return out.getvalue()


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
