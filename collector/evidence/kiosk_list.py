"""The list of kiosks: how many need what, and which of them lie on a page; a statement for each, whatever there is.

What the needs are says `collector.evidence.needs`. Here they stand in SQL as lists of a whole country want them: what few kiosks have is one short list
that the others are held against once, and whoever builds statements by the model pays as much for that as the database for its answer.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from collector import statements
from collector.evidence.needs import ALARMS, SILENT_DAYS, Need, Needs
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.models import Kiosk
from collector.fleet.present import Alarm

COUNTING_SQL = ", ".join(f"'{one}'" for one in sorted(COUNTING))
_FEW = {
    Need.CONFLICT: "SELECT s.kiosk_id AS id, {bit} AS bit FROM evidence_conflict c JOIN evidence_stream s ON s.id = c.stream_id"  # noqa: S608 - this module's own words
    f" WHERE s.standing IN ({COUNTING_SQL})",
    Need.FOREIGN: f"SELECT kiosk_id AS id, {{bit}} AS bit FROM evidence_stream WHERE standing = '{StreamStanding.FOREIGN}'",  # noqa: S608 - this module's own words
    Need.REFUSED: "SELECT r.kiosk_id AS id, {bit} AS bit FROM fleet_settingsreport r JOIN fleet_kiosk u ON u.id = r.kiosk_id AND u.in_use"
    " WHERE NOT r.applied AND r.version = (SELECT max(v.version) FROM fleet_kiosksettings v WHERE v.kiosk_id = r.kiosk_id)"
    " AND NOT EXISTS (SELECT 1 FROM fleet_settingsreport l WHERE l.kiosk_id = r.kiosk_id"
    " AND (l.at_ms, l.stream_id, l.seq) > (r.at_ms, r.stream_id, r.seq))",
    Need.LOST: "SELECT s.kiosk_id AS id, {bit} AS bit FROM evidence_losthere l JOIN evidence_stream s ON s.id = l.stream_id",
}
"""Those that have what few have, as `needs.conditions` says it, each from its own index."""
_BITS = {need: 1 << place for place, need in enumerate(_FEW)}
_SILENT = (
    "(fleet_kiosk.in_use AND ((fleet_kiosk.last_hour_ms IS NOT NULL AND fleet_kiosk.last_hour_ms < %s) OR (fleet_kiosk.last_hour_ms IS NULL"
    " AND EXISTS (SELECT 1 FROM fleet_kioskkey e WHERE e.kiosk_id = fleet_kiosk.id AND e.enrolled_at < %s))))"
)
_COUNTED = "count(*), count(*) FILTER (WHERE {silent}) FROM"
_NUMBERS = (
    "WITH few AS (SELECT id, sum(bit) AS bits FROM ({every_few}) one GROUP BY id)"  # noqa: S608 - this module's own words
    f" SELECT in_use, alarms, 0, {_COUNTED} fleet_kiosk WHERE {{among}} GROUP BY in_use, alarms"
    f" UNION ALL SELECT in_use, alarms, bits, {_COUNTED} few JOIN fleet_kiosk ON fleet_kiosk.id = few.id WHERE {{among}} GROUP BY in_use, alarms, bits"
)
_BY_HOUR = "fleet_kiosk.last_hour_ms {up} NULLS {first}, fleet_kiosk.name {up}"
_BY_NAME = "fleet_kiosk.name {up}"
_PREFIX = 'SELECT "fleet_kiosk"."id" AS "pk" FROM "fleet_kiosk" WHERE '


class Piece(NamedTuple):
    """A condition on `fleet_kiosk` in SQL, with its values."""

    text: str
    values: tuple[Any, ...] = ()


def among(kiosks: QuerySet[Kiosk]) -> Piece:
    """Give the condition by which kiosks are chosen, which must ask the table of kiosks alone, others by sub-queries."""
    try:
        text, values = kiosks.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Piece("1 = 0")
    if not text.startswith(_PREFIX):
        raise ValueError(text)
    return Piece(f"({text.removeprefix(_PREFIX)})", tuple(values))


def some(kiosks: list[int]) -> Piece:
    """Give the condition that a kiosk is one of some, by their numbers."""
    text = "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    return Piece(f"fleet_kiosk.id {text}", (statements.several(kiosks),))


@dataclass(frozen=True, slots=True)
class KioskList:
    """The list of some kiosks, as it stands at the midnight that began today."""

    among: Piece
    midnight: datetime

    def numbers(self) -> Counter[Needs]:
        """Count kiosks by all that each needs: by what nearly every kiosk may have, out of the index; then those few that have more anew."""
        silent = silence(self.midnight)
        text = _NUMBERS.format(
            every_few=" UNION ".join(_FEW[need].format(bit=_BITS[need]) for need in _FEW),
            silent=silent.text,
            among=self.among.text,
        )
        values = silent.values + self.among.values
        found: Counter[Needs] = Counter()
        for in_use, alarms, bits, every, still in _rows(text, values + values):
            for number, is_silent in ((still, True), (every - still, False)):
                plain = needs_of(in_use=in_use, alarms=alarms, is_silent=is_silent)
                if bits:
                    found[plain] -= number
                    plain = needs_of(in_use=in_use, alarms=alarms, is_silent=is_silent, bits=int(bits))
                found[plain] += number
        return +found

    def ordered(
        self, found: Counter[Needs], *, chosen: Need | None = None, start: int = 0, stop: int | None = None
    ) -> list[int]:
        """Give the numbers of the kiosks at some places of the list: the gravest first, the longest silent first among these, then by name.

        `found` is what `numbers` gave; with a need, only kiosks that have it are listed. What lies nearer to the end of those with one
        gravest need is taken from there, for each on the way costs.
        """
        silent = silence(self.midnight)
        parts: list[str] = []
        values: list[Any] = []
        backwards: list[bool] = []
        for gravest, is_silent, first, last, number in _slices(found, chosen, start, stop):
            of_group = (self.among, *_of_group(gravest, silent, is_silent=is_silent))
            if chosen is not gravest:
                of_group += tuple(_has(chosen, silent))
            is_near = first <= number - last
            turns = {"up": "ASC", "first": "FIRST"} if is_near else {"up": "DESC", "first": "LAST"}
            order = (_BY_HOUR if is_silent else _BY_NAME).format(**turns)
            where = " AND ".join(piece.text for piece in of_group)
            parts.append(
                f"SELECT * FROM (SELECT {len(parts)} AS part, fleet_kiosk.id FROM fleet_kiosk"  # noqa: S608 - texts are this module's, values go apart
                f" WHERE {where} ORDER BY {order} LIMIT {last - first} OFFSET {first if is_near else number - last}) part_{len(parts)}"
            )
            values += [value for piece in of_group for value in piece.values]
            backwards.append(not is_near)
        listed: list[list[int]] = [[] for _ in parts]
        for part, kiosk in _rows(" UNION ALL ".join(parts), tuple(values)) if parts else ():
            listed[part].append(kiosk)
        return [
            kiosk
            for part, is_back in zip(listed, backwards, strict=True)
            for kiosk in (reversed(part) if is_back else part)
        ]


def silence(midnight: datetime) -> Piece:
    """Give the condition that a kiosk is silent, seen at a midnight."""
    since = midnight - timedelta(days=SILENT_DAYS)
    at = connection.ops.adapt_datetimefield_value(since)
    return Piece(_SILENT, (round(since.timestamp() * 1000), at))


def needs_of(*, in_use: bool, alarms: int, is_silent: bool, bits: int = 0) -> Needs:
    """Give what a kiosk needs, by its row and, in `bits`, by what few have (`few_bits`)."""
    return tuple(
        need
        for need in Need
        if (need is Need.SILENT and is_silent)
        or (need in ALARMS and in_use and alarms & ALARMS[need])
        or bits & _BITS.get(need, 0)
    )


def few_bits(*has: Need) -> int:
    """Give what a kiosk has of that which few have, as `needs_of` reads it."""
    return sum(_BITS[need] for need in has)


def _slices(
    found: Counter[Needs], chosen: Need | None, start: int, stop: int | None
) -> Iterator[tuple[Need | None, bool, int, int, int]]:
    """Give which parts of a list lie between two places: gravest need, whether silent, from where to where in it, and how many it has."""
    groups: Counter[tuple[Need | None, bool]] = Counter()
    for needs, number in found.items():
        if chosen is None or chosen in needs:
            groups[next(iter(needs), None), Need.SILENT in needs] += number
    before = 0
    for gravest in (*Need, None):
        for is_silent in (True, False):
            number = groups[gravest, is_silent]
            first = max(0, start - before)
            last = number if stop is None else min(number, stop - before)
            before += number
            if first < last:
                yield gravest, is_silent, first, last, number


def _of_group(gravest: Need | None, silent: Piece, *, is_silent: bool) -> Iterator[Piece]:
    """Give the conditions that this is a kiosk's gravest need, and whether it is silent."""
    graver = tuple(Need)[: tuple(Need).index(gravest)] if gravest is not None else tuple(Need)
    alarms = Alarm(0)
    for need in graver:
        alarms |= ALARMS.get(need, Alarm(0))
    if alarms:
        yield Piece(f"NOT (fleet_kiosk.in_use AND (fleet_kiosk.alarms & {alarms.value}) > 0)")
    if gravest is not Need.SILENT:
        yield from _has(gravest, silent)
    yield silent if is_silent else Piece(f"NOT {silent.text}", silent.values)
    if others := [_FEW[need] for need in graver if need in _FEW]:  # last: it costs most to look up
        held = " UNION ALL ".join(f"SELECT id FROM ({one.format(bit=0)}) has" for one in others)  # noqa: S608 - this module's
        yield Piece(f"fleet_kiosk.id NOT IN ({held})")


def _has(need: Need | None, silent: Piece) -> Iterator[Piece]:
    """Give the condition that a kiosk has a need; none where none is given."""
    if need is Need.SILENT:
        yield silent
    elif need is not None and need in ALARMS:
        yield Piece(f"(fleet_kiosk.in_use AND (fleet_kiosk.alarms & {ALARMS[need].value}) > 0)")
    elif need is not None:
        yield Piece(f"fleet_kiosk.id IN (SELECT id FROM ({_FEW[need].format(bit=0)}) has)")  # noqa: S608 - this module's


def _rows(text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
