"""What hangs on a region: what would lie nowhere, or be held by nobody, where its code is no more. Rooms above this one name what is theirs."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from collector.fleet import setting
from collector.fleet.models import Kiosk, Place, SetValue, Unit


class Kind(NamedTuple):
    """One kind of thing that hangs on regions."""

    name: str
    """Its word is `region.hangs_NAME`."""
    where: Callable[[], Iterable[str | None]]
    """Gives the region's code of each that hangs on one."""
    move: Callable[[str, str], int] | None
    """Has what hangs on one region hang on another; gives how many. None for what follows from another kind."""


def _units(before: str, now: str) -> int:
    units = list(Unit.objects.filter(region=before).values_list("pk", flat=True))
    Unit.objects.filter(pk__in=units).update(region=now)
    setting.renew(Kiosk.objects.filter(in_use=True, stands__in=units))
    return len(units)


def _values(before: str, now: str) -> int:
    """What is set for the new region already stays as it is."""
    taken = SetValue.objects.filter(layer="region", of=now).values_list("key", flat=True)
    return SetValue.objects.filter(layer="region", of=before).exclude(key__in=list(taken)).update(of=now)


_kinds = [
    # Settings move before the units: their kiosks are signed for with what holds there then.
    Kind("settings", lambda: SetValue.objects.filter(layer="region").values_list("of", flat=True), _values),
    Kind(
        "places",
        lambda: Place.objects.values_list("region", flat=True),
        lambda before, now: Place.objects.filter(region=before).update(region=now),
    ),
    Kind("units", lambda: Unit.objects.values_list("region", flat=True), _units),
    Kind("kiosks", lambda: Kiosk.objects.filter(in_use=True).values_list("stands__region", flat=True), None),
]


def register(kind: Kind) -> None:
    """Have a room above name what of it hangs on regions."""
    if kind.name not in [one.name for one in _kinds]:
        _kinds.append(kind)


def on(codes: Collection[str]) -> dict[str, dict[str, int]]:
    """Give, by region, how many of what hang on it; of those alone on which something does. As many queries for many as for few."""
    wanted = frozenset(codes)
    found: dict[str, dict[str, int]] = {}
    if not wanted:
        return found
    for kind in _kinds:
        for code, number in Counter(kind.where()).items():
            if code is not None and code in wanted:
                found.setdefault(code, {})[kind.name] = number
    return found


def move(before: str, now: str) -> Mapping[str, int]:
    """Have all that hangs on one region hang on another; gives how many of what. Call it in a transaction."""
    return {kind.name: kind.move(before, now) for kind in _kinds if kind.move is not None}
