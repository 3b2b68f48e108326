"""Tallies fetched: the one place that reads them.

Whole months of units come from the units' months. Days come from the days' tallies: those of broken months, and all of them
where one service, place or kiosk is asked for, because a day counts as a whole before it is squared (`tallies/unit_days.py`). Hours and
profiles of whole months have tallies of their own; those of broken months (or of one service, place or kiosk) come from the
responses themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from collector.scores.ask.lookups import rows as find
from collector.scores.ask.scope import GROUP_DIMENSIONS, SERIES_DIMENSIONS, Days, Dimension, Scope
from collector.scores.tallies.forms import CodedForm
from collector.scores.tallies.keys import (
    GROUP_UNIT_STEP,
    SERIES_STEP_DAYS,
    UNIT_STEP,
    day_date,
    day_number,
    group_key,
    month_date,
    split_day_key,
    split_group_key,
    split_unit_key,
    unit_key,
)
from collector.scores.tallies.naming import HOUR, group_names, groups_of_profile, hour_code
from collector.scores.tallies.packing import unpack, unpack_wide


class Row(NamedTuple):
    """A tally's counts, and whose they are."""

    unit: int
    service: int | None
    place: int | None
    kiosk: int | None
    at: date
    flagged: bool
    group: str
    number: int
    is_dated: bool
    """Whether the number is a dated row of counts (`tallies/unit_days.py`) or a plain one."""


class Where(NamedTuple):
    """A scope as a condition of `u` (unit) and `s` (series), and its values."""

    sql: str
    values: tuple[Any, ...]


class Statement(NamedTuple):
    """A query for tallies, and how to read a row of its answer."""

    sql: str
    values: tuple[Any, ...]
    read: Callable[[tuple[Any, ...]], Row]


def statements(
    form_number: int, scope: Scope, days: Days, by: Sequence[Dimension] = ()
) -> Iterator[Statement]:
    """Give the queries whose rows together are all tallies of a scope and days, by anything but hours and profiles."""
    where = where_of(scope)
    if Dimension.DAY in by or scope.needs_series or SERIES_DIMENSIONS.intersection(by):
        yield _series_days(form_number, where, _all(days))
        return
    if days.months:
        yield _unit_months(form_number, where, days.months)
    for edge in days.edges:
        yield _series_days(form_number, where, edge)


def fetched(
    form_number: int, form: CodedForm, scope: Scope, days: Days, by: Sequence[Dimension]
) -> Iterator[Row]:
    """Give the rows of counts that together are all tallies of a scope and days, with what `by` needs to know of them."""
    groups = [dimension for dimension in by if dimension in GROUP_DIMENSIONS]
    if not groups:
        for statement in statements(form_number, scope, days, by):
            yield from map(statement.read, find(statement.sql, statement.values))
        return
    where = where_of(scope)
    by_series = scope.needs_series or SERIES_DIMENSIONS.intersection(by)
    months = days.months if not by_series and Dimension.DAY not in by else None
    if months:
        yield from _group_months(form_number, where, months, groups[0])
    for edge in days.edges if months else (_all(days),):
        yield from _responses(form_number, form, where, edge, groups[0])


def _all(days: Days) -> tuple[int, int]:
    return day_number(days.first), day_number(days.last)


# The steps are numbers of ours and the conditions come from `where_of`: what was asked for is always a parameter.
# CROSS JOIN tells SQLite to look the few keys of each unit or series up, and never to read a tally's table through.
_UNITS = (
    "SELECT u.id, t.id, t.counts FROM fleet_unit u CROSS JOIN {table} t"
    " WHERE t.id BETWEEN u.id * {step} + %s AND u.id * {step} + %s AND {where}"
)
_SERIES = (
    "SELECT s.unit_id, s.service_id, s.place_id, s.kiosk_id, t.id, t.counts"
    " FROM scores_series s JOIN fleet_unit u ON u.id = s.unit_id CROSS JOIN {table} t"
    " WHERE s.form_id = %s AND t.id BETWEEN s.id * {step} + %s AND s.id * {step} + %s AND {where}"
)
_RESPONSES = (
    "SELECT s.unit_id, s.service_id, s.place_id, s.kiosk_id, r.day, r.flags <> 0, r.answers, r.hour, m.ending_id,"
    " p.text, count(*)"
    " FROM scores_series s JOIN fleet_unit u ON u.id = s.unit_id JOIN scores_response r ON r.series_id = s.id"
    " JOIN scores_manner m ON m.id = r.manner_id JOIN scores_profile p ON p.id = r.profile_id"
    " WHERE s.form_id = %s AND r.day BETWEEN %s AND %s AND {where}"
    " GROUP BY s.unit_id, s.service_id, s.place_id, s.kiosk_id, r.day, r.flags <> 0, r.answers, r.hour,"
    " m.ending_id, p.text"
)


def _unit_months(form: int, where: Where, months: tuple[int, int]) -> Statement:
    low, high = unit_key(0, form, months[0], flagged=False), unit_key(0, form, months[1], flagged=True)

    def read(row: tuple[Any, ...]) -> Row:
        unit, key, counts = row
        rest = split_unit_key(key)
        return Row(
            unit,
            None,
            None,
            None,
            month_date(rest.time),
            rest.flagged,
            "",
            unpack_wide(counts),
            is_dated=True,
        )

    sql = _UNITS.format(table="scores_unittally", step=UNIT_STEP, where=where.sql)
    return Statement(sql, (low, high, *where.values), read)


def _series_days(form: int, where: Where, days: tuple[int, int]) -> Statement:
    def read(row: tuple[Any, ...]) -> Row:
        unit, service, place, kiosk, key, counts = row
        rest = split_day_key(key)
        number = unpack(bytes(counts))
        return Row(unit, service, place, kiosk, day_date(rest.time), rest.flagged, "", number, is_dated=False)

    sql = _SERIES.format(table="scores_daytally", step=SERIES_STEP_DAYS, where=where.sql)
    return Statement(sql, (form, days[0] << 1, days[1] << 1 | 1, *where.values), read)


def _group_months(form: int, where: Where, months: tuple[int, int], dimension: Dimension) -> Iterator[Row]:
    low = group_key(0, form, months[0], 0, flagged=False)
    high = group_key(0, form, months[1] + 1, 0, flagged=False) - 1
    sql = _UNITS.format(table="scores_grouptally", step=GROUP_UNIT_STEP, where=where.sql)
    rows = find(sql, (low, high, *where.values))
    names = group_names(split_group_key(key)[1] for _, key, _ in rows)
    for unit, key, counts in rows:
        rest, group = split_group_key(key)
        kind, code = names[group]
        if kind == dimension:
            at = month_date(rest.time)
            yield Row(unit, None, None, None, at, rest.flagged, code, unpack(bytes(counts)), is_dated=False)


def _responses(
    number: int, form: CodedForm, where: Where, days: tuple[int, int], dimension: Dimension
) -> Iterator[Row]:
    rows = find(_RESPONSES.format(where=where.sql), (number, *days, *where.values))
    met = {ending for *_, ending, _, _ in rows}
    met.update(group for *_, profile, _ in rows for group in groups_of_profile(profile))
    names = group_names(met)
    for unit, service, place, kiosk, day, flagged, answers, hour, ending, profile, times in rows:
        told = [
            names[ending],
            (HOUR, hour_code(hour)),
            *(names[group] for group in groups_of_profile(profile)),
        ]
        for kind, code in told:
            if kind == dimension:
                counts = times * form.number(answers)
                yield Row(
                    unit, service, place, kiosk, day_date(day), bool(flagged), code, counts, is_dated=False
                )


def where_of(scope: Scope) -> Where:
    """Give the condition that responses of a scope meet."""
    conditions: list[str] = []
    values: list[Any] = []
    if scope.unit is not None:
        conditions.append("u.code = %s")
        values.append(scope.unit)
    if scope.units:
        conditions.append(f"u.code IN ({', '.join(['%s'] * len(scope.units))})")
        values += scope.units
    if scope.unit is None and not scope.units:
        conditions.append("u.hidden_on IS NULL")  # what was never a unit is in nobody's sum
    if scope.region is not None:
        conditions.append("(u.region_id = %s OR u.region_id LIKE %s)")
        values += [scope.region, f"{scope.region}.%"]
    if scope.agency is not None:
        conditions.append("u.agency_id IN (SELECT id FROM fleet_agency WHERE code = %s)")
        values.append(scope.agency)
    if scope.service is not None:
        conditions.append("s.service_id IN (SELECT id FROM fleet_service WHERE code = %s)")
        values.append(scope.service)
    if scope.place is not None:
        conditions.append("s.place_id IN (SELECT id FROM fleet_place WHERE code = %s)")
        values.append(scope.place)
    if scope.kiosk is not None:
        conditions.append("s.kiosk_id IN (SELECT id FROM fleet_kiosk WHERE name = %s)")
        values.append(scope.kiosk)
    if scope.archived:
        conditions.append(
            "s.kiosk_id IN (SELECT kiosk_id FROM fleet_kioskkey WHERE archive_from IS NOT NULL)"
        )
    return Where(" AND ".join(conditions) or "1 = 1", tuple(values))
