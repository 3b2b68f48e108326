"""The fleet as rows of its sheets: what is written out, and what a file's rows are held against. As many questions for few rows as for many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, OuterRef, Q, Subquery

from collector.fleet.models import (
    Agency,
    Assignment,
    Counter,
    Kiosk,
    KioskKey,
    Place,
    Region,
    Service,
    Tenant,
    Unit,
    WantedKiosk,
)
from collector.fleet.sheets.columns import (
    AGENCIES,
    COUNTERS,
    KIOSKS,
    PLACES,
    SERVICES,
    TENANTS,
    UNITS,
    Key,
    Row,
)
from collector.words.foreign import in_one_line

_LIVING = Q(retired_on=None, hidden_on=None)


@dataclass(frozen=True)
class State:
    """What is here."""

    rows: Mapping[str, Mapping[Key, Row]]
    """By the sheet's name and the row's key. A place that a unit has to itself is a row too."""
    regions: frozenset[str]
    ended: frozenset[str]
    """Units that have ended or are hidden; none of their rows are among `rows`."""
    enrolled: Mapping[str, Row]
    """Kiosks that have a key in use, those at units that have ended among them: they are moved, and not imported."""
    stood: frozenset[str]
    """Units that ever had a kiosk."""
    archives: frozenset[str]
    """Kiosks that bring history in; they stand nowhere."""

    def own(self, place: Key) -> bool:
        """Tell whether a place follows from a unit: it has the unit's code, name and region, and no provider of its own."""
        unit, row = self.rows[UNITS.name].get(place), self.rows[PLACES.name][place]
        return unit is not None and (*unit[:3], "") == row


def now() -> State:
    """Read it."""
    living = Unit.objects.filter(_LIVING).order_by("code")
    ended = frozenset(Unit.objects.exclude(_LIVING).values_list("code", flat=True))
    newest = Assignment.objects.filter(kiosk=OuterRef("pk")).order_by("-since").values("place__code")[:1]
    enrolled = _stands(
        Kiosk.objects.filter(in_use=True).values_list("name", "stands__code", Subquery(newest))
    )
    wanted = _stands(WantedKiosk.objects.values_list("name", "unit__code", "place__code"))
    services = (
        Service.objects.filter(unit__in=living)
        .order_by("unit__code", "code")
        .values_list("unit__code", "code", "name", "offered")
    )
    units = living.values_list("code", "name", "region_id", "agency__code", "time_zone")
    places = Place.objects.order_by("code").values_list("code", "name", "region_id", "provider")
    kiosks = {key: row for key, row in sorted((wanted | enrolled).items()) if row[1] not in ended}
    counters = Counter.objects.order_by("place__code", "pk").values_list(
        "place__code", "name", "number", "floor", "way", "box", "beside", "shown", "unit__code"
    )
    archives = KioskKey.objects.exclude(archive_from=None).values_list("kiosk__name", flat=True)
    return State(
        rows={
            AGENCIES.name: {
                (code,): (code, in_one_line(name))
                for code, name in Agency.objects.order_by("code").values_list("code", "name")
            },
            UNITS.name: {
                (code,): (code, in_one_line(name), region, agency or "", zone)
                for code, name, region, agency, zone in units
            },
            PLACES.name: {
                (code,): (code, in_one_line(name), region, in_one_line(provider))
                for code, name, region, provider in places
            },
            SERVICES.name: {
                (unit, code): (unit, code, in_one_line(name), "ya" if offered else "tidak")
                for unit, code, name, offered in services
            },
            COUNTERS.name: {
                row[:2]: (*row[:7], "ya" if row[7] else "tidak", row[8] or "") for row in counters
            },
            KIOSKS.name: kiosks,
            TENANTS.name: _tenants(),
        },
        regions=frozenset(Region.objects.values_list("code", flat=True)),
        ended=ended,
        enrolled={name: row for (name,), row in enrolled.items()},
        stood=frozenset(Assignment.objects.values_list("unit__code", flat=True).distinct()),
        archives=frozenset(archives),
    )


def _tenants() -> dict[Key, Row]:
    """Give who served, serves or will serve where; what was called off before it began is no row."""
    rows = Tenant.objects.filter(unit__in=Unit.objects.filter(_LIVING)).exclude(until=F("since"))
    found: dict[Key, Row] = {}
    for place, unit, since, until, asks in rows.order_by("place__code", "unit__code", "since").values_list(
        "place__code", "unit__code", "since", "until", "questionnaire"
    ):
        last = (until - timedelta(days=1)).isoformat() if until is not None else ""
        found[place, unit, since.isoformat()] = (place, unit, since.isoformat(), last, asks)
    return found


def _stands(found: Iterable[tuple[str, str, str]]) -> dict[Key, Row]:
    """Give kiosks as rows; the place is left out where it is the unit's own."""
    return {(name,): (name, unit, place if place != unit else "") for name, unit, place in found}
