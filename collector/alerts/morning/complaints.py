"""Complaints that wait, and those whose date is near, is today, or has passed: one alert each, told as numbers of each office.

What came in today is left out, so that nobody connects a complaint with the visitor who has just gone.
"""

from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from collector.alerts.gathering import Found, free_days
from collector.alerts.rules import SOON_DAYS, Kind, Level
from collector.complaints.calendar import WorkingDays
from collector.complaints.models import Ticket, TicketStatus
from collector.complaints.moves import RUNNING
from collector.local import local_date, moment_of


def waiting(now: datetime) -> list[Found]:
    """Give which complaints wait, by last night."""
    free = free_days(now)
    today_in = cache(lambda zone: local_date(now, zone))
    soon_by = cache(lambda region, zone: WorkingDays(free(region)).add(today_in(zone), SOON_DAYS))
    found = []
    rows = Ticket.objects.filter(status__in=RUNNING).exclude(routed_at=None).order_by()
    for pk, status, at_ms, received_ms, due, stopped, unit, name, region, zone in rows.values_list(
        "pk", "status", "at_ms", "received_ms", "due_on", "stopped_on", "unit", "unit__name", "unit__region", "unit__time_zone"
    ).iterator():  # fmt: skip
        today = today_in(zone)
        midnight_ms = round(datetime.combine(today, time(), ZoneInfo(zone)).timestamp() * 1000)
        if max(at_ms, received_ms) >= midnight_ms:
            continue
        kinds = [Kind.NEW] if status == TicketStatus.RECEIVED else []
        if due is not None and stopped is None and (kind := _of_date(due, today, soon_by(region, zone))):
            kinds.append(kind)
        found += [
            Found(
                None, "", name, region, kind, Level.DOWN, moment_of(received_ms), subject=f"ticket:{pk}", unit_id=unit, ticket=pk
            )
            for kind in kinds
        ]  # fmt: skip
    return found


def _of_date(due: date, today: date, soon: date) -> Kind | None:
    if due < today:
        return Kind.OVER
    if due == today:
        return Kind.TODAY
    return Kind.SOON if due <= soon else None
