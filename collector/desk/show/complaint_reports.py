"""What is reported of complaints: what each level left lying in a month, and the chain of each complaint for who looks after the office."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector import clock
from collector.accounts import roles
from collector.complaints import accounted, levels, sight
from collector.complaints.accounted import Link
from collector.complaints.models import Ticket
from collector.desk import periods
from collector.fleet.models import Unit
from collector.language import spoken
from collector.local import month_text
from collector.people import trail
from survey.index.periods import Period, PeriodError, PeriodKind, around, parse

READERS = (roles.AUDITOR, roles.ADMINISTRATOR)


@login_required
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """Show what each level in sight did not acknowledge or answer by a date of a month; it is printed and signed."""
    if not roles.has_role(request.user, roles.EVALUATORS):
        raise PermissionDenied
    period = _month(request.GET.get("bulan", ""))
    last = min(period.last, periods.today() - timedelta(days=1))
    found = accounted.lapses(sight.visible(request.user), period.first, last, clock.now())
    names = {one.holder: levels.name_of(one.holder) for one in found}
    context = {
        "period": period,
        "title": month_text(period.first, spoken()),
        "before": period.previous(),
        "is_running": period.last >= periods.today(),
        "rows": [(one, names[one.holder]) for one in found],
        "today": periods.today(),
    }
    return render(request, "desk/complaint_month.html", context)


@login_required
@require_safe
def chain(request: HttpRequest) -> HttpResponse:
    """Show an auditor each unit's chain in numbers, and of one unit each complaint by its number; each look stands in the trail."""
    tickets = _audited(request)
    code = request.GET.get("unit", "")
    year = _year(request.GET.get("tahun", ""))
    found = [one for one in accounted.links(_of(tickets, code)) if one.came_in.year == year]
    today = periods.today()
    units = sorted({one.unit for one in found})
    names = dict(Unit.objects.filter(code__in=units).values_list("code", "name"))
    _looked(request, code, year)
    context = {
        "year": year,
        "unit": Unit.objects.filter(code=code).first() if code else None,
        "rows": [
            (each, names[each], accounted.counts([one for one in found if one.unit == each], today))
            for each in units
        ],
        "links": found if code else [],
    }
    return render(request, "desk/complaint_chain.html", context)


@login_required
@require_safe
def chain_file(request: HttpRequest) -> HttpResponse:
    """Give the chain as CSV."""
    tickets = _audited(request)
    code, year = request.GET.get("unit", ""), _year(request.GET.get("tahun", ""))
    found = [one for one in accounted.links(_of(tickets, code)) if one.came_in.year == year]
    _looked(request, code, year)
    out = StringIO()
    written = csv.writer(out)
    written.writerow(Link._fields)
    written.writerows(_cells(found))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pengaduan-{code or "semua"}-{year}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cells(found: list[Link]) -> Iterator[list[str]]:
    for one in found:
        yield ["" if value is None else str(value) for value in one]


def _audited(request: HttpRequest) -> QuerySet[Ticket]:
    if not roles.has_role(request.user, READERS):
        raise PermissionDenied
    found = Ticket.objects.exclude(routed_at=None).exclude(sight.hidden_from(request.user))
    if roles.has_role(request.user, (roles.AUDITOR,)) or roles.administers_all(request.user):
        return found
    units = roles.units_of(roles.held(request.user, (roles.ADMINISTRATOR,)))
    return found.filter(unit__in=units.order_by().values("pk"))


def _of(tickets: QuerySet[Ticket], code: str) -> QuerySet[Ticket]:
    return tickets.filter(unit__code=code) if code else tickets


def _looked(request: HttpRequest, code: str, year: int) -> None:
    trail.note(
        who=request.user.get_username(),
        action="complaints audited",
        subject=code or "everywhere",
        facts={"year": year},
    )


def _month(text: str) -> Period:
    if not text:
        return around(periods.today(), PeriodKind.MONTH)
    try:
        found = parse(text)
    except PeriodError as error:
        raise Http404(text) from error
    if found.kind is not PeriodKind.MONTH:
        raise Http404(text)
    return found


def _year(text: str) -> int:
    if text and (not text.isdecimal() or len(text) != 4):
        raise Http404(text)
    return int(text) if text else periods.today().year
