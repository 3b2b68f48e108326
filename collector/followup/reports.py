"""The days on which the survey's report and the follow-up's report were issued: PEKPPP's indicator 9 counts between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.followup.models import Item, Report, ReportDay
from collector.local import local_date
from collector.people import trail
from collector.releases.models import Release

Key = tuple[int, str, str]
"""A unit's number, a period, an instrument: what all editions of a release have in common."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The two days of one period."""

    survey: date
    """Of the survey's report: the day somebody stated, else the day on which the first edition came out."""
    is_stated: bool
    """Whether somebody stated it."""
    followed: date | None
    """Of the follow-up's report; None while there is none."""


def key_of(release: Release) -> Key:
    """Give what all editions of a release have in common."""
    return release.unit_id or 0, release.period, release.instrument


def issue(release: Release, report: Report, day: date, *, who: str, why: str = "") -> None:
    """State the day of a report; stated again, with the reason, it is corrected.

    Raises:
        CollectorError: the release is no unit's, or never came out with a number (`rtl_release`); the day lies in the future or before
            what it may follow (`report_day`); nothing was planned that a follow-up's report could tell of (`report_no_plan`); or a
            correction has no reason (`rtl_why`).
    """
    unit, known = release.unit, issued([release]).get(key_of(release))
    if unit is None or release.n is None or known is None:
        raise CollectorError("rtl_release")
    out = first_out([release])[key_of(release)]
    first = out if report is Report.SURVEY else known.survey
    last = local_date(clock.now(), unit.time_zone)
    if report is Report.SURVEY and known.followed is not None:
        last = known.followed
    if not first <= day <= last:
        raise CollectorError("report_day", day=day, first=first, last=last)
    if report is Report.FOLLOW_UP and not _plans(release):
        raise CollectorError("report_no_plan")
    stated = known.is_stated if report is Report.SURVEY else known.followed is not None
    if stated and not why.strip():
        raise CollectorError("rtl_why")
    with transaction.atomic():
        ReportDay.objects.create(
            unit=unit,
            period=release.period,
            instrument=release.instrument,
            report=report.value,
            day=day,
            entered_at=clock.now(),
            entered_by=who[:150],
            why=why[:300],
        )
        trail.note(
            who=who,
            action="report issued",
            subject=f"unit {unit.code} {release.period} {report.value}",
            why=why,
            facts={"day": day.isoformat()},
        )


def issued(releases: Iterable[Release]) -> dict[Key, Issued]:
    """Give the two days of each release's period; two queries for however many."""
    every = list(releases)
    stated: dict[tuple[Key, str], date] = {}
    found = ReportDay.objects.filter(
        unit__in={one.unit_id for one in every}, period__in={one.period for one in every}
    )
    for row in found.order_by("pk"):
        stated[(row.unit_id, row.period, row.instrument), row.report] = row.day
    return {
        key: Issued(
            survey=stated.get((key, Report.SURVEY), day),
            is_stated=(key, Report.SURVEY) in stated,
            followed=stated.get((key, Report.FOLLOW_UP)),
        )
        for key, day in first_out(every).items()
    }


def first_out(releases: Iterable[Release]) -> dict[Key, date]:
    """Give the local day on which the first edition of each release's period came out."""
    every = list(releases)
    wanted = {key_of(one) for one in every}
    editions = Release.objects.filter(
        unit__in={one.unit_id for one in every}, period__in={one.period for one in every}
    ).exclude(published_at=None)
    days: dict[Key, date] = {}
    for unit, period, instrument, zone, at in editions.order_by("number").values_list(
        "unit", "period", "instrument", "unit__time_zone", "published_at"
    ):
        if at is not None and unit is not None and (unit, period, instrument) in wanted:
            days.setdefault((unit, period, instrument), local_date(at, zone or settings.IKM_TIME_ZONE))
    return days


def _plans(release: Release) -> int:
    return Item.objects.filter(
        unit=release.unit, release__period=release.period, instrument=release.instrument
    ).count()
