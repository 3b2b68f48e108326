"""Which streams speak of a unit in a period, and what of them lies in it."""

from django.db.models import QuerySet

from collector.evidence.models import Stream
from collector.fleet.models import Assignment, Unit
from collector.local import moment_of
from survey.index.periods import Period


def streams_of(unit: Unit, period: Period) -> QuerySet[Stream]:
    """Give the streams of every kiosk that can have earned something for a unit in a period.

    That is a kiosk assigned to the unit, or standing at one of its places, where a visitor can name the unit's services.
    """
    _, end_ms = period.bounds_ms(unit.time_zone)
    until = moment_of(end_ms)
    places = Assignment.objects.filter(unit=unit).values("place_id")
    there = Assignment.objects.filter(place_id__in=places)
    # The first assignment of a kiosk also covers the time before it, so only later ones can begin too late.
    kiosks = {
        kiosk
        for kiosk, since in there.values_list("kiosk_id", "since")
        if since < until or not Assignment.objects.filter(kiosk_id=kiosk, since__lt=since).exists()
    }
    return (
        Stream.objects.filter(kiosk_id__in=kiosks)
        .select_related("kiosk", "key")
        .order_by("kiosk__name", "pk")
    )
