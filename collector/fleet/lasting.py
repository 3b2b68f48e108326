"""How long a unit is one: since when it has ended, and whether it ever was one; what follows for periods, lists and kiosks.

A unit that is closed, merged or moved is *retired* from a day on: it owes every period that began before that day, the one in which the day
lies too, and none after. What was never a unit (a test, a slip of the finger) is *hidden*: it owes nothing and is in no list and no sum.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from collector.errors import CollectorError
from collector.fleet.assignments import standing_at
from collector.fleet.models import Assignment, Kiosk, KioskKey, Unit
from collector.local import local_date
from survey.index.periods import Period

REAL = Q(hidden_on=None)
"""The condition that a unit was ever one."""


def owes(unit: Unit, period: Period) -> bool:
    """Tell whether a unit was one when a period began."""
    return unit.hidden_on is None and not has_ended(unit, on=period.first)


def owing(period: Period) -> Q:
    """Give the condition that a unit was one when a period began."""
    return REAL & (Q(retired_on=None) | Q(retired_on__gt=period.first))


def has_ended(unit: Unit, *, on: date) -> bool:
    """Tell whether a unit has ended by a day."""
    return unit.retired_on is not None and unit.retired_on <= on


def kiosks_at(unit: Unit) -> list[str]:
    """Give the names of the kiosks that stand at a unit and have a key that counts; an archive stands nowhere."""
    keys = KioskKey.objects.filter(kiosk__in=standing_at(unit), revoked_at=None, archive_from=None)
    return sorted(set(keys.values_list("kiosk__name", flat=True)))


def check_takes(unit: Unit, *, until: date | None) -> None:
    """Refuse a kiosk for a unit that has ended or is hidden; `until`: the first day it stands there no more, None where it stays.

    History of the time before its end may still be played in.

    Raises:
        CollectorError: the unit takes none (`unit_takes_none`).
    """
    # In a larger transaction the lock holds until that has ended: nobody retires the unit meanwhile.
    with transaction.atomic():
        now = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    ended = now.retired_on is not None and (until is None or until > now.retired_on)
    if ended or now.hidden_on is not None:
        raise CollectorError("unit_takes_none", unit=unit.code)


def check_move(kiosk: Kiosk, unit: Unit, *, since: datetime) -> None:
    """Refuse to have a kiosk stand at a unit beyond its end; a corrected date before it is none.

    Raises:
        CollectorError: the unit takes none (`unit_takes_none`).
    """
    after = Assignment.objects.filter(kiosk=kiosk, since__gt=since).order_by("since").first()
    check_takes(unit, until=local_date(after.since, unit.time_zone) if after is not None else None)
