"""Why somebody has to look at a kiosk: conditions that the database looks up, so that a list of thousands is sorted before any is read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Case, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value, When

from collector.evidence.models import Conflict, LostHere, Stream
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.models import Assignment, Kiosk, KioskKey, KioskSettings, SettingsReport, Unit

SILENT_DAYS = 3
FULL_PERCENT = 90
"""From where on a disk is said to fill up; the journal says itself when it takes no more."""


class Need(StrEnum):
    """Why somebody has to look at a kiosk, the gravest first; the values stand in addresses."""

    CONFLICT = "cerita"
    """It has signed two stories under the same numbers."""
    FOREIGN = "keputusan"
    """A stream waits for an administrator's decision."""
    CLOSED = "tertutup"
    """By its last report it takes no records."""
    REFUSED = "setelan"
    """It has refused the settings in force."""
    SILENT = "diam"
    """Nothing has come in for days, or ever."""
    TROUBLE = "gangguan"
    """It reports a trouble."""
    LOST = "hilang"
    """Records that the collector had are gone here."""
    DISK = "penuh"
    """Its disk fills up."""
    POWER = "listrik"
    """The supply was too weak since its start."""
    CLOCK = "jam"
    """The clock of its newest record was not trusted."""


_PLACES = {need: place for place, need in enumerate(Need)}


def standing_now(units: QuerySet[Unit]) -> QuerySet[Kiosk]:
    """Give the kiosks that stand at these units, each with `stands`, the unit's key, and `last_ms`, when something came in last."""
    reached = units.order_by().values("pk")
    ever = Kiosk.objects.filter(pk__in=Assignment.objects.filter(unit__in=reached).order_by().values("kiosk"))
    newest = Assignment.objects.filter(kiosk=OuterRef("pk")).order_by("-since").values("unit")[:1]
    placed = ever.annotate(stands=Subquery(newest), last_ms=Subquery(_last()))
    return placed.filter(stands__in=reached)


def conditions(midnight: datetime) -> dict[Need, Q]:
    """Give what each need is, as a condition on what `standing_now` gives, seen at the midnight that began today.

    A kiosk without a good key, and an archive, are asked for nothing that only a kiosk in use can do.
    """
    since = midnight - timedelta(days=SILENT_DAYS)
    keys = KioskKey.objects.filter(kiosk=OuterRef("pk"))
    streams = Stream.objects.filter(kiosk=OuterRef("pk"))
    conflicts = Conflict.objects.filter(stream__kiosk=OuterRef("pk"), stream__standing__in=COUNTING)
    in_use = Q(Exists(keys.filter(revoked_at=None, archive_from=None)))
    never = Q(last_ms=None) & Q(Exists(keys.filter(enrolled_at__lt=since)))
    silent = Q(last_ms__lt=round(since.timestamp() * 1000)) | never
    return {
        Need.CONFLICT: Q(Exists(conflicts)),
        Need.FOREIGN: Q(Exists(streams.filter(standing=StreamStanding.FOREIGN))),
        Need.CLOSED: Q(state__health__kiosk__accepting=False) & in_use,
        Need.REFUSED: Q(Exists(_refusing())) & in_use,
        Need.SILENT: silent & in_use,
        Need.TROUBLE: Q(state__health__kiosk__troubles__0__isnull=False) & in_use,
        Need.LOST: Q(Exists(LostHere.objects.filter(stream__kiosk=OuterRef("pk")))),
        Need.DISK: Q(state__health__kiosk__disk_used_percent__gte=FULL_PERCENT) & in_use,
        Need.POWER: Q(state__health__kiosk__was_under_voltage=True) & in_use,
        Need.CLOCK: Q(state__health__sync=False) & in_use,
    }


class Looked(NamedTuple):
    """A kiosk that was looked up, with what it needs."""

    kiosk: int
    name: str
    last_ms: int | None
    needs: tuple[Need, ...]
    """The gravest first."""


def look(kiosks: QuerySet[Kiosk], wanted: Mapping[Need, Q]) -> list[Looked]:
    """Look up what kiosks of `standing_now` need, in one query: the gravest first, the longest silent first among these, then by name."""
    flags = {
        f"needs_{need.name.lower()}": Case(When(one, then=Value(1)), default=Value(0))
        for need, one in wanted.items()
    }
    rows = kiosks.annotate(**flags).values_list("pk", "name", "last_ms", *flags)
    found = [
        Looked(pk, name, last_ms, tuple(need for need, is_so in zip(wanted, told, strict=True) if is_so))
        for pk, name, last_ms, *told in rows
    ]
    return sorted(found, key=_order)


def _order(one: Looked) -> tuple[int, bool, int, str]:
    gravest = _PLACES[one.needs[0]] if one.needs else len(_PLACES)
    is_silent = Need.SILENT in one.needs
    return gravest, not is_silent, (one.last_ms or 0) if is_silent else 0, one.name


def _last() -> QuerySet[Stream, Any]:
    of_kiosk = Stream.objects.filter(kiosk=OuterRef("pk")).order_by().values("kiosk")
    return of_kiosk.annotate(at=Max("received_ms")).values("at")


def _refusing() -> QuerySet[SettingsReport]:
    """Give the report by which a kiosk refuses the newest settings, where that is the last it said."""
    of_kiosk = SettingsReport.objects.filter(kiosk=OuterRef("kiosk"))
    last = of_kiosk.order_by("-at_ms", "-stream_id", "-seq").values("pk")[:1]
    newest = KioskSettings.objects.filter(kiosk=OuterRef("kiosk")).order_by("-version").values("version")[:1]
    refused = SettingsReport.objects.filter(kiosk=OuterRef("pk"), applied=False)
    return refused.filter(version=Subquery(newest), pk=Subquery(last))
