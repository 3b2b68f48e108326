"""Regions that an edition has no more, as the desk asks about them: what hangs on each, and where it may go."""

from collections.abc import Mapping
from typing import NamedTuple

from collector.fleet.editions import Review
from collector.language import say_here

STAY = "tetap"
_CHOSEN, _OTHER = "ke.", "lain."


class Decision(NamedTuple):
    """A region that goes, and what may become of what hangs on it."""

    code: str
    name: str
    hangs: list[str]
    """What hangs on it, in words."""
    likely: tuple[tuple[str, str], ...]
    """Codes that may be meant, each with the name of the region it lies in."""
    chosen: str
    """A likely code, `STAY`, or nothing while nobody has said."""
    other: str
    """A code that was typed."""


def decisions(found: Review, given: Mapping[str, str] | None) -> list[Decision]:
    """Give what has to be decided, with what was said so far; the only likely code is put there to be looked at."""
    names = {row.code: row.name for row in found.told.new} | {one.code: one.now for one in found.told.renamed}
    rows = []
    for one in found.to_decide:
        only = one.likely[0] if len(one.likely) == 1 else ""
        chosen = only if given is None else given.get(_CHOSEN + one.code, "")
        other = "" if given is None else given.get(_OTHER + one.code, "").strip()
        likely = tuple((code, names.get(code.rpartition(".")[0], "")) for code in one.likely)
        rows.append(Decision(one.code, one.name, hanging_words(found.hangs[one.code]), likely, chosen, other))
    return rows


def hanging_words(hangs: Mapping[str, int]) -> list[str]:
    """Say how many of what hang on a region."""
    return [say_here(f"region.hangs_{name}", number=number) for name, number in hangs.items()]


def decided(given: Mapping[str, str]) -> tuple[dict[str, str], frozenset[str]]:
    """Give where what hangs on which region goes, and of which it stays; what was typed comes before what was picked."""
    moves, stay = {}, set()
    for field in given:
        if not field.startswith(_CHOSEN):
            continue
        code = field.removeprefix(_CHOSEN)
        now = given.get(_OTHER + code, "").strip() or given[field]
        if now == STAY:
            stay.add(code)
        elif now:
            moves[code] = now
    return moves, frozenset(stay)
