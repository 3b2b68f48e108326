"""Why somebody has to look at a kiosk: conditions that the database looks up.

What nearly every kiosk may have stands in its own row (`collector.fleet.present`, and the hour of its last arrival), under an index; what few
have is the short list of those that have it. `collector.evidence.kiosk_list` counts and sorts a whole country by the same conditions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import GreaterThan

from collector.evidence.models import Conflict, LostHere, Stream
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.models import Kiosk, KioskKey, KioskSettings, SettingsReport, Unit
from collector.fleet.present import Alarm

SILENT_DAYS = 3


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
    DAMAGED = "rusak"
    """Pieces of its journal were damaged."""
    BACKLOG = "antre"
    """Its records do not come through, by its last report."""
    DISK = "penuh"
    """Its disk fills up."""
    POWER = "listrik"
    """The supply was too weak since its start."""
    CLOCK = "jam"
    """The clock of its newest record was not trusted."""


Needs = tuple[Need, ...]
"""The needs of a kiosk, the gravest first."""
ALARMS: Mapping[Need, Alarm] = {
    Need.CLOSED: Alarm.CLOSED,
    Need.TROUBLE: Alarm.TROUBLE,
    Need.DAMAGED: Alarm.DAMAGED,
    Need.BACKLOG: Alarm.BACKLOG,
    Need.DISK: Alarm.DISK,
    Need.POWER: Alarm.POWER,
    Need.CLOCK: Alarm.CLOCK,
}
"""What a kiosk in use complains of itself."""


def standing_now(units: QuerySet[Unit]) -> QuerySet[Kiosk]:
    """Give the kiosks that stand at these units."""
    if not units.query.has_filters():  # of a whole country no unit is looked up
        return Kiosk.objects.filter(stands__isnull=False)
    return Kiosk.objects.filter(stands__in=units.order_by().values("pk"))


def conditions(midnight: datetime) -> dict[Need, Q]:
    """Give what each need is, as a condition on kiosks, seen at the midnight that began today.

    A kiosk without a good key, and an archive, are asked for nothing that only a kiosk in use can do.
    """
    since = midnight - timedelta(days=SILENT_DAYS)
    in_use = Q(in_use=True)
    keys = KioskKey.objects.filter(kiosk=OuterRef("pk"), enrolled_at__lt=since)
    streams = Stream.objects.order_by()
    told_two = Conflict.objects.filter(stream__standing__in=COUNTING).order_by()
    late = Q(last_hour_ms__isnull=False, last_hour_ms__lt=round(since.timestamp() * 1000))
    return {
        Need.CONFLICT: Q(pk__in=told_two.values("stream__kiosk")),
        Need.FOREIGN: Q(pk__in=streams.filter(standing=StreamStanding.FOREIGN).values("kiosk")),
        Need.CLOSED: complains(Alarm.CLOSED),
        Need.REFUSED: Q(pk__in=_refusing().values("kiosk")) & in_use,
        Need.SILENT: in_use & (late | Q(Q(last_hour_ms__isnull=True), Exists(keys))),
        Need.TROUBLE: complains(Alarm.TROUBLE),
        Need.LOST: Q(pk__in=LostHere.objects.order_by().values("stream__kiosk")),
        Need.DAMAGED: complains(Alarm.DAMAGED),
        Need.BACKLOG: complains(Alarm.BACKLOG),
        Need.DISK: complains(Alarm.DISK),
        Need.POWER: complains(Alarm.POWER),
        Need.CLOCK: complains(Alarm.CLOCK),
    }


class Looked(NamedTuple):
    """A kiosk that was looked up, with what it needs."""

    kiosk: int
    needs: Needs


def look(kiosks: Sequence[int], wanted: Mapping[Need, Q]) -> list[Looked]:
    """Look up what some kiosks need, by their numbers and in their order, in one query."""
    flags = {f"needs_{need.name.lower()}": _flag(one) for need, one in wanted.items()}
    rows = Kiosk.objects.filter(pk__in=kiosks).annotate(**flags).values_list("pk", *flags)
    found = {pk: tuple(need for need, is_so in zip(wanted, told, strict=True) if is_so) for pk, *told in rows}
    return [Looked(pk, found[pk]) for pk in kiosks if pk in found]


def complains(alarms: Alarm) -> Q:
    """Give the condition that one of these alarms is told by a kiosk in use."""
    return Q(Q(in_use=True), GreaterThan(F("alarms").bitand(alarms.value), 0))


def _flag(one: Q) -> Case:
    return Case(When(one, then=Value(1)), default=Value(0))


def _refusing() -> QuerySet[SettingsReport]:
    """Give the reports by which kiosks refuse the newest settings, where that is the last they said."""
    of_kiosk = SettingsReport.objects.filter(kiosk=OuterRef("kiosk"))
    last = of_kiosk.order_by("-at_ms", "-stream_id", "-seq").values("pk")[:1]
    newest = KioskSettings.objects.filter(kiosk=OuterRef("kiosk")).order_by("-version").values("version")[:1]
    refused = SettingsReport.objects.filter(applied=False).order_by()
    return refused.filter(version=Subquery(newest), pk=Subquery(last))
