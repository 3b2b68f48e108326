"""Flags applied: stale days are looked at again, and responses move between the two sides of their tallies."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection, transaction

from collector.scores.models import StaleDay
from collector.scores.tallies import days, storage
from collector.scores.tallies.days import DayResponse
from collector.scores.tallies.flags import Answered, asks_past, flags_of, reach
from collector.scores.tallies.keys import kiosk_day_id, split_kiosk_day, stream_of
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
            stale = days.take_stale(sorted(kiosks), _DAYS_AT_ONCE)
            series = _look_at(stale, changes)
            changes.write(series)
        looked_at += len(stale)
        if not stale:
            return looked_at


def look(changes: Changes, *, kiosks: Collection[int]) -> Mapping[int, SeriesKey]:
    """Look at the stale days of these kiosks, add what moves to `changes`, and give the series that are touched.

    Called inside a transaction; the caller writes the changes.
    """
    if not kiosks:
        return {}
    return _look_at(days.take_stale(sorted(kiosks), _DAYS_AT_ONCE), changes)


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
    every = [day for some in changed.values() for day in some]
    later = {
        kiosk_day_id(kiosk, day)
        for kiosk, day in days.with_responses(changed, days=(min(every) + 1, max(every) + reach()))
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


def _look_at(stale: Sequence[int], changes: Changes) -> dict[int, SeriesKey]:
    """Look at days, and give the series of which responses changed sides."""
    if not stale:
        return {}
    found, staff = days.responses_of(stale), days.staff_of(stale)
    changed: dict[int, int] = {}
    moved: list[int] = []
    for key in stale:
        try:
            flags = _flags_of_day(key, found.get(key, ()), staff.get(key, ()))
        except LookupError:
            # An operator took an instrument's file away; the listener must not stop for it.
            log.exception("flags of kiosk-day %s were not looked at", key)
            continue
        for row in found.get(key, ()):
            now = flags.get(row.id, 0)
            if now != row.flags:
                changed[row.id] = now
                if bool(now) != bool(row.flags):
                    moved.append(row.id)
    series = _move(moved, changes)
    storage.set_flags([(flags, row) for row, flags in changed.items()])
    return series


def _flags_of_day(key: int, rows: Sequence[DayResponse], staff: Sequence[tuple[int, int]]) -> dict[int, int]:
    answered = [_answered(row) for row in rows]
    window = asks_past(answered)
    kiosk, day = split_kiosk_day(key)
    past = days.busiest_hours(kiosk, rows[-1].place, days=(day - window, day - 1)) if window else ()
    return {row: int(flags) for row, flags in flags_of(answered, staff=staff, past=past).items()}


def _move(ids: Sequence[int], changes: Changes) -> dict[int, SeriesKey]:
    """Move responses whose flags are not written yet to the other side of their tallies."""
    names = Names()
    series: dict[int, SeriesKey] = {}
    for row in storage.stored(ids):
        series[row.series] = row.key
        number, groups = storage.number_of(row), storage.groups_of(row, names)
        was = bool(row.flags)
        for flagged, amount in ((not was, number), (was, -number)):
            changes.put(
                series=row.series,
                key=row.key,
                coded=storage.form_of(row),
                day=row.day,
                flagged=flagged,
                groups=groups,
                number=amount,
            )
    return series


def _answered(row: DayResponse) -> Answered:
    form = storage.form_named(row.instrument, row.version)
    return Answered(
        id=row.id,
        visit=(stream_of(row.id), row.boot, row.visit),
        at_ms=row.at_ms,
        answers=form.values(row.answers),
        highest=form.instrument.highest,
        asked=len(row.answers),
        duration_s=row.duration_s,
        outside_hours=row.outside_hours,
        typed=row.channel == TYPED,
        hour=row.hour,
    )
