"""Flags applied: stale days are looked at again, and responses move between the two sides of their tallies."""

import logging
from collections.abc import Collection, Mapping

from django.db import connection, transaction

from collector.scores.models import Response, StaleDay
from collector.scores.tallies import storage
from collector.scores.tallies.flags import Answered, flags_of
from collector.scores.tallies.keys import KIOSK_SHIFT, split_kiosk_day, stream_of
from collector.scores.tallies.ledger import Changes
from collector.scores.tallies.naming import Names, SeriesKey
from survey.record.response import TYPED

log = logging.getLogger(__name__)

_DAYS_AT_ONCE = 200


def settle() -> int:
    """Look at every stale day and give how many there were; each transaction is a small one."""
    looked_at = 0
    while True:
        with transaction.atomic():
            changes = Changes()
            days = _stale_days()
            series = _look_at(days, changes)
            changes.write(series)
        looked_at += len(days)
        if not days:
            return looked_at


def look(changes: Changes, *, kiosks: Collection[int]) -> Mapping[int, SeriesKey]:
    """Look at the stale days of these kiosks, add what moves to `changes`, and give the series that are touched.

    Called inside a transaction; the caller writes the changes.
    """
    if not kiosks:
        return {}
    return _look_at(_stale_days(kiosks), changes)


def waiting() -> int:
    """Give how many kiosk-days have responses whose flags are not up to date."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scores_staleday")
        return int(cursor.fetchone()[0])


def _stale_days(kiosks: Collection[int] | None = None) -> list[int]:
    """Take some stale days off the list; another process that looks at the same time gets other ones."""
    found: list[int] = []
    for chunk in storage.chunks(sorted(kiosks)) if kiosks is not None else [[]]:
        room = _DAYS_AT_ONCE - len(found)
        if room:
            found += _take_stale(chunk, room)
    for chunk in storage.chunks(found):
        StaleDay.objects.filter(pk__in=chunk).delete()
    return found


def _take_stale(kiosks: list[int], most: int) -> list[int]:
    """Give at most `most` stale days, of these kiosks where any are named; they stay locked until the transaction ends."""
    sql = "SELECT id FROM scores_staleday"
    if kiosks:
        sql += f" WHERE id >> {KIOSK_SHIFT} IN ({', '.join(['%s'] * len(kiosks))})"
    sql += " ORDER BY id LIMIT %s"
    if connection.vendor == "postgresql":
        sql += " FOR UPDATE SKIP LOCKED"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*kiosks, most])
        return [day for (day,) in cursor.fetchall()]


def _look_at(days: Collection[int], changes: Changes) -> dict[int, SeriesKey]:
    names = Names()
    series: dict[int, SeriesKey] = {}
    for key in days:
        try:
            series |= _look_at_day(*split_kiosk_day(key), changes, names)
        except LookupError:
            # An operator took an instrument's file away; the listener must not stop for it.
            log.exception("flags of kiosk-day %s were not looked at", key)
    return series


def _look_at_day(kiosk: int, day: int, changes: Changes, names: Names) -> dict[int, SeriesKey]:
    rows = storage.responses_of(kiosk, day)
    found = flags_of([_answered(row) for row in rows], staff=storage.staff_of(kiosk, day))
    changed = [(row, int(found.get(row.id, 0))) for row in rows if row.flags != int(found.get(row.id, 0))]
    for row, flags in changed:
        if bool(flags) == bool(row.flags):
            continue
        number, groups = storage.number_of(row), storage.groups_of(row, names)
        for flagged, amount in ((bool(flags), number), (bool(row.flags), -number)):
            changes.put(
                series=row.series,
                key=row.key,
                coded=storage.form_of(row),
                day=day,
                flagged=flagged,
                groups=groups,
                number=amount,
            )
    by_flags: dict[int, list[int]] = {}
    for row, flags in changed:
        by_flags.setdefault(flags, []).append(row.id)
    for flags, ids in by_flags.items():
        for chunk in storage.chunks(ids):
            Response.objects.filter(pk__in=chunk).update(flags=flags)
    return {row.series: row.key for row, _ in changed}


def _answered(row: storage.StoredResponse) -> Answered:
    form = storage.form_of(row)
    return Answered(
        id=row.id,
        visit=(stream_of(row.id), row.boot, row.visit),
        at_ms=row.at_ms,
        answers=tuple(form.decode(row.answers).values()),
        highest=form.instrument.highest,
        asked=len(row.answers),
        duration_s=row.duration_s,
        outside_hours=row.outside_hours,
        typed=row.channel == TYPED,
    )
