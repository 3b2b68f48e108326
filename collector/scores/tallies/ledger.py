"""The one writer of tallies: changes are added up first, then each touched row is read and written once.

Changes are integers of `packing`, so that taking a response out of one row and putting it into another are the same
operation with another sign. The sums over days that a unit's months hold are no sum of changes: the day's old row is at hand
when it is written, and the month is changed by the difference between old and new. Rows whose counts all return to zero are deleted: however the same responses came in, moved
and left again, the tables hold the same rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db import connection

from collector import statements
from collector.scores.models import DayTally, GroupTally, UnitDay, UnitTally
from collector.scores.tallies.forms import CodedForm
from collector.scores.tallies.keys import (
    day_date,
    day_key,
    group_key,
    month_number,
    split_day_key,
    split_unit_day_key,
    unit_day_key,
    unit_key,
)
from collector.scores.tallies.naming import SeriesKey
from collector.scores.tallies.packing import pack, pack_wide, unpack, unpack_wide

TallyModel = type[DayTally] | type[UnitDay] | type[UnitTally] | type[GroupTally]


class Changes:
    """What a transaction adds to the tallies and takes from them."""

    def __init__(self) -> None:
        self.days: defaultdict[int, int] = defaultdict(int)
        """Changes by `keys.day_key`."""
        self.groups: defaultdict[int, int] = defaultdict(int)
        """Changes by `keys.group_key`."""
        self.forms: dict[int, CodedForm] = {}
        """The forms of all series touched, by number."""

    def put(
        self,
        *,
        series: int,
        key: SeriesKey,
        coded: CodedForm,
        day: int,
        flagged: bool,
        groups: Iterable[int],
        number: int,
    ) -> None:
        """Count `number` on one side (flagged or not) of a series' day and of its unit's groups; negative takes out."""
        unit, _, _, _, form = key
        self.forms[form] = coded
        self.days[day_key(series, day, flagged=flagged)] += number
        base = group_key(unit, form, month_number(day_date(day)), 0, flagged=flagged)
        for group in groups:
            self.groups[base + group] += number

    def write(self, series: Mapping[int, SeriesKey]) -> None:
        """Write the changes; `series` tells the keys of every series touched.

        Called inside the transaction that changes the rows these tallies count.

        Raises:
            OverflowError: more would be taken out than is there; the rows and tallies do not belong together.
        """
        units: defaultdict[int, int] = defaultdict(int)
        unit_days: defaultdict[int, int] = defaultdict(int)
        for key, number in self.days.items():
            owner, day, flagged = split_day_key(key)
            unit, _, _, _, form = series[owner]
            days = self.forms[form].days
            units[unit_key(unit, form, month_number(day_date(day)), flagged=flagged)] += days.dated(number)
            unit_days[unit_day_key(unit, form, day)] += days.side_of(number, flagged=flagged)
        # Always in this order, and in the order of the keys: two listeners then never wait for each other in a ring.
        _add(DayTally, self.days)
        for key, (before, after) in _add(UnitDay, unit_days).items():
            unit, form, day = split_unit_day_key(key)
            month, days = month_number(day_date(day)), self.forms[form].days
            old, new = days.sums_of(before), days.sums_of(after)
            units[unit_key(unit, form, month, flagged=False)] += new.sound - old.sound
            units[unit_key(unit, form, month, flagged=True)] += new.flagged - old.flagged
        _add(UnitTally, units)
        _add(GroupTally, self.groups)


def _add(model: TallyModel, changes: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Write changes to a table and give what each touched row held before and holds now."""
    keys = sorted(key for key, number in changes.items() if number)
    if not keys:
        return {}
    read, write = (unpack_wide, pack_wide) if model is UnitTally else (unpack, pack)
    table = model._meta.db_table  # noqa: SLF001 - Django documents _meta
    if connection.vendor == "postgresql":
        held = _lock_postgresql(table, keys)
    else:
        held = dict(
            statements.rows(f"SELECT id, counts FROM {table} WHERE id {{among}}", statements.several(keys))  # noqa: S608 - the same
        )
    kept: list[tuple[int, bytes]] = []
    gone: list[int] = []
    moved: dict[int, tuple[int, int]] = {}
    for key in keys:
        stored = held.get(key)
        before = read(bytes(stored)) if stored else 0
        number = before + changes[key]
        moved[key] = before, number
        if number:
            kept.append((key, write(number)))
        else:
            gone.append(key)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {table} AS held SET counts = new.counts"  # noqa: S608 - the name of one of our own tables
                " FROM unnest(%s::bigint[], %s::bytea[]) AS new(id, counts) WHERE held.id = new.id",
                [[key for key, _ in kept], [counts for _, counts in kept]],
            )
        elif kept:
            cursor.executemany(
                f"INSERT INTO {table} (id, counts) VALUES (%s, %s)"  # noqa: S608 - the name of one of our own tables
                " ON CONFLICT (id) DO UPDATE SET counts = excluded.counts",
                kept,
            )
    if gone:
        model.objects.filter(pk__in=gone).delete()
    return moved


def _lock_postgresql(table: str, keys: list[int]) -> dict[int, bytes]:
    """Give the stored rows, all of them present and locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, counts) SELECT id, ''::bytea FROM unnest(%s::bigint[]) AS new(id)"  # noqa: S608
            " ON CONFLICT (id) DO NOTHING",
            [keys],
        )
        cursor.execute(
            f"SELECT id, counts FROM {table} WHERE id = ANY(%s) ORDER BY id FOR UPDATE",  # noqa: S608
            [keys],
        )
        return {key: bytes(counts) for key, counts in cursor.fetchall()}
