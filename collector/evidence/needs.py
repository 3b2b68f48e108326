"""Why somebody has to look at a kiosk: conditions that the database looks up, so that a list of thousands is sorted before any is read."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When

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


def standing_now(units: QuerySet[Unit]) -> QuerySet[Kiosk]:
    """Give the kiosks that stand at these units, each with `stands`, the unit's key, and `last_ms`, when something came in last."""
    newest = Assignment.objects.filter(kiosk=OuterRef("pk")).order_by("-since").values("unit")[:1]
    placed = Kiosk.objects.annotate(stands=Subquery(newest), last_ms=Subquery(_last()))
    return placed.filter(stands__in=units.order_by().values("pk"))


def conditions(midnight: datetime) -> dict[Need, Q]:
    """Give what each need is, as a condition on what `standing_now` gives, seen at the midnight that began today.

    A kiosk without a good key, and an archive, are asked for nothing that only a kiosk in use can do.
    """
    since = midnight - timedelta(days=SILENT_DAYS)
    silent = Q(last_ms__lt=round(since.timestamp() * 1000)) | Q(last_ms=None) & Q(
        pk__in=KioskKey.objects.filter(enrolled_at__lt=since).values("kiosk")
    )
    in_use = Q(pk__in=KioskKey.objects.filter(revoked_at=None, archive_from=None).values("kiosk"))
    conflicts = Conflict.objects.filter(stream__standing__in=COUNTING)
    foreign = Stream.objects.filter(standing=StreamStanding.FOREIGN)
    return {
        Need.CONFLICT: Q(pk__in=conflicts.values("stream__kiosk")),
        Need.FOREIGN: Q(pk__in=foreign.values("kiosk")),
        Need.CLOSED: in_use & Q(state__health__kiosk__accepting=False),
        Need.REFUSED: in_use & Q(pk__in=_refusing().values("kiosk")),
        Need.SILENT: in_use & silent,
        Need.TROUBLE: in_use & Q(state__health__kiosk__troubles__0__isnull=False),
        Need.LOST: Q(pk__in=LostHere.objects.values("stream__kiosk")),
        Need.DISK: in_use & Q(state__health__kiosk__disk_used_percent__gte=FULL_PERCENT),
        Need.POWER: in_use & Q(state__health__kiosk__was_under_voltage=True),
        Need.CLOCK: in_use & Q(state__health__sync=False),
    }


def sorted_by(kiosks: QuerySet[Kiosk], wanted: Mapping[Need, Q]) -> QuerySet[Kiosk]:
    """Sort kiosks by their gravest need, those silent longest first; those that need nobody come last, by name."""
    cases = [When(one, then=Value(place)) for place, one in enumerate(wanted.values())]
    silence = Case(When(wanted[Need.SILENT], then=F("last_ms")), default=None)
    return kiosks.annotate(gravest=Case(*cases, default=Value(len(wanted))), silence=silence).order_by(
        "gravest", F("silence").asc(nulls_first=True), "name"
    )


def needs_of(kiosks: Collection[int], wanted: Mapping[Need, Q]) -> dict[int, tuple[Need, ...]]:
    """Give what each of a few kiosks needs, by its key, the gravest first."""
    flags = {
        f"needs_{need.name.lower()}": Case(
            When(one, then=Value(need.value)), default=Value(""), output_field=CharField()
        )
        for need, one in wanted.items()
    }
    found = Kiosk.objects.annotate(last_ms=Subquery(_last())).filter(pk__in=kiosks).annotate(**flags)
    return {pk: tuple(Need(one) for one in needs if one) for pk, *needs in found.values_list("pk", *flags)}


def counted(kiosks: QuerySet[Kiosk], wanted: Mapping[Need, Q]) -> dict[Need, int]:
    """Give how many of the kiosks have each need."""
    numbers = kiosks.order_by().aggregate(
        **{need.name.lower(): Count("pk", filter=one) for need, one in wanted.items()}
    )
    return {need: numbers[need.name.lower()] for need in wanted}


def any_of(kiosks: QuerySet[Kiosk], wanted: Mapping[Need, Q]) -> int:
    """Give how many of the kiosks need anybody at all."""
    every = Q()
    for one in wanted.values():
        every |= one
    return kiosks.filter(every).count()


def _last() -> QuerySet[Stream, Any]:
    of_kiosk = Stream.objects.filter(kiosk=OuterRef("pk")).order_by().values("kiosk")
    return of_kiosk.annotate(at=Max("received_ms")).values("at")


def _refusing() -> QuerySet[SettingsReport]:
    """Give the reports by which kiosks refuse the newest settings, and after which they said nothing else."""
    later = SettingsReport.objects.filter(kiosk=OuterRef("kiosk")).order_by("-at_ms", "-stream_id", "-seq")
    newest = KioskSettings.objects.filter(kiosk=OuterRef("kiosk")).order_by("-version")
    refused = SettingsReport.objects.filter(applied=False, version=Subquery(newest.values("version")[:1]))
    return refused.filter(pk=Subquery(later.values("pk")[:1])).order_by()
