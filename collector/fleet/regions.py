"""Naming all regions at once, from the code table of the Ministry of Home Affairs as CSV: every row is good, or none is taken.

Codes and names change every year, so a newer edition is imported over the older one: what is new is added, what is called
otherwise is renamed, and a code that the file does not have stays, because units may lie there; it is marked as gone. What each
edition changed is kept. Releases carry the region's name of their day and are touched by none of this.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.fleet import hanging
from collector.fleet.models import Region, RegionChange, RegionEdition, Unit
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


class Gone(NamedTuple):
    """A region that the file has no more, with where its units may lie now."""

    code: str
    name: str
    units: int
    """Units that lie in it, or below where it is no village."""
    likely: tuple[str, ...]
    """Codes that are new in the file and called the same, in the same province: a region that was split off gets other codes."""


class Imported(NamedTuple):
    """What an import changed, or would change."""

    rows: int
    added: int
    renamed: list[Renamed]
    above: int
    """Regions above others that the file does not name: they are there, without a name."""
    gone: list[Gone]
    back: list[str]
    """Codes that an edition before had no more."""
    new: list[RegionRow]
    """Those that were not here, as the file has them."""


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


def take(
    rows: Iterable[RegionRow], *, who: str, source: str, tell: Tell, edition: str = "", dry: bool = False
) -> Imported:
    """Add and rename regions as a table says, in one transaction; a second time changes nothing.

    With `edition` what it changed is kept under that name, and what it has no more is marked; `dry`: nothing is changed.

    Raises:
        CollectorError: there is no row at all (`regions_none`), or an edition of this name was taken before (`edition_known`).
    """
    if edition and RegionEdition.objects.filter(name=edition).exists():
        raise CollectorError("edition_known", name=edition)
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
        renamed = [Renamed(code, here[code], wanted[code]) for code in other]
        missing = _missing(wanted, here)
        marked = set(Region.objects.exclude(gone_in=None).values_list("code", flat=True))
        back = sorted(marked & wanted.keys())
        gone = _gone(missing - marked, here, [one for one in fresh if one.name])
        new = [RegionRow(0, one.code, one.name) for one in fresh if one.name]
        told = Imported(len(wanted), len(new), renamed, len(unnamed), gone, back, new)
        if dry:
            return told
        every = len(fresh) + len(changed)
        for first in range(0, len(fresh), _AT_ONCE):
            Region.objects.bulk_create(fresh[first : first + _AT_ONCE])
            tell(min(first + _AT_ONCE, len(fresh)), every)
        for first in range(0, len(changed), _AT_ONCE):
            Region.objects.bulk_update(changed[first : first + _AT_ONCE], ["name"], batch_size=400)
            tell(len(fresh) + min(first + _AT_ONCE, len(changed)), every)
        if edition:
            _keep(edition, told, who=who, source=source)
        facts = {"rows": told.rows, "added": told.added, "renamed": len(renamed)}
        if edition and (gone or back):
            facts |= {"gone": len(gone), "back": len(back)}
        trail.note(who=who, action="regions imported", subject=source, facts=facts)
    return told


def _missing(wanted: Mapping[str, str], here: Iterable[str]) -> set[str]:
    """Give the codes that the file has no more: a file of one province, or without villages, says nothing of the others."""
    told = {_among(code) for code in wanted}
    levels = {(code[:2], code.count(".")) for code in wanted}
    provinces = {code for code in here if "." not in code}
    if 2 * len(provinces & wanted.keys()) <= len(provinces):
        told.discard(_among("00"))
    absent = [code for code in here if code not in wanted]
    missing = {code for code in absent if _among(code) in told}
    below = {
        code
        for code in absent
        if (code[:2], code.count(".")) in levels and any(one in missing for one in _above([code]))
    }
    return missing | below


def _among(code: str) -> tuple[str, int]:
    """Give among which regions a code stands: of its level, in its regency or province."""
    parts = code.split(".")
    return ".".join(parts[: 2 if len(parts) > 2 else max(0, len(parts) - 1)]), len(parts)


def _gone(codes: Iterable[str], here: Mapping[str, str], fresh: Sequence[Region]) -> list[Gone]:
    named: dict[tuple[str, int, str], list[str]] = {}
    called = {one.code: one.name for one in fresh}
    for one in fresh:
        named.setdefault(_called(one.code, one.name), []).append(one.code)
    units = Counter(Unit.objects.values_list("region", flat=True))
    return [
        Gone(
            code,
            here[code],
            units[code],
            _likely(code, here, named.get(_called(code, here[code]), ()), called),
        )
        for code in sorted(codes)
    ]


def _likely(
    code: str, here: Mapping[str, str], found: Sequence[str], names: Mapping[str, str]
) -> tuple[str, ...]:
    """Give those called alike that lie in a region called as the one it lay in, where there are such: villages share names."""
    above = here.get(code.rpartition(".")[0], "").casefold()
    closer = [one for one in found if names.get(one.rpartition(".")[0], "").casefold() == above]
    return tuple(closer or found)


def _called(code: str, name: str) -> tuple[str, int, str]:
    return code[:2], code.count("."), name.casefold()


def _keep(name: str, told: Imported, *, who: str, source: str) -> None:
    """Keep an edition with what it changed, and mark what it has no more."""
    edition = RegionEdition.objects.create(
        name=name,
        source=source[:200],
        rows=told.rows,
        added=told.added,
        taken_at=clock.now(),
        taken_by=who[:150],
    )
    changes = [
        RegionChange(edition=edition, region_id=one.code, what="renamed", before=one.before, now=one.now)
        for one in told.renamed
    ]
    changes += [
        RegionChange(edition=edition, region_id=one.code, what="gone", before=one.name) for one in told.gone
    ]
    changes += [RegionChange(edition=edition, region_id=code, what="back") for code in told.back]
    RegionChange.objects.bulk_create(changes, batch_size=400)
    for codes, mark in (([one.code for one in told.gone], edition), (told.back, None)):
        for first in range(0, len(codes), 400):
            Region.objects.filter(pk__in=codes[first : first + 400]).update(gone_in=mark)


def move(before: str, now: str, *, who: str, why: str) -> Mapping[str, int]:
    """Have what hangs on one region hang on another (`collector.fleet.hanging`); gives how many of what.

    For a region that got another code, as a village of a district that was split. Releases of before stay as they are.

    Raises:
        CollectorError: there is no such region (`region_unknown`), the other is gone from the table itself (`region_not_there`), or nobody
            says why (`office_why`).
    """
    known = dict(Region.objects.filter(pk__in=[before, now]).values_list("code", "gone_in"))
    for code in (before, now):
        if code not in known:
            raise CollectorError("region_unknown", code=code)
    if known[now] is not None or before == now:
        raise CollectorError("region_not_there", code=now)
    if not why.strip():
        raise CollectorError("office_why")
    with transaction.atomic():
        moved = hanging.move(before, now)
        facts = {"from": before, "to": now} | {name: number for name, number in moved.items() if number}
        trail.note(who=who, action="region moved", subject=before, why=why, facts=facts)
    return moved


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
