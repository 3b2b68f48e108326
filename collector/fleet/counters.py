"""Where which counter of a place is, as its kiosks show it: out of the sheet *Loket*, and never set by hand."""

from collector.fleet.models import Counter, Kiosk, Place
from survey.settings.shown import COUNTERS


def counters_at(place: Place, kiosk: Kiosk) -> dict[str, object]:
    """Give the setting for a kiosk at a place; None where the place has no counters, which takes the key out."""
    rows = Counter.objects.filter(place=place, shown=True).select_related("unit").order_by("pk")
    return {COUNTERS: [_told(one, kiosk) for one in rows] or None}


def squares(text: str) -> list[int]:
    """Read where a counter lies on its floor's plan; empty where it is not drawn."""
    return [int(one) for one in text.split()]


def _told(one: Counter, kiosk: Kiosk) -> dict[str, object]:
    told: dict[str, object] = {"name": one.name, "floor": one.floor}
    if one.number:
        told["number"] = one.number
    if one.way:
        told["way"] = one.way
    if one.box:
        told["box"] = squares(one.box)
    if one.unit is not None and one.unit_id != kiosk.stands_id:
        told["unit"] = one.unit.code
    if one.beside == kiosk.name:
        told["here"] = True
    return told
