"""The periodic report on complaints: for the office at any time, and published once a period is over, frozen and for everybody.

Published periods of a unit never overlap, so that no two reports can be subtracted from one another to a number below five; what is published
counts no complaint about an officer, and below five complaints in all says only that.
"""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.handover import facts
from collector.handover.models import ComplaintReport
from collector.handover.outputs.counting import SMALLEST, Counted, counted
from collector.local import local_date
from collector.papers import dress, kept
from collector.papers.cleaning import clean
from collector.papers.drawing import A4, field_of
from collector.papers.press import PDF, Apart, Press
from collector.papers.said import qr_of
from collector.papers.signature import with_field
from collector.people import trail
from collector.releases.content import subject_of
from collector.scores.show.formats import comma, decimal
from survey.index.periods import Period, PeriodKind, long_date, parse

_KINDS = (PeriodKind.QUARTER, PeriodKind.SEMESTER, PeriodKind.YEAR)
_SIGNED_IN = (0.555, 0.865, 0.926, 0.915)

Content = Mapping[str, Any]


def of_period(unit: Unit, period: Period, *, today: date, whole: bool) -> Content:
    """Give what the office's own report says; `whole` counts what is kept from officers too."""
    _insist(period)
    return _content(
        counted(unit, period.first, period.last, today=today, whole=whole), unit, period, today, public=False
    )


def publish(unit: Unit, period: Period, *, who: str, now: datetime) -> ComplaintReport:
    """Publish a period's report; it does not change any more.

    Raises:
        CollectorError: it is no period for it (`report_period`), not over (`report_early`), or overlaps one that is out (`report_overlap`).
    """
    _insist(period)
    today = local_date(now, unit.time_zone)
    if today <= period.last:
        raise CollectorError("report_early", last=period.last)
    with transaction.atomic():
        Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        out = ComplaintReport.objects.filter(
            unit=unit, first_day__lte=period.last, last_day__gte=period.first
        ).first()
        if out is not None:
            raise CollectorError("report_overlap", period=out.period)
        found = counted(unit, period.first, period.last, today=today, whole=False, smallest=SMALLEST)
        report = ComplaintReport.objects.create(
            unit=unit,
            period=period.identifier,
            first_day=period.first,
            last_day=period.last,
            content=_content(found, unit, period, today, public=True),
            published_at=now,
            by=who[:150],
        )
        trail.note(
            who=who,
            action="complaint report published",
            subject=f"unit {unit.code}",
            facts={"period": period.identifier},
        )
    return report


def pdf(unit: Unit, content: Content, press: Press) -> bytes:
    """Give a report as PDF/A-1b with an empty signature field."""
    worn = dress.worn_by(subject_of(unit))
    path = reverse("complaints-of-unit", args=[unit.code])
    url = f"{settings.IKM_PUBLIC_URL.rstrip('/')}{path}"
    data = dict(content) | {
        "name": clean(unit.name),
        "width": A4[0],
        "height": A4[1],
        "letterhead": worn.letterhead,
        "contacts": worn.contacts,
        "logo": list(worn.logo),
        "link": url.partition("://")[2],
        "qr": qr_of(url),
    }
    return with_field(press("complaints.typ", data, form=PDF), field_of(A4, _SIGNED_IN))


def kept_pdf(report: ComplaintReport) -> bytes:
    """Give a published report, made once and kept."""
    unit = report.unit
    stamped = kept.stamp(
        unit.name, unit.code, unit.agency and (unit.agency.code, unit.agency.name), report.pk, report.content
    )
    return kept.ready(
        f"pengaduan-{unit.code}", f"{report.period}.pdf", stamped, lambda: pdf(unit, report.content, Apart())
    )


def published(unit: Unit) -> list[ComplaintReport]:
    """Give a unit's published reports, the newest first."""
    return list(
        ComplaintReport.objects.filter(unit=unit).select_related("unit__agency").order_by("-first_day")
    )


def _insist(period: Period) -> None:
    if period.kind not in _KINDS:
        raise CollectorError("report_period")


def _content(found: Counted, unit: Unit, period: Period, today: date, *, public: bool) -> Content:
    rule = facts.answer_rule(unit)
    few = public and found.received < SMALLEST
    return {
        "period": parse(period.identifier).title,
        "first": long_date(period.first),
        "last": long_date(period.last),
        "made": long_date(today),
        "day": [today.year, today.month, today.day],
        "public": public,
        "whole": found.whole,
        "few": few,
        "smallest": SMALLEST,
        "received": None if few else found.received,
        "statuses": [] if few else [list(one) for one in found.statuses],
        "topics": [] if few else [list(one) for one in found.topics],
        "others": 0 if few else found.others,
        "on_time": 0 if few else found.on_time,
        "overdue": 0 if few else found.overdue,
        "answered": 0 if few else found.answered,
        "mean_days": "" if few or found.mean_days is None else _one_place(found.mean_days),
        "lapor": [0, 0] if few else list(found.lapor),
        "rule_days": rule.days,
        "rule_source": clean(rule.source),
    }


def _one_place(value: Fraction) -> str:
    return str(comma(decimal(value, 1)))
