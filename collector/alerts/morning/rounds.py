"""The morning round: once a day, from seven on, whoever looks first does it; several that look at once do it once.

Complaints, and the week's list of silent kiosks, go out on working days alone: what came in on a Saturday is announced on Monday.
"""

import random
import secrets
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from collector.alerts import changing, rules, telling, writing
from collector.alerts.gathering import Found
from collector.alerts.models import Alert, Receiver, Turn
from collector.alerts.morning import answers, bursts, complaints, private, releases
from collector.alerts.rules import COMPLAINTS, Kind, Level
from collector.alerts.telling import Told
from collector.alerts.wording import Line
from collector.alerts.writing import Step
from collector.complaints import calendar
from collector.local import local_date, local_time

_CHANCE = secrets.SystemRandom()


class Settled(NamedTuple):
    """What a round changed."""

    begun: list[Found]
    """With what became worse."""
    ended: list[Alert]


def turn(now: datetime, *, chance: random.Random = _CHANCE) -> int:
    """Do the day's round where it is due and nobody has done it; gives how many changes."""
    today = local_date(now, settings.IKM_TIME_ZONE)
    if local_time(now, settings.IKM_TIME_ZONE).time() < rules.MORNING_AT or _is_done(today):
        return 0
    is_working = calendar.of_region("").works(today)
    kinds = [Kind.RELEASES, Kind.WORST, Kind.BURST, *(COMPLAINTS if is_working else ())]
    verdicts = answers.judge(now, chance)
    found = [*releases.due(now), *answers.above(verdicts, now), *bursts.seen(now)]
    found += complaints.waiting(now) if is_working else []
    with transaction.atomic():
        changing.alone(now)
        if _is_done(today):
            return 0
        Turn.objects.filter(pk=1).update(morning=today)
        answers.keep(verdicts)
        settled = settle(found, kinds, now)
        _tell(settled, now, is_working=is_working)
    return len(settled.begun) + len(settled.ended)


def _is_done(today: date) -> bool:
    return Turn.objects.filter(pk=1, morning=today).exists()


def settle(found: Iterable[Found], kinds: Iterable[Kind], now: datetime) -> Settled:
    """Hold what was found of some kinds against what stands, and write what changed; nothing is held down: a day has passed."""
    wanted = {one.key: one for one in found}
    open_now = {
        (one.kind, one.subject): one
        for one in Alert.objects.filter(ended_at=None, kind__in=[one.value for one in kinds]).select_related(
            "unit", "kiosk__stands"
        )
    }
    fresh = [one for key, one in wanted.items() if key not in open_now]
    writing.open_alerts([(one, 0, None) for one in fresh], now)
    worse: list[Found] = []
    steps: list[Step] = []
    for key, alert in open_now.items():
        one = wanted.get(key)
        if one is None:
            steps.append(Step(alert.pk, alert.level, Level.FINE.value, alert.since))
            continue
        if one.level != alert.level:
            steps.append(Step(alert.pk, alert.level, one.level.value, one.since))
        if one.level > alert.level:
            worse.append(one)
        if (one.level, one.number) != (alert.level, alert.number):
            Alert.objects.filter(pk=alert.pk).update(level=one.level.value, number=one.number)
    writing.change(steps, now)
    ended = [one for key, one in open_now.items() if key not in wanted]
    writing.update([one.pk for one in ended], ended_at=now)
    return Settled([*fresh, *worse], ended)


def _tell(settled: Settled, now: datetime, *, is_working: bool) -> None:
    public = [
        Told(one.region, one.kind, is_down=True, line=Line.releases(one))
        for one in settled.begun
        if one.kind is Kind.RELEASES
    ]
    silent = _silent() if is_working else None
    for receiver in Receiver.objects.select_related("reader").order_by("pk"):
        lines = [
            one.line
            for one in public
            if telling.reaches(receiver, one.region, one.kind) and telling.wants(receiver, is_down=True)
        ]
        lines += private.lines(receiver, settled.begun, settled.ended, now)
        if silent is not None:
            lines += _listed(receiver, silent, now)
        if lines:
            telling.write(receiver, lines, now)


def _silent() -> Callable[[Receiver], list[Found]]:
    """Give which kiosks are silent now, the longest first, for each receiver."""
    rows = Alert.objects.filter(
        ended_at=None, kind=Kind.SILENT, level=Level.DOWN, kiosk__stands__isnull=False
    )
    every = [
        Found(pk, name, unit, region, Kind.SILENT, Level.DOWN, since)
        for pk, name, unit, region, since in rows.order_by("since", "pk").values_list(
            "kiosk", "kiosk__name", "kiosk__stands__name", "kiosk__stands__region", "since"
        )
    ]
    return lambda receiver: [one for one in every if telling.reaches(receiver, one.region, one.kind)]


def _listed(receiver: Receiver, silent: Callable[[Receiver], list[Found]], now: datetime) -> list[Line]:
    """Give the week's list of silent kiosks, where this receiver has not had it."""
    today = local_date(now, settings.IKM_TIME_ZONE)
    monday = today - timedelta(days=today.weekday())
    if not receiver.weekly or (receiver.listed_on is not None and receiver.listed_on >= monday):
        return []
    Receiver.objects.filter(pk=receiver.pk).update(listed_on=today)
    found = silent(receiver)
    return [Line.weekly(len(found), now), *map(Line.of, found)] if found else []
