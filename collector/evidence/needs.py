"""Why somebody has to look at a kiosk: conditions that the database looks up, so that of a list of a whole country one page is read.

What nearly every kiosk may have stands in its own row (`collector.fleet.present`, and the hour of its last arrival), under an index; what few
have is the short list of those that have it. So a page costs about as much whether three kiosks are listed or 84,000.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
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
_ALARMS: Mapping[Need, Alarm] = {
    Need.CLOSED: Alarm.CLOSED,
    Need.TROUBLE: Alarm.TROUBLE,
    Need.DAMAGED: Alarm.DAMAGED,
    Need.BACKLOG: Alarm.BACKLOG,
    Need.DISK: Alarm.DISK,
    Need.POWER: Alarm.POWER,
    Need.CLOCK: Alarm.CLOCK,
}
_OF_FEW = (Need.CONFLICT, Need.FOREIGN, Need.REFUSED, Need.LOST)


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


def numbers(kiosks: QuerySet[Kiosk], wanted: Mapping[Need, Q]) -> Counter[Needs]:
    """Count kiosks by all that each needs: by what nearly every kiosk may have, out of the index; then those few that have more anew."""
    silent = wanted[Need.SILENT]
    found: Counter[Needs] = Counter()
    of_all = kiosks.order_by().values_list("in_use", "alarms")
    for in_use, alarms, every, still in of_all.annotate(Count("pk"), still=Count("pk", filter=silent)):
        found[_needs(in_use, alarms, still=True)] += still
        found[_needs(in_use, alarms, still=False)] += every - still
    flags = {f"needs_{need.name.lower()}": _flag(wanted[need]) for need in _OF_FEW}
    few = kiosks.order_by().filter(reduce(or_, (wanted[need] for need in _OF_FEW)))
    of_few = few.annotate(still=_flag(silent), **flags).values_list("in_use", "alarms", "still", *flags)
    for in_use, alarms, still, *told, number in of_few.annotate(Count("pk")):
        plain = _needs(in_use, alarms, still=bool(still))
        more = {need for need, is_so in zip(_OF_FEW, told, strict=True) if is_so}
        found[plain] -= number
        found[tuple(need for need in Need if need in more or need in plain)] += number
    return +found


def ordered(
    kiosks: QuerySet[Kiosk],
    wanted: Mapping[Need, Q],
    found: Counter[Needs],
    *,
    chosen: Need | None = None,
    start: int = 0,
    stop: int | None = None,
) -> list[int]:
    """Give the numbers of the kiosks at some places of their list: the gravest first, the longest silent first among these, then by name.

    `found` is what `numbers` gave for them; with a need, only kiosks that have it are listed. A query for each kind of need that lies there.
    """
    groups: Counter[tuple[Need | None, bool]] = Counter()
    for needs, number in found.items():
        if chosen is None or chosen in needs:
            groups[next(iter(needs), None), Need.SILENT in needs] += number
    if chosen is not None:
        kiosks = kiosks.filter(wanted[chosen])
    listed: list[int] = []
    before = 0
    for gravest in (*Need, None):
        for is_silent in (True, False):
            number = groups[gravest, is_silent]
            first = max(0, start - before)
            last = number if stop is None else min(number, stop - before)
            before += number
            if first < last:
                of_group = kiosks.filter(*_of_group(gravest, wanted, is_silent=is_silent))
                order = (F("last_hour_ms").asc(nulls_first=True), "name") if is_silent else ("name",)
                listed += _slice(of_group.order_by(*order), first, last, of=number)
    return listed


def _slice(kiosks: QuerySet[Kiosk], first: int, last: int, *, of: int) -> list[int]:
    """Give the numbers of some of so many kiosks in their order; of what lies nearer to the end from there, for each on the way costs."""
    if first <= of - last:
        return list(kiosks.values_list("pk", flat=True)[first:last])
    return list(kiosks.reverse().values_list("pk", flat=True)[of - last : of - first])[::-1]


def _of_group(gravest: Need | None, wanted: Mapping[Need, Q], *, is_silent: bool) -> Iterator[Q]:
    """Give the conditions that this is a kiosk's gravest need, and whether it is silent."""
    graver = tuple(Need)[: tuple(Need).index(gravest)] if gravest is not None else tuple(Need)
    yield from (~wanted[need] for need in graver if need in _OF_FEW)
    if alarms := reduce(or_, (_ALARMS[need] for need in graver if need in _ALARMS), Alarm(0)):
        yield ~complains(alarms)
    if gravest is not None:
        yield wanted[gravest]
    if gravest is not Need.SILENT:
        yield wanted[Need.SILENT] if is_silent else ~wanted[Need.SILENT]


def _needs(in_use: bool, alarms: int, *, still: bool) -> Needs:
    """Give what the row of a kiosk says that it needs."""
    return tuple(
        need
        for need in Need
        if (need is Need.SILENT and still) or (need in _ALARMS and in_use and alarms & _ALARMS[need])
    )


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
