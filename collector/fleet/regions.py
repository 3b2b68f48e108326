"""Naming all regions at once, from the code table of the Ministry of Home Affairs as CSV: every row is good, or none is taken.

Codes and names change every year, so a newer edition is imported over the older one: what is new is added, what is called
otherwise is renamed, and a code that the file does not have stays, because units may lie there.
"""

import csv
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db import transaction

from collector.errors import CollectorError
from collector.fleet.models import Region
from collector.people import trail
from survey.instrument.regions import parse
from survey.record.errors import Malformed

LONGEST_NAME = 64
_AT_ONCE = 2_000
"""Rows in one statement; the progress is told as often."""

Tell = Callable[[int, int], None]
"""Is told how many of how many rows are written."""


class RegionRow(NamedTuple):
    """A region as a file has it."""

    line: int
    code: str
    name: str


class BadRow(NamedTuple):
    """A row that cannot be taken: its line, counted from 1, and why, as a key under `region.bad_`."""

    line: int
    why: str
    text: str


class Table(NamedTuple):
    """What a file says: its good rows, and every bad one."""

    rows: list[RegionRow]
    bad: list[BadRow]


class Renamed(NamedTuple):
    """A region that was called otherwise."""

    code: str
    before: str
    now: str


class Imported(NamedTuple):
    """What an import changed."""

    rows: int
    added: int
    renamed: list[Renamed]
    above: int
    """Regions above others that the file does not name: they are there, without a name."""


def read(text: str) -> Table:
    """Read a table of code and name, with commas or semicolons, with a head or without.

    A code that comes twice is bad where its names differ, and counts once where they do not.
    """
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    head = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=";" if head.count(";") > head.count(",") else ",")
    found: dict[str, RegionRow] = {}
    bad = []
    try:
        for cells in reader:
            line = reader.line_num
            if not any(cell.strip() for cell in cells) or (line == 1 and _is_head(cells)):
                continue
            row = RegionRow(line, cells[0].strip(), cells[1].strip() if len(cells) > 1 else "")
            why = _wrong(row, cells)
            before = found.get(row.code)
            if why:
                bad.append(BadRow(line, why, ",".join(cells)[:80]))
            elif before is not None and before.name != row.name:
                bad.append(BadRow(line, "twice", f"{row.code}: {before.name} ({before.line}), {row.name}"))
            else:
                found.setdefault(row.code, row)
    except csv.Error as error:
        bad.append(BadRow(reader.line_num, "table", str(error)))
    return Table(list(found.values()), bad)


def take(rows: Iterable[RegionRow], *, who: str, source: str, tell: Tell) -> Imported:
    """Add and rename regions as a table says, in one transaction; a second time changes nothing.

    Raises:
        CollectorError: there is no row at all (`regions_none`).
    """
    wanted = {row.code: row.name for row in rows}
    if not wanted:
        raise CollectorError("regions_none")
    with transaction.atomic():
        here = dict(Region.objects.values_list("code", "name"))
        unnamed = {code for code in _above(wanted) if code not in wanted and code not in here}
        fresh = [Region(code=code, name=name) for code, name in wanted.items() if code not in here]
        fresh += [Region(code=code) for code in unnamed]
        other = [code for code, name in wanted.items() if here.get(code, name) != name]
        changed = [Region(code=code, name=wanted[code]) for code in other]
        every = len(fresh) + len(changed)
        for first in range(0, len(fresh), _AT_ONCE):
            Region.objects.bulk_create(fresh[first : first + _AT_ONCE])
            tell(min(first + _AT_ONCE, len(fresh)), every)
        for first in range(0, len(changed), _AT_ONCE):
            Region.objects.bulk_update(changed[first : first + _AT_ONCE], ["name"], batch_size=400)
            tell(len(fresh) + min(first + _AT_ONCE, len(changed)), every)
        renamed = [Renamed(code, here[code], wanted[code]) for code in other]
        told = Imported(len(wanted), len(fresh) - len(unnamed), renamed, len(unnamed))
        facts = {"rows": told.rows, "added": told.added, "renamed": len(renamed)}
        trail.note(who=who, action="regions imported", subject=source, facts=facts)
    return told


def _is_head(cells: list[str]) -> bool:
    return not any(character.isdigit() for character in cells[0])


def _wrong(row: RegionRow, cells: list[str]) -> str:
    """Say what is wrong with a row by itself; empty where nothing is."""
    if len(cells) < 2 or any(cell.strip() for cell in cells[2:]):
        return "cells"
    try:
        parse(row.code)
    except Malformed:
        return "code"
    if not row.name:
        return "name"
    if len(row.name) > LONGEST_NAME:
        return "long"
    return "" if row.name.isprintable() else "signs"


def _above(codes: Iterable[str]) -> set[str]:
    above: set[str] = set()
    for code in codes:
        parts = code.split(".")
        above.update(".".join(parts[:depth]) for depth in range(1, len(parts)))
    return above
