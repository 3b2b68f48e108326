"""The list of kiosks: how many need what, and which of them lie on a page; a statement for each, whatever there is.

What the needs are says `collector.evidence.needs`. Here they stand in SQL as lists of a whole country want them: what few kiosks have is one short list
that the others are held against once, and whoever builds statements by the model pays as much for that as the database for its answer.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

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
    Need.CONFLICT: "SELECT s.kiosk_id FROM evidence_conflict c JOIN evidence_stream s ON s.id = c.stream_id"  # noqa: S608 - this module's own words
    f" WHERE s.standing IN ({COUNTING_SQL})",
    Need.FOREIGN: f"SELECT kiosk_id FROM evidence_stream WHERE standing = '{StreamStanding.FOREIGN}'",  # noqa: S608 - this module's own words
    Need.REFUSED: "SELECT r.kiosk_id FROM fleet_settingsreport r JOIN fleet_kiosk u ON u.id = r.kiosk_id AND u.in_use"
    " WHERE NOT r.applied AND r.version = (SELECT max(v.version) FROM fleet_kiosksettings v WHERE v.kiosk_id = r.kiosk_id)"
    " AND NOT EXISTS (SELECT 1 FROM fleet_settingsreport l WHERE l.kiosk_id = r.kiosk_id"
    " AND (l.at_ms, l.stream_id, l.seq) > (r.at_ms, r.stream_id, r.seq))",
    Need.LOST: "SELECT s.kiosk_id FROM evidence_losthere l JOIN evidence_stream s ON s.id = l.stream_id",
}
"""Those that have what few have, as `needs.conditions` says it, each from its own index."""
_WITH = "WITH " + ", ".join(f"few_{need.name}(id) AS MATERIALIZED ({text})" for need, text in _FEW.items())
"""What a statement begins with: each list is made once, however often it is asked, and not at all where it is not."""
_BITS = {need: 1 << place for place, need in enumerate(_FEW)}
_SILENT = (  # by the first of a kiosk's keys: where one is only to exist, PostgreSQL goes through those of all kiosks
    "(fleet_kiosk.in_use AND ((fleet_kiosk.last_hour_ms IS NOT NULL AND fleet_kiosk.last_hour_ms < %s) OR (fleet_kiosk.last_hour_ms IS NULL"
    " AND COALESCE((SELECT min(e.enrolled_at) FROM fleet_kioskkey e WHERE e.kiosk_id = fleet_kiosk.id) < %s, FALSE))))"
)
_COUNTED = "count(*), count(*) FILTER (WHERE {silent})"
_MANY = f"SELECT in_use, alarms, 0, {_COUNTED} FROM fleet_kiosk WHERE {{among}} GROUP BY in_use, alarms"  # noqa: S608 - this module's own words
_ALL = (  # the sound ones are not looked at: they are what is left of all
    "SELECT NULL, 0, 0, count(*), 0 FROM fleet_kiosk WHERE {among}"  # noqa: S608 - this module's own words
    f" UNION ALL SELECT in_use, alarms, 0, {_COUNTED} FROM fleet_kiosk WHERE in_use = TRUE AND alarms > 0 AND {{among}} GROUP BY in_use, alarms"
    " UNION ALL SELECT TRUE, 0, 0, count(*), count(*) FROM fleet_kiosk WHERE in_use = TRUE AND alarms = 0 AND last_hour_ms < {since} AND {among}"
    " UNION ALL SELECT TRUE, 0, 0, count(*), count(*) FROM fleet_kiosk"
    " WHERE in_use = TRUE AND alarms = 0 AND last_hour_ms IS NULL AND {silent} AND {among}"
)
_OF_FEW = (
    f"SELECT in_use, alarms, bits, {_COUNTED} FROM (SELECT id, sum(bit) AS bits FROM ({{every_few}}) one GROUP BY id) few"  # noqa: S608 - this module's own words
    " JOIN fleet_kiosk ON fleet_kiosk.id = few.id WHERE {among} GROUP BY in_use, alarms, bits"
)
_OWN = (
    ", own AS MATERIALIZED (SELECT id, name, in_use, alarms, last_hour_ms, {silent} AS silent, "  # noqa: S608 - this module's own words
    + " + ".join(
        f"CASE WHEN id IN (SELECT id FROM few_{need.name}) THEN {bit} ELSE 0 END"  # noqa: S608 - the same
        for need, bit in _BITS.items()
    )
    + " AS bits FROM fleet_kiosk WHERE {among})"
)
"""What is asked of `some`: these set apart, with what each has."""
_OF_OWN = "SELECT in_use, alarms, bits, count(*), count(*) FILTER (WHERE silent) FROM own GROUP BY in_use, alarms, bits"
_BY_HOUR = "fleet_kiosk.last_hour_ms {up} NULLS {first}, fleet_kiosk.name {up}"
_BY_NAME = "fleet_kiosk.name {up}"
_PREFIX = 'SELECT "fleet_kiosk"."id" AS "pk" FROM "fleet_kiosk" WHERE '


class Piece(NamedTuple):
    """A condition on `fleet_kiosk` in SQL, with its values."""

    text: str
    values: tuple[Any, ...] = ()


Of = Literal["all", "many", "some"]


class Among(NamedTuple):
    """Which kiosks are listed."""

    chosen: Piece
    of: Of = "some"
    """`all` of a country, `many` of it, or `some`, which are set apart first."""


EVERY = Among(Piece("fleet_kiosk.stands_id IS NOT NULL"), "all")
"""All that stand somewhere."""


def among(kiosks: QuerySet[Kiosk], *, of: Of = "some") -> Among:
    """Choose kiosks by a query that asks the table of kiosks alone, others by sub-queries.

    Raises:
        ValueError: it joins others.
    """
    try:
        text, values = kiosks.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Among(Piece("1 = 0"))
    if not text.startswith(_PREFIX):
        raise ValueError(text)
    return Among(Piece(f"({text.removeprefix(_PREFIX)})", tuple(values)), of)


def some(kiosks: list[int]) -> Among:
    """Choose kiosks by their numbers."""
    return Among(_listed("id", kiosks))


def or_at(chosen: Among, units: list[int]) -> Among:
    """Choose those that stand at these units too, by the units' numbers."""
    (one, values), (at, more) = chosen.chosen, _listed("stands_id", units)
    return Among(Piece(f"({one} OR {at})", values + more), chosen.of)


def _listed(column: str, numbers: list[int]) -> Piece:
    # With numbers of the column's own type PostgreSQL looks them up; with others it goes through all for each row.
    text = (
        "= ANY(%s::bigint[])" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    )
    return Piece(f"fleet_kiosk.{column} {text}", (statements.several(numbers),))


def first(chosen: Among, most: int) -> list[int]:
    """Give the numbers of so many of them at most, in any order."""
    text, values = chosen.chosen
    return [kiosk for (kiosk,) in _rows(f"SELECT id FROM fleet_kiosk WHERE {text} LIMIT {most}", values)]  # noqa: S608 - values go apart


@dataclass(frozen=True, slots=True)
class KioskList:
    """The list of some kiosks, as it stands at the midnight that began today."""

    among: Among
    midnight: datetime

    def numbers(self) -> Counter[Needs]:
        """Count kiosks by all that each needs: by what nearly every kiosk may have, out of the index; then those few that have more anew."""
        silent, chosen = silence(self.midnight), self.among.chosen
        found: Counter[Needs] = Counter()
        if self.among.of == "some":
            own = self._own()
            for in_use, alarms, bits, every, still in _rows(own.text + _OF_OWN, own.values):
                for number, is_silent in ((still, True), (every - still, False)):
                    found[needs_of(in_use=bool(in_use), alarms=alarms, is_silent=is_silent, bits=bits)] += (
                        number
                    )
            return +found
        of_all = self.among.of == "all"
        text = f"{_WITH} {_ALL if of_all else _MANY} UNION ALL {_OF_FEW}".format(
            every_few=" UNION ".join(f"SELECT id, {bit} AS bit FROM few_{need.name}" for need, bit in _BITS.items()),  # noqa: S608 - the same
            silent=silent.text, since=silent.values[0], among=chosen.text,
        )  # fmt: skip
        values = (silent.values + chosen.values) * (3 if of_all else 2)
        for in_use, alarms, bits, every, still in _rows(text, values):
            for number, is_silent in ((still, True), (every - still, False)):
                plain = needs_of(in_use=bool(in_use), alarms=alarms, is_silent=is_silent)
                found[plain] += -number if bits else number
                if bits:
                    found[needs_of(in_use=in_use, alarms=alarms, is_silent=is_silent, bits=int(bits))] += (
                        number
                    )
                elif of_all and in_use is not None:
                    found[()] -= number
        return +found

    def ordered(
        self, found: Counter[Needs], *, chosen: Need | None = None, start: int = 0, stop: int | None = None
    ) -> list[int]:
        """Give the numbers of the kiosks at some places of the list: the gravest first, the longest silent first among these, then by name.

        `found` is what `numbers` gave; with a need, only kiosks that have it are listed. What lies nearer to the end of those with one
        gravest need is taken from there, for each on the way costs.
        """
        of_some = self.among.of == "some"
        begin = self._own() if of_some else Piece(_WITH)
        kiosks, within = ("own fleet_kiosk", ()) if of_some else ("fleet_kiosk", (self.among.chosen,))
        silent = Piece("fleet_kiosk.silent") if of_some else silence(self.midnight)
        parts: list[str] = []
        values: list[Any] = list(begin.values)
        backwards: list[bool] = []
        for gravest, is_silent, first, last, number in _slices(found, chosen, start, stop):
            of_group = (*within, *_of_group(gravest, silent, is_silent=is_silent, of_some=of_some))
            if chosen is not gravest:
                of_group += tuple(_has(chosen, silent, of_some=of_some))
            is_near = first <= number - last
            turns = {"up": "ASC", "first": "FIRST"} if is_near else {"up": "DESC", "first": "LAST"}
            order = (_BY_HOUR if is_silent else _BY_NAME).format(**turns)
            where = " AND ".join(piece.text for piece in of_group)
            parts.append(
                f"SELECT * FROM (SELECT {len(parts)} AS part, fleet_kiosk.id FROM {kiosks}"  # noqa: S608 - texts are this module's, values go apart
                f" WHERE {where} ORDER BY {order} LIMIT {last - first} OFFSET {first if is_near else number - last}) part_{len(parts)}"
            )
            values += [value for piece in of_group for value in piece.values]
            backwards.append(not is_near)
        listed: list[list[int]] = [[] for _ in parts]
        for part, kiosk in _rows(f"{begin.text} {' UNION ALL '.join(parts)}", tuple(values)) if parts else ():
            listed[part].append(kiosk)
        return [
            kiosk
            for part, is_back in zip(listed, backwards, strict=True)
            for kiosk in (reversed(part) if is_back else part)
        ]

    def _own(self) -> Piece:
        """Give what a statement about `some` begins with: these kiosks, and what each has."""
        silent, chosen = silence(self.midnight), self.among.chosen
        text = _WITH + _OWN.format(silent=silent.text, among=chosen.text)
        return Piece(text, silent.values + chosen.values)


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


def _of_group(gravest: Need | None, silent: Piece, *, is_silent: bool, of_some: bool) -> Iterator[Piece]:
    """Give the conditions that this is a kiosk's gravest need, and whether it is silent."""
    graver = tuple(Need)[: tuple(Need).index(gravest)] if gravest is not None else tuple(Need)
    alarms = Alarm(0)
    for need in graver:
        alarms |= ALARMS.get(need, Alarm(0))
    if alarms:
        yield Piece(f"NOT (fleet_kiosk.in_use AND (fleet_kiosk.alarms & {alarms.value}) > 0)")
    if gravest is not Need.SILENT:
        yield from _has(gravest, silent, of_some=of_some)
    yield silent if is_silent else Piece(f"NOT {silent.text}", silent.values)
    others = [need for need in graver if need in _FEW]
    if others and of_some:
        yield Piece(f"(fleet_kiosk.bits & {few_bits(*others)}) = 0")
    elif others:  # last: it costs most to look up
        texts = (f"SELECT id FROM few_{need.name}" for need in others)  # noqa: S608 - this module's own words
        yield Piece(f"fleet_kiosk.id NOT IN ({' UNION ALL '.join(texts)})")


def _has(need: Need | None, silent: Piece, *, of_some: bool) -> Iterator[Piece]:
    """Give the condition that a kiosk has a need; none where none is given."""
    if need is Need.SILENT:
        yield silent
    elif need is not None and need in ALARMS:
        yield Piece(f"(fleet_kiosk.in_use AND (fleet_kiosk.alarms & {ALARMS[need].value}) > 0)")
    elif need is not None and of_some:
        yield Piece(f"(fleet_kiosk.bits & {few_bits(need)}) > 0")
    elif need is not None:
        yield Piece(f"fleet_kiosk.id IN (SELECT id FROM few_{need.name})")  # noqa: S608 - the same


def _rows(text: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
