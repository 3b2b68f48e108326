"""How many wait at which counter of a mall, as its kiosks were last told by the queue system: bands, and nothing of who answered."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from collector import clock
from collector.fleet.models import Assignment, Kiosk, KioskSettings, Place, Unit
from survey.settings.shown import COUNTERS, SettingsRefused, read_counters
from survey.visit.plan import Counter
from survey.wire.health import uplink_health_of

FRESH = timedelta(minutes=20)
"""What is older says nothing of now."""


class Crowd(NamedTuple):
    """Those who wait at one counter."""

    counter: str
    band: int
    """As `survey.wire.crowd` counts them."""
    at: datetime
    """When the kiosk was heard of that says so."""
    agency: int | None
    """Whose counter it is."""


def waiting_at(place: Place) -> list[Crowd]:
    """Give what is known of those who wait at a place, in the order of its counters; of several kiosks the one heard last is believed."""
    newest = Assignment.objects.filter(kiosk=OuterRef("pk")).order_by("-since").values("place")[:1]
    here = Kiosk.objects.annotate(at=Subquery(newest)).filter(at=place.pk, in_use=True)
    heard = here.filter(state__online=True, state__heard_at__gte=clock.now() - FRESH)
    found: dict[str, Crowd] = {}
    for kiosk in heard.select_related("state", "stands").order_by("state__heard_at"):
        health = uplink_health_of(kiosk.state.health)
        waiting = dict(health.kiosk.waiting) if health is not None and health.kiosk is not None else {}
        for counter in _counters(kiosk) if waiting else ():
            if counter.key in waiting:
                code = counter.unit or (kiosk.stands.code if kiosk.stands is not None else "")
                agency = Unit.objects.filter(code=code).values_list("agency_id", flat=True).first()
                name = f"{counter.number} · {counter.name}" if counter.number else counter.name
                found[counter.key] = Crowd(name, waiting[counter.key], kiosk.state.heard_at, agency)
    return list(found.values())


def _counters(kiosk: Kiosk) -> tuple[Counter, ...]:
    """Give the counters of the kiosk's settings; what it tells of any other is none of this place's."""
    content = (
        KioskSettings.objects.filter(kiosk=kiosk)
        .order_by("-version")
        .values_list("content", flat=True)
        .first()
    )
    try:
        return read_counters((content or {}).get(COUNTERS, []))
    except SettingsRefused:
        return ()
