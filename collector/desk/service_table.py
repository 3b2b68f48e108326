"""A unit's services and whom it served as data: the two tables of their page, column by column."""

from collections.abc import Callable, Mapping, Sequence

from collector.fleet.models import Service
from collector.scores.models import Population
from survey.index.periods import Period, PeriodKind, around, between
from survey.index.sampling import required_sample

SERVICES: Sequence[tuple[str, Callable[[Service], object]]] = (
    ("unit", lambda one: one.unit.code),
    ("service", lambda one: one.code),
    ("name", lambda one: one.name),
    ("offered", lambda one: one.offered),
)
USERS: Sequence[tuple[str, Callable[[Population], object]]] = (
    ("unit", lambda one: one.unit.code),
    ("period", lambda one: period_of(one).identifier),
    ("first_day", lambda one: one.first_day.isoformat()),
    ("last_day", lambda one: one.last_day.isoformat()),
    ("users", lambda one: one.users),
    ("required", lambda one: required_sample(one.users)),
    ("stated_at", lambda one: one.stated_at.isoformat()),
    ("stated_by", lambda one: one.stated_by),
)


def services(found: Sequence[Service]) -> list[Mapping[str, object]]:
    """Give the cells of services by the names of their columns."""
    return [{name: read(one) for name, read in SERVICES} for one in found]


def users(found: Sequence[Population]) -> list[Mapping[str, object]]:
    """Give the cells of what was stated of users by the names of their columns."""
    return [{name: read(one) for name, read in USERS} for one in found]


def period_of(stated: Population) -> Period:
    """Give the period of a statement; its days where it is none of the calendar."""
    for kind in PeriodKind:
        if kind is not PeriodKind.RANGE:
            period = around(stated.first_day, kind)
            if (period.first, period.last) == (stated.first_day, stated.last_day):
                return period
    return between(stated.first_day, stated.last_day)
