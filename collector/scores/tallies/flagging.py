"""Flags applied: stale days are looked at again, and responses move between the two sides of their tallies."""

import logging
from collections.abc import Collection, Iterable, Mapping

from django.db import connection, transaction

from collector.scores.models import Response, StaleDay
from collector.scores.tallies import storage
from collector.scores.tallies.flags import Answered, asks_past, flags_of, reach
from collector.scores.tallies.keys import KIOSK_SHIFT, kiosk_day_id, split_kiosk_day, stream_of
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
            kiosks = _kiosks_with_stale_days()
            hold(kiosks)
            days = _stale_days(kiosks)
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


def hold(kiosks: Iterable[int]) -> None:
    """Take these kiosks for the rest of the transaction, before any day of theirs is changed or looked at.

    A day is judged by the days before it too: a response that arrives for one of those while another process looks at it would be
    missed by both. Every process takes kiosks before days, in the order of their numbers.
    """
    storage.hold(set(kiosks))


def with_later_days(stale: Collection[int]) -> set[int]:
    """Give kiosk-days that change with those after them that are judged by them; at most `reach` for each."""
    if not stale:
        return set()
    changed: dict[int, list[int]] = {}
    for key in stale:
        kiosk, day = split_kiosk_day(key)
        changed.setdefault(kiosk, []).append(day)
    every = [day for days in changed.values() for day in days]
    later = {
        kiosk_day_id(kiosk, day)
        for kiosk, day in storage.days_of(changed, days=(min(every) + 1, max(every) + reach()))
        if any(0 < day - before <= reach() for before in changed[kiosk])
    }
    return later.union(stale)


def waiting() -> int:
    """Give how many kiosk-days have responses whose flags are not up to date."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scores_staleday")
        return int(cursor.fetchone()[0])


def _kiosks_with_stale_days() -> set[int]:
    """Give the kiosks of the first stale days."""
    first = StaleDay.objects.order_by("pk").values_list("pk", flat=True)[:_DAYS_AT_ONCE]
    return {split_kiosk_day(key)[0] for key in first}


def _stale_days(kiosks: Collection[int]) -> list[int]:
    """Take some stale days of these kiosks off the list; another process that looks at the same time gets other ones."""
    found: list[int] = []
    for chunk in storage.chunks(sorted(kiosks)):
        room = _DAYS_AT_ONCE - len(found)
        if room:
            found += _take_stale(chunk, room)
    for chunk in storage.chunks(found):
        StaleDay.objects.filter(pk__in=chunk).delete()
    return found


def _take_stale(kiosks: list[int], most: int) -> list[int]:
    """Give at most `most` stale days of these kiosks; they stay locked until the transaction ends."""
    sql = (
        "SELECT id FROM scores_staleday"  # noqa: S608 - a number of ours, and marks
        f" WHERE id >> {KIOSK_SHIFT} IN ({', '.join(['%s'] * len(kiosks))}) ORDER BY id LIMIT %s"
    )
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
    answered = [_answered(row) for row in rows]
    window = asks_past(answered)
    past = storage.busiest_hours(kiosk, rows[-1].place, days=(day - window, day - 1)) if window else ()
    found = flags_of(answered, staff=storage.staff_of(kiosk, day), past=past)
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
        hour=row.hour,
    )
