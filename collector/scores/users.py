"""How many people a unit served in a period, as its staff states it."""

from django.db import transaction
from django.db.models import QuerySet

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.people.trail import note
from collector.scores.models import Population
from survey.index.periods import Period

MOST_USERS = 2_000_000_000


def is_stated(unit: Unit, period: Period) -> bool:
    """Tell whether the unit's staff has said how many people it served in exactly this period."""
    return _of(unit, period).exists()


def state(unit: Unit, period: Period, users: int, *, who: str, why: str = "") -> None:
    """Keep the number; stating it again corrects it, and 0 takes it back.

    Raises:
        CollectorError: no such number of people can have been served (`users_range`).
    """
    if not 0 <= users <= MOST_USERS:
        raise CollectorError("users_range", users=users)
    stated = _of(unit, period)
    with transaction.atomic():
        facts = {"period": period.identifier, "users": users}
        note(who=who, action="users stated", subject=unit.code, why=why, facts=facts)
        if not users:
            stated.delete()
            return
        Population.objects.update_or_create(
            unit=unit,
            first_day=period.first,
            last_day=period.last,
            defaults={"users": users, "stated_at": clock.now(), "stated_by": who[:150]},
        )


def _of(unit: Unit, period: Period) -> QuerySet[Population]:
    return Population.objects.filter(unit=unit, first_day=period.first, last_day=period.last)
