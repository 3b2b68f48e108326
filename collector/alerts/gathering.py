"""What is wrong now, from evidence, for all kiosks in as many queries as for one."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from collector.alerts import rules
from collector.alerts.rules import Kind, Level, Where
from collector.complaints.models import Holiday
from collector.evidence import needs
from collector.evidence.models import Stream
from collector.evidence.needs import Need
from collector.evidence.standing import COUNTING
from collector.fleet.models import Assignment, Kiosk, KioskKey, KioskSettings, Place
from collector.fleet.present import Alarm
from collector.local import UTC_NAME, local_date, moment_of
from collector.log import witnesses
from collector.trust import ca
from survey.settings.hours import Hours, read_hours

_SAME = {
    Need.CONFLICT: Kind.CONFLICT,
    Need.FOREIGN: Kind.FOREIGN,
    Need.CLOSED: Kind.CLOSED,
    Need.REFUSED: Kind.REFUSED,
    Need.TROUBLE: Kind.TROUBLE,
    Need.LOST: Kind.LOST,
    Need.DAMAGED: Kind.DAMAGED,
    Need.DISK: Kind.DISK,
    Need.POWER: Kind.POWER,
    Need.CLOCK: Kind.CLOCK,
}
_OVERDUE = timedelta(hours=1)
_LASTS = timedelta(days=ca.CERTIFICATE_DAYS)


class Found(NamedTuple):
    """Something that is wrong, and with what: a kiosk, a unit, a complaint, a regency, the collector itself."""

    kiosk: int | None
    name: str
    """Of the kiosk."""
    unit: str
    """The name of the unit."""
    region: str
    """Whose receivers are told; `-` for those of no region."""
    kind: Kind
    level: Level
    since: datetime
    subject: str = ""
    """Of anything but a kiosk."""
    unit_id: int | None = None
    ticket: int | None = None
    number: int = 0
    provider: str = ""
    """Whose SIM card the kiosk has."""

    @property
    def where(self) -> Where:
        """Give what it may have in common with others."""
        return Where(rules.regency(self.region), self.provider)

    @property
    def key(self) -> tuple[str, str]:
        """Give by what it is known from one look to the next."""
        return self.kind.value, self.subject or f"kiosk:{self.kiosk}"


class Look(NamedTuple):
    """All that is wrong."""

    at: datetime
    found: dict[tuple[str, str], Found]
    causes: frozenset[str]


def look(now: datetime, *, standing: frozenset[str]) -> Look:
    """Look what is wrong; `standing`: the common causes that stand."""
    providers = _providers()
    silent, quiet = _silent(now, providers)
    rest = (*_needing(now), *_waiting(), *_undelivered(now), *_ending(now), *_uncosigned(now))
    found = {one.key: one for one in (*silent, *rest)}
    if not silent:
        return Look(now, found, frozenset())
    return Look(now, found, rules.causes(quiet, _every(providers), standing=standing))


def _every(providers: Mapping[int, str]) -> Counter[Where]:
    every: Counter[Where] = Counter()
    standing = Kiosk.objects.filter(in_use=True, stands__isnull=False).order_by()
    for pk, region in standing.values_list("pk", "stands__region"):
        every[Where(rules.regency(region), providers.get(pk, ""))] += 1
    return every


def _providers() -> Mapping[int, str]:
    """Give whose SIM card each kiosk has, by the place where it stands now; nothing is looked up where nobody has said any."""
    if not Place.objects.exclude(provider="").exists():
        return {}
    rows = Assignment.objects.order_by("since").values_list("kiosk", "place__provider")
    return dict(rows.iterator())  # the newest place of each is the last


def _silent(now: datetime, providers: Mapping[int, str]) -> tuple[list[Found], Counter[Where]]:
    """Give who is late or silent, and what all who are at least suspect have in common."""
    # Opening time never passes faster than time: whoever was heard within this is fine whatever its hours.
    quiet = Kiosk.objects.filter(Q(state=None) | Q(state__heard_at__lte=now - rules.SUSPECT))
    quiet = quiet.filter(in_use=True, stands__isnull=False, stands__hidden_on=None).order_by()
    arrived = dict(
        Stream.objects.filter(kiosk__in=quiet.values("pk"))
        .order_by()
        .values_list("kiosk")
        .annotate(Max("received_ms"))
    )
    hours = _hours(quiet)
    free_in = free_days(now)
    held = cache(
        lambda told, zone, free: rules.marks(
            now, hours=_read(told) if told else rules.OFFICE, zone=zone, free=free
        )
    )
    found: list[Found] = []
    suspects: Counter[Where] = Counter()
    rows = quiet.values_list(
        "pk", "name", "created_at", "state__heard_at", "stands__name", "stands__region", "stands__time_zone"
    )
    for pk, name, created, heard, unit, region, zone in rows.iterator():
        last = max(one for one in (created, heard, _moment(arrived.get(pk))) if one is not None)
        mark = held(hours.get(pk), zone, free_in(region))
        if last <= mark.suspect:
            suspects[Where(rules.regency(region), providers.get(pk, ""))] += 1
        if level := rules.level_of(last, mark):
            provider = providers.get(pk, "")
            found.append(Found(pk, name, unit, region, Kind.SILENT, level, last, provider=provider))
    return found, suspects


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else moment_of(at_ms)


def _hours(quiet: QuerySet[Kiosk]) -> dict[int, str]:
    """Give the opening hours that the newest settings of kiosks name, as text: what is the same is worked out once."""
    newest = KioskSettings.objects.filter(kiosk=OuterRef("kiosk")).order_by("-version").values("version")[:1]
    told = KioskSettings.objects.filter(kiosk__in=quiet.values("pk"), version=Subquery(newest))
    rows = told.values_list("kiosk", "content__opening_hours")
    return {kiosk: json.dumps(one) for kiosk, one in rows.iterator() if one is not None}


def _read(text: str) -> Mapping[str, Hours]:
    return read_hours(json.loads(text), where="opening_hours")


def free_days(now: datetime) -> Callable[[str], frozenset[date]]:
    """Give the days without work of each region, from a month ago on, looked up once."""
    first = local_date(now - timedelta(days=30), UTC_NAME)
    days = list(Holiday.objects.filter(day__gte=first).values_list("region", "day"))

    @cache
    def of(region: str) -> frozenset[date]:
        return frozenset(day for code, day in days if code is None or f"{region}.".startswith(f"{code}."))

    return of


def _needing(now: datetime) -> list[Found]:
    wanted = needs.conditions(now)
    found = []
    for need, kind in _SAME.items():
        rows = Kiosk.objects.filter(wanted[need], stands__isnull=False, stands__hidden_on=None).order_by()
        found += [
            Found(pk, name, unit, region, kind, Level.DOWN, heard or now)
            for pk, name, heard, unit, region in rows.values_list(
                "pk", "name", "state__heard_at", "stands__name", "stands__region"
            )
        ]
    return found


def _waiting() -> list[Found]:
    """Give who is connected and reports, and whose records wait all the same: one that has just come back has not had the time."""
    connected = Kiosk.objects.filter(
        needs.complains(Alarm.BACKLOG),
        state__online=True,
        state__changed_at__lte=F("state__heard_at") - rules.STEADY,
        stands__isnull=False,
        stands__hidden_on=None,
    ).order_by()
    return [
        Found(pk, name, unit, region, Kind.BACKLOG, Level.DOWN, heard)
        for pk, name, heard, unit, region in connected.values_list(
            "pk", "name", "state__heard_at", "stands__name", "stands__region"
        )
    ]


def _uncosigned(now: datetime) -> list[Found]:
    """Give that the log's checkpoints lack cosignatures: since the first one behind the last that has them."""
    since = witnesses.uncosigned_since()
    if since is None or now - since < rules.COSIGNED:
        return []
    return [Found(None, "", "", "-", Kind.COSIGN, Level.DOWN, since, subject=rules.CENTRE)]


def _undelivered(now: datetime) -> list[Found]:
    """Give whose proven records did not come: the head that proves them is older than an hour."""
    before = round((now - _OVERDUE).timestamp() * 1000)
    open_ends = Stream.objects.filter(heard_seq__gt=F("through"), heard_ms__gt=0, heard_ms__lt=before)
    rows = open_ends.filter(
        standing__in=COUNTING, followers=None, kiosk__stands__isnull=False, received_ms__lt=before
    ).order_by()
    told = rows.values_list(
        "kiosk", "kiosk__name", "kiosk__stands__name", "kiosk__stands__region", "heard_ms"
    )
    return [
        Found(pk, name, unit, region, Kind.UNDELIVERED, Level.DOWN, moment_of(heard_ms))
        for pk, name, unit, region, heard_ms in told
    ]


def _ending(now: datetime) -> list[Found]:
    """Give whose certificate is near its end: it lasts from the enrolment of the key that it was made for."""
    before = now - _LASTS + rules.RENEW
    good = KioskKey.objects.filter(revoked_at=None, archive_from=None)
    newer = good.filter(kiosk=OuterRef("kiosk"), enrolled_at__gte=before)
    old = good.filter(enrolled_at__lt=before, kiosk__stands__isnull=False, kiosk__stands__hidden_on=None)
    rows = old.exclude(Exists(newer)).order_by("enrolled_at")
    told = rows.values_list(
        "kiosk", "kiosk__name", "kiosk__stands__name", "kiosk__stands__region", "enrolled_at"
    )
    return [
        Found(pk, name, unit, region, Kind.CERTIFICATE, Level.DOWN, enrolled + _LASTS - rules.RENEW)
        for pk, name, unit, region, enrolled in told
    ]
