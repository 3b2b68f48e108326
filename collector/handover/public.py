"""What everybody reads of a unit's complaints: how to complain, and the reports that were published."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector import clock
from collector.complaints.waiting import public, waiting
from collector.fleet.models import Unit
from collector.handover import facts
from collector.handover.models import ComplaintReport
from collector.handover.outputs import poster, report
from collector.local import local_date
from survey.index.periods import parse


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show how to complain at a unit, and its published reports."""
    unit = _unit(code)
    today = local_date(clock.now(), unit.time_zone)
    midnight = datetime.combine(today, time(), ZoneInfo(unit.time_zone))
    context = {
        "unit": unit,
        "rule": facts.answer_rule(unit),
        "waiting": waiting(public(unit), midnight=midnight),
        "channels": poster.channels(),
        "reports": [
            (one, parse(one.period), local_date(one.published_at, unit.time_zone))
            for one in report.published(unit)
        ],
        "sizes": [(size, size.upper()) for size in poster.SIZES],
    }
    return render(request, "handover/unit.html", context)


@require_safe
def report_file(_: HttpRequest, code: str, period: str) -> HttpResponse:
    """Give a published report."""
    found = get_object_or_404(
        ComplaintReport.objects.select_related("unit__agency"), unit__code=code, period=period
    )
    return _pdf(report.kept_pdf(found), f"laporan-pengaduan-{found.unit.code}-{found.period}.pdf")


@require_safe
def poster_file(_: HttpRequest, code: str, size: str) -> HttpResponse:
    """Give the poster on how to complain."""
    if size not in poster.SIZES:
        raise Http404(size)
    unit = _unit(code)
    return _pdf(poster.kept_mechanism(unit, size=size), f"cara-mengadu-{unit.code}-{size}.pdf")


def _unit(code: str) -> Unit:
    return get_object_or_404(Unit.objects.select_related("region", "agency"), code=code, hidden_on=None)


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-cache"
    return response
