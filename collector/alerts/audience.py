"""Which open alerts an account sees: kiosks of its offices, what is due in its regencies, answers as an evaluator, complaints as their list shows them."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Q, QuerySet

from collector.accounts import roles
from collector.accounts.models import Office
from collector.accounts.roles import Account
from collector.accounts.scope import EVERYWHERE
from collector.alerts.models import Alert
from collector.alerts.rules import ANSWERS, COMPLAINTS, PRIVATE, Kind
from collector.complaints import sight
from collector.complaints.levels import Holder, holder_name

_OF_HOLDER = (
    "ticket__level", "ticket__holder_unit__code", "ticket__holder_agency__code", "ticket__holder_region",
    "ticket__holder_unit__name", "ticket__holder_agency__name", "ticket__holder_region__name",
)  # fmt: skip


class At(NamedTuple):
    """What complaints of an office are told as."""

    kind: Kind
    holder: Holder
    name: str


class Waiting(NamedTuple):
    """How many complaints of an office there are, of one kind."""

    office: At
    number: int
    regions: frozenset[str]
    fresh: bool
    """Whether one of them is new at the moment that was asked for."""


def of_kiosks(user: Account) -> QuerySet[Alert]:
    """Give the open alerts of kiosks that stand at units of an account's offices."""
    found = Alert.objects.filter(ended_at=None, kiosk__stands__isnull=False).exclude(kind__in=PRIVATE)
    offices = roles.held(user, roles.OFFICERS)
    if not offices:
        return found.none()
    units = roles.units_of(offices)
    if not units.query.has_filters():  # of a whole country no unit is looked up
        return found
    return found.filter(kiosk__stands__in=units.order_by().values("pk"))


def of_others(user: Account) -> QuerySet[Alert]:
    """Give the open alerts of anything but kiosks and complaints, for whoever evaluates there."""
    offices = roles.held(user, roles.EVALUATORS)
    if not offices:
        return Alert.objects.none()
    whole = sight.units_whole(user).order_by().values("pk")
    found = Q(kind__in=ANSWERS, unit__in=whole)
    if any(office.scope == EVERYWHERE for office in offices):
        found |= Q(kind__in=(Kind.COSIGN, Kind.RELEASES))
    else:
        codes = [office.region.pk for office in offices if office.region is not None]
        own = Q(pk__in=[])
        for code in codes:
            own |= Q(subject=f"regency:{code}") | Q(subject__startswith=f"regency:{code}.")
        found |= Q(kind=Kind.RELEASES) & own
    return Alert.objects.filter(found, ended_at=None)


def of_complaints(
    user: Account, *, round_at: datetime | None = None, kinds: tuple[Kind, ...] = COMPLAINTS
) -> list[Waiting]:
    """Give how many complaints wait, by office, of those that an account sees.

    `round_at`: the moment of a round whose messages are made; new complaints are announced to nobody who ever sat at the desk that they are about,
    whether they are kept from it or not.
    """
    seen = Alert.objects.filter(ended_at=None, kind__in=kinds, ticket__in=sight.visible(user).values("pk"))
    if round_at is not None:
        sat = Office.objects.filter(user=user.pk, role=roles.UNIT_OFFICER)
        seen = seen.exclude(kind=Kind.NEW, ticket__unit__in=sat.values("unit"))
    rows = seen.order_by().values_list("kind", "ticket__unit__region", *_OF_HOLDER)
    numbers: Counter[At] = Counter()
    regions: dict[At, set[str]] = {}
    new: set[At] = set()
    for kind, region, level, unit, agency, of, *names, number, newest in rows.annotate(
        Count("pk"), Max("opened_at")
    ):
        holder = Holder(level, unit or agency or of or "")
        office = At(Kind(kind), holder, holder_name(holder, next(filter(None, names), "")))
        numbers[office] += number
        regions.setdefault(office, set()).add(region)
        if newest == round_at:
            new.add(office)
    order = (Kind.OVER, Kind.TODAY, Kind.SOON, Kind.NEW)
    listed = sorted(numbers, key=lambda one: (order.index(one.kind), one.name))
    return [Waiting(one, numbers[one], frozenset(regions[one]), one in new) for one in listed]
