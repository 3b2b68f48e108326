"""Reminding a unit that has not reported a period: once a day, and it stands in the trail."""

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction

from collector import clock
from collector.desk import periods
from collector.desk.models import Reminder
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.people import trail
from survey.index.periods import Period


def remind(unit: Unit, period: Period, *, who: str) -> Reminder:
    """Remind a unit of a period that it has not handed in.

    Raises:
        CollectorError: nothing is owed (`remind_nothing`), or somebody has reminded it today (`remind_twice`).
    """
    if not periods.standing(unit, period).waits_for_unit:
        raise CollectorError("remind_nothing")
    day = periods.today(unit.time_zone)
    try:
        with transaction.atomic():
            found = Reminder.objects.create(
                unit=unit, day=day, period=period.identifier, who=who[:150], at=clock.now()
            )
            trail.note(
                who=who, action="reminder", subject=f"unit {unit.code}", facts={"period": period.identifier}
            )
    except IntegrityError:
        raise CollectorError("remind_twice") from None
    return found


def newest(units: Iterable[Unit], period: Period) -> Mapping[int, Reminder]:
    """Give the newest reminder of each unit about a period, by the unit's number."""
    found = Reminder.objects.filter(unit__in=list(units), period=period.identifier)
    return {one.unit_id: one for one in found.order_by("day")}
