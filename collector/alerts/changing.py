"""From what is wrong now to rows: each change once, and in the same transaction the messages that tell it.

Nothing is toggled: what stands is held against what the evidence says at each turn. An alert ends only after it was well for a while.
A whole country may fall silent in one turn, so rows are written many at a time (`writing`), and read without making objects of them.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from collector.alerts import gathering, rules, telling, writing
from collector.alerts.gathering import Found, Look
from collector.alerts.models import Alert, Cause, Turn
from collector.alerts.rules import LIVE, Kind, Level
from collector.alerts.telling import Told
from collector.alerts.wording import Line
from collector.alerts.writing import Step

_DAY = timedelta(days=1)
_KINDS = [one.value for one in LIVE]


class Open(NamedTuple):
    """An alert that stands."""

    pk: int
    level: int
    gone_at: datetime | None
    flaps: int
    cause: int | None


_Standing = dict[tuple[str, str], Open]


def turn(now: datetime) -> int:
    """Work out what changed, and write it with its messages; gives how many changes."""
    standing = frozenset(Cause.objects.filter(ended_at=None).values_list("key", flat=True))
    seen = gathering.look(now, standing=standing)
    with transaction.atomic():
        alone(now)
        made, told = _write(seen)
        telling.tell(told, now)
        telling.remind(now)
    return made


def alone(now: datetime) -> None:
    """Keep everybody else out until the transaction ends: the changed row is locked."""
    if not Turn.objects.filter(pk=1).update(at=now):
        Turn.objects.get_or_create(pk=1, defaults={"at": now})
        Turn.objects.filter(pk=1).update(at=now)


def _write(seen: Look) -> tuple[int, list[Told]]:
    now = seen.at
    told: list[Told] = []
    standing = {one.key: one for one in Cause.objects.filter(ended_at=None)}
    fresh = sorted(seen.causes - standing.keys())
    for key in fresh:
        standing[key] = Cause.objects.create(key=key, opened_at=now)
    open_now: _Standing = {
        (kind, subject): Open(pk, level, gone, flaps, cause)
        for kind, subject, pk, level, gone, flaps, cause in Alert.objects.filter(
            ended_at=None, kind__in=_KINDS
        )
        .order_by()
        .values_list("kind", "subject", "pk", "level", "gone_at", "flaps", "cause")
        .iterator(chunk_size=10_000)
    }
    begun = _begin(seen, open_now, standing, told)
    made = begun.total() + _go_on(seen, open_now, told) + _end(seen, open_now, told)
    for key in fresh:
        line = Line.of_cause(key, begun[standing[key].pk], now)
        told.append(Told(rules.told_to(key), Kind.SILENT, is_down=True, line=line))
    # What one regency had in common goes on within what all have in common, and is not told to be over by it.
    for key in () if rules.ALL in seen.causes else sorted(standing.keys() - seen.causes):
        cause = standing[key]
        Cause.objects.filter(pk=cause.pk).update(ended_at=now)
        left = sum(1 for found, one in open_now.items() if one.cause == cause.pk and found in seen.found)
        line = Line.cause_over(key, left, cause.opened_at, now)
        told.append(Told(rules.told_to(key), Kind.SILENT, is_down=False, line=line))
    return made, told


def _begin(
    seen: Look, open_now: _Standing, standing: dict[str, Cause], told: list[Told]
) -> Counter[int | None]:
    """Open what is newly wrong; gives how many of each cause."""
    now = seen.at
    begun: Counter[int | None] = Counter()
    fresh = [one for key, one in seen.found.items() if key not in open_now]
    if not fresh:
        return begun
    recent = Alert.objects.filter(ended_at__gte=now - _DAY, kind__in=_KINDS).order_by("ended_at")
    before = {
        (kind, subject): flaps + 1
        for kind, subject, flaps in recent.values_list("kind", "subject", "flaps").iterator()
    }
    rows = []
    for one in fresh:
        key = rules.cause_of(one.where, seen.causes) if one.kind is Kind.SILENT else None
        cause = standing[key].pk if key is not None else None
        flaps = before.get(one.key, 0)
        rows.append((one, flaps, cause))
        begun[cause] += 1
        if cause is None and flaps < rules.FLAPPING:
            told.append(Told(one.region, one.kind, is_down=True, line=Line.of(one)))
    writing.open_alerts(rows, now)
    return begun


def _go_on(seen: Look, open_now: _Standing, told: list[Told]) -> int:
    """Raise what is worse, and note what is as before; gives how many are worse."""
    worse: list[Step] = []
    back: list[int] = []
    for key, alert in open_now.items():
        one = seen.found.get(key)
        if one is None:
            continue
        if alert.gone_at is not None:
            back.append(alert.pk)
        if one.level > alert.level:
            worse.append(Step(alert.pk, alert.level, one.level.value, one.since))
            if alert.cause is None and alert.flaps < rules.FLAPPING:
                told.append(Told(one.region, one.kind, is_down=True, line=Line.of(one)))
    writing.change(worse, seen.at)
    writing.update([one.alert for one in worse], level=Level.DOWN.value)
    writing.update(back, gone_at=None)
    return len(worse)


def _end(seen: Look, open_now: _Standing, told: list[Told]) -> int:
    """End what has been well for long enough; gives how many."""
    now = seen.at
    gone = {one.pk: one for key, one in open_now.items() if key not in seen.found}
    over = [
        pk
        for pk, one in gone.items()
        if one.gone_at is not None and now - one.gone_at >= rules.hold(one.flaps)
    ]
    steps: list[Step] = []
    for alert in writing.among(Alert.objects.select_related("kiosk__stands"), over):
        steps.append(Step(alert.pk, alert.level, Level.FINE.value, alert.since))
        one = gone[alert.pk]
        if one.cause is None and one.flaps < rules.FLAPPING and _is_asked(alert):
            back = _well(alert)
            told.append(Told(back.region, back.kind, is_down=False, line=Line.of(back)))
    writing.change(steps, now)
    writing.update([pk for pk, one in gone.items() if one.gone_at is None], gone_at=now)
    writing.update(over, ended_at=now)
    return len(over)


def _is_asked(alert: Alert) -> bool:
    """Tell whether it is well again: what is used no more, or stands nowhere, has only ceased to be asked for."""
    if alert.kiosk is None:
        return True
    unit = alert.kiosk.stands
    return alert.kiosk.in_use and unit is not None and unit.hidden_on is None


def _well(alert: Alert) -> Found:
    kind = Kind(alert.kind)
    if alert.kiosk is None:
        return Found(None, "", "", "-", kind, Level.FINE, alert.since, subject=alert.subject)
    unit = alert.kiosk.stands
    region, place = (unit.region_id, unit.name) if unit is not None else ("", "")
    return Found(alert.kiosk_id, alert.kiosk.name, place, region, kind, Level.FINE, alert.since)
