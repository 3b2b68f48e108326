"""Where a setting is set: for all kiosks, for a region with all below it, for a unit, for a kiosk. Of what reaches a kiosk the nearest wins.

Here values are kept and looked up; `collector.fleet.setting` changes them, and `collector.fleet.publication` signs what comes of them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Kiosk, Region, SetValue, Unit
from collector.fleet.tree import below, find_unit

ALL, REGION, UNIT, KIOSK = "all", "region", "unit", "kiosk"


class Layer(NamedTuple):
    """One place where settings are set."""

    kind: str
    code: str = ""
    """Of the region or the unit, or the kiosk's name; empty for all."""

    def __str__(self) -> str:
        return f"{self.kind} {self.code}".strip()


EVERY = Layer(ALL)
EVERYTHING = ("everything", "")
"""What only an office that holds everywhere reaches."""


class Placed(NamedTuple):
    """A value, and where it comes from."""

    value: object
    layer: Layer
    by: str
    at: datetime


def find(kind: str, code: str) -> Layer:
    """Give a layer that there can be.

    Raises:
        CollectorError: there is no such region (`region_unknown`), unit (`unit_not_here`) or kiosk (`kiosk_not_here`).
    """
    if kind == REGION and not Region.objects.filter(pk=code).exists():
        raise CollectorError("region_unknown", code=code)
    if kind == UNIT:
        find_unit(code)
    if kind == KIOSK and not Kiosk.objects.filter(name=code).exists():
        raise CollectorError("kiosk_not_here", name=code)
    return EVERY if kind == ALL else Layer(kind, code)


def of_region(code: str) -> list[Layer]:
    """Give the layers that reach a region, the nearest first."""
    parts = code.split(".")
    regions = [Layer(REGION, ".".join(parts[:depth])) for depth in range(len(parts), 0, -1)]
    return [*regions, EVERY]


def reaching(kiosk: str, unit: Unit | None) -> list[Layer]:
    """Give the layers that reach a kiosk which stands at a unit, the nearest first."""
    own = Layer(KIOSK, kiosk)
    return [own, Layer(UNIT, unit.code), *of_region(unit.region_id)] if unit is not None else [own, EVERY]


def over(layer: Layer) -> list[Layer]:
    """Give a layer and those above it, the nearest first."""
    if layer.kind == KIOSK:
        kiosk = Kiosk.objects.select_related("stands").get(name=layer.code)
        return reaching(kiosk.name, kiosk.stands)
    if layer.kind == UNIT:
        return [layer, *of_region(find_unit(layer.code).region_id)]
    return of_region(layer.code) if layer.kind == REGION else [EVERY]


def office_over(layer: Layer) -> tuple[str, str]:
    """Give what an office must reach to change a layer: a kind and a code, as `collector.accounts.scope.Scope.reaches` takes them."""
    if layer.kind == KIOSK:
        stands = Kiosk.objects.select_related("stands").get(name=layer.code).stands
        return (UNIT, stands.code) if stands is not None else EVERYTHING
    return EVERYTHING if layer.kind == ALL else (layer.kind, layer.code)


def in_force(layers: Iterable[Layer]) -> dict[str, Placed]:
    """Give, by key, the nearest value of layers that are named the nearest first; with one query."""
    rank = {layer: place for place, layer in enumerate(layers)}
    codes: dict[str, list[str]] = {}
    for kind, code in rank:
        codes.setdefault(kind, []).append(code)
    wanted = Q()
    for kind, of_kind in codes.items():
        wanted |= Q(layer=kind, of__in=of_kind)
    found: dict[str, Placed] = {}
    rows = SetValue.objects.filter(wanted)
    for row in sorted(rows, key=lambda one: -rank[Layer(one.layer, one.of)]):
        found[row.key] = Placed(row.value, Layer(row.layer, row.of), row.set_by, row.set_at)
    return found


def own(layer: Layer) -> dict[str, object]:
    """Give what is set in a layer itself."""
    return dict(SetValue.objects.filter(layer=layer.kind, of=layer.code).values_list("key", "value"))


def write(layer: Layer, changes: Mapping[str, object], *, who: str) -> None:
    """Set values in a layer; None clears one, so that it falls back to what lies above. Call it in a transaction."""
    now = clock.now()
    for key, value in changes.items():
        if value is None:
            SetValue.objects.filter(layer=layer.kind, of=layer.code, key=key).delete()
            continue
        SetValue.objects.update_or_create(
            layer=layer.kind,
            of=layer.code,
            key=key,
            defaults={"value": value, "set_by": who[:150], "set_at": now},
        )


def kiosks_of(layer: Layer) -> QuerySet[Kiosk]:
    """Give the kiosks in use that a layer reaches."""
    used = Kiosk.objects.filter(in_use=True)
    if layer.kind == KIOSK:
        return used.filter(name=layer.code)
    if layer.kind == UNIT:
        return used.filter(stands__code=layer.code)
    if layer.kind == REGION:
        return used.filter(stands__in=Unit.objects.filter(below(layer.code)).values("pk"))
    return used


def nearer(layer: Layer) -> QuerySet[SetValue]:
    """Give what is set below a layer, and so wins there."""
    if layer.kind == KIOSK:
        return SetValue.objects.none()
    if layer.kind == ALL:
        return SetValue.objects.exclude(layer=ALL)
    if layer.kind == UNIT:
        kiosks = Kiosk.objects.filter(stands__code=layer.code)
        return SetValue.objects.filter(layer=KIOSK, of__in=kiosks.values("name"))
    units = Unit.objects.filter(below(layer.code))
    kiosks = Kiosk.objects.filter(stands__in=units.values("pk"))
    return SetValue.objects.filter(
        Q(layer=REGION, of__startswith=f"{layer.code}.")
        | Q(layer=UNIT, of__in=units.values("code"))
        | Q(layer=KIOSK, of__in=kiosks.values("name"))
    )


def mark(kiosks: QuerySet[Kiosk]) -> int:
    """Note that settings must be signed anew for kiosks, in one statement; `collector.fleet.setting.sign_due` does it in steps."""
    return kiosks.update(due=True)
