"""Rows of alerts and of their changes, many at a time: when a country falls silent there are 84,000 of each in one turn."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, QuerySet

from collector.alerts.gathering import Found
from collector.alerts.models import Alert
from collector.alerts.rules import Level

_AT_ONCE = 1_000
_INTO_ALERTS = (
    "INSERT INTO alerts_alert (kind, subject, kiosk_id, unit_id, ticket_id, level, number, since, opened_at, flaps, cause_id, acknowledged_by)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '')"
)
_OPENED = (
    "INSERT INTO alerts_change (alert_id, at, was, level, since)"
    " SELECT id, opened_at, %s, level, since FROM alerts_alert WHERE id > %s"
)
_INTO_CHANGES = "INSERT INTO alerts_change (alert_id, at, was, level, since) VALUES (%s, %s, %s, %s, %s)"


class Step(NamedTuple):
    """A change of an alert's level."""

    alert: int
    was: int
    level: int
    since: datetime


def open_alerts(rows: Iterable[tuple[Found, int, int | None]], now: datetime) -> None:
    """Open alerts, with how often each came back lately and its cause; the caller keeps everybody else out (`changing.alone`)."""
    before = Alert.objects.aggregate(last=Max("pk"))["last"] or 0
    moment = connection.ops.adapt_datetimefield_value
    at = moment(now)
    values = [
        (
            one.kind.value, one.key[1], one.kiosk, one.unit_id, one.ticket, one.level.value, one.number, moment(one.since), at, flaps, cause,
        )
        for one, flaps, cause in rows
    ]  # fmt: skip
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_INTO_ALERTS, values)
        cursor.execute(_OPENED, [Level.FINE.value, before])


def change(steps: Sequence[Step], now: datetime) -> None:
    """Note changes of alerts."""
    if not steps:
        return
    moment = connection.ops.adapt_datetimefield_value
    at = moment(now)
    values = [(one.alert, at, one.was, one.level, moment(one.since)) for one in steps]
    with connection.cursor() as cursor:
        cursor.executemany(_INTO_CHANGES, values)


def update(alerts: Sequence[int], **fields: object) -> None:
    """Set fields of alerts, by their numbers."""
    for few in _few(alerts):
        Alert.objects.filter(pk__in=few).update(**fields)


def among(alerts: QuerySet[Alert], numbers: Sequence[int]) -> Iterator[Alert]:
    """Give those of some alerts that have these numbers."""
    for few in _few(numbers):
        yield from alerts.filter(pk__in=few)


def _few(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _AT_ONCE):
        yield numbers[start : start + _AT_ONCE]
