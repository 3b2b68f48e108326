"""Which streams speak of a unit in a period, and what of them lies in it."""

from django.db.models import QuerySet

from collector.evidence.models import HeardHead, Stream
from collector.fleet.models import Assignment, KioskKey, Unit
from collector.local import moment_of
from survey.index.periods import Period


def streams_of(unit: Unit, period: Period) -> QuerySet[Stream]:
    """Give the streams of every kiosk that can have earned something for a unit in a period."""
    return (
        Stream.objects.filter(kiosk_id__in=kiosks_of(unit, period))
        .select_related("kiosk", "key")
        .order_by("kiosk__name", "pk")
    )


def kiosks_of(unit: Unit, period: Period) -> set[int]:
    """Give every kiosk that can have earned something for a unit in a period.

    That is a kiosk assigned to the unit, or standing at one of its places, where a visitor can name the unit's services.
    """
    _, end_ms = period.bounds_ms(unit.time_zone)
    until = moment_of(end_ms)
    places = Assignment.objects.filter(unit=unit).values("place_id")
    there = Assignment.objects.filter(place_id__in=places)
    # The first assignment of a kiosk also covers the time before it, so only later ones can begin too late.
    return {
        kiosk
        for kiosk, since in there.values_list("kiosk_id", "since")
        if since < until or not Assignment.objects.filter(kiosk_id=kiosk, since__lt=since).exists()
    }


def awaited_of(unit: Unit, period: Period) -> list[tuple[KioskKey, str, list[HeardHead]]]:
    """Give the streams of such kiosks of which a head was heard and nothing came: key, stream, heads."""
    heads = HeardHead.objects.filter(key__kiosk_id__in=kiosks_of(unit, period)).select_related("key__kiosk")
    found: dict[tuple[int, str], list[HeardHead]] = {}
    for head in heads.order_by("key__kiosk__name", "key_id", "uid", "-seq"):
        found.setdefault((head.key_id, head.uid), []).append(head)
    held = set(Stream.objects.filter(key_id__in={key for key, _ in found}).values_list("key_id", "uid"))
    return [(heads[0].key, uid, heads) for (key, uid), heads in found.items() if (key, uid) not in held]


def silent_of(unit: Unit, period: Period) -> list[KioskKey]:
    """Give the keys of such kiosks under which nothing was ever heard, though they were enrolled before the period's end."""
    _, end_ms = period.bounds_ms(unit.time_zone)
    keys = KioskKey.objects.filter(
        kiosk_id__in=kiosks_of(unit, period), revoked_at=None, enrolled_at__lt=moment_of(end_ms)
    )
    return list(keys.filter(streams=None, heads=None).select_related("kiosk").order_by("kiosk__name", "pk"))
