"""Periods that are due and that units have not handed in: one alert a regency, with how many; a reminder of each is the desk's."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from collector.alerts import rules
from collector.alerts.gathering import Found
from collector.alerts.rules import Kind, Level
from collector.fleet import lasting
from collector.fleet.models import Assignment, Unit
from collector.local import local_date
from collector.releases import policy
from collector.releases.models import OfficialPolicy, Release
from collector.releases.states import State
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import Period, around

_HANDED_IN = (State.SUBMITTED, State.PUBLISHED, State.WITHDRAWN)


def due(now: datetime) -> list[Found]:
    """Give the regencies with units that have a period to hand in within a week, or late: of each kind of period the last one that is over."""
    today = local_date(now, settings.IKM_TIME_ZONE)
    late: Counter[str] = Counter()
    soon: Counter[str] = Counter()
    decided = set(OfficialPolicy.objects.order_by().values_list("period_kind", flat=True).distinct())
    for kind in policy.KINDS:
        if kind.value not in decided | {policy.default().period_kind}:
            continue  # nobody reports by such periods
        period = around(today, kind).previous()
        of = policy.officials(period)
        handed_in = _handed_in(period)
        for unit in _owing(period):
            official = of(unit)
            if official.period_kind != kind.value or unit.pk in handed_in:
                continue
            left = (period.last + timedelta(days=official.due_days) - today).days
            if left < 0:
                late[rules.regency(unit.region_id)] += 1
            elif left <= rules.DUE_DAYS:
                soon[rules.regency(unit.region_id)] += 1
    return [
        Found(
            None, "", "", code, Kind.RELEASES, Level.DOWN if late[code] else Level.LATE, now, subject=f"regency:{code}",
            number=late[code] or soon[code],
        )
        for code in sorted(late.keys() | soon.keys())
    ]  # fmt: skip


def _owing(period: Period) -> Iterator[Unit]:
    """Give the units that owe a period, of those at which a kiosk stood in it: whoever comes to this collector owes it nothing of before."""
    stood = Assignment.objects.filter(since__date__lte=period.last).order_by().values("unit")
    yield from Unit.objects.filter(lasting.owing(period), pk__in=stood).only("region").order_by().iterator()


def _handed_in(period: Period) -> frozenset[int]:
    """Give the units whose newest edition of a period waits for nobody's hand there."""
    editions = Release.objects.filter(
        subject="unit", period=period.identifier, instrument=DEFAULT_INSTRUMENT, unit__isnull=False
    )
    newest = dict(editions.order_by("number").values_list("unit", "state"))
    return frozenset(unit for unit, state in newest.items() if state in _HANDED_IN)
