"""The week of whoever has logged in, and the units that have not reported, with a word to each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.desk import periods, reminders
from collector.desk.week import week_of
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.language import say_here
from collector.releases.models import Release
from collector.releases.policy import KINDS
from collector.releases.states import State
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import Period, PeriodError, PeriodKind, around, parse

ROWS = 40


@login_required
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Show the running week in words."""
    context = {"week": week_of(request.user), "today": periods.today()}
    return render(request, "desk/week.html", context)


@login_required
@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """List the units in reach of which nothing is out though its day has passed, those reminded last at the end."""
    offices = roles.held(request.user, roles.EVALUATORS)
    if not offices:
        raise PermissionDenied
    period = _period(request.GET.get("period", ""))
    silent = Release.objects.filter(
        period=period.identifier, instrument=DEFAULT_INSTRUMENT, subject="unit", state=State.NOT_REPORTED
    )
    units = (
        roles.units_of(offices).filter(lasting.REAL, pk__in=silent.values("unit")).select_related("region")
    )
    page = Paginator(units.order_by("name", "code"), ROWS).get_page(request.GET.get("page"))
    told = reminders.newest(page, period)
    standings = periods.standings(page, period)
    rows = [(standings[unit.pk], told.get(unit.pk)) for unit in page]
    context = {
        "period": period,
        "before": period.previous(),
        "page": page,
        "rows": rows,
        "today": periods.today(),
    }
    return render(request, "desk/missing.html", context)


@login_required
@require_POST
def remind(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """Remind a unit; for others than its evaluators there is nothing here."""
    unit = get_object_or_404(Unit, code=code)
    if not roles.may(request.user, roles.EVALUATORS, unit):
        raise Http404(code)
    chosen = _period(period)
    try:
        reminders.remind(unit, chosen, who=request.user.get_username())
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.reminded", unit=unit.name))
    return redirect(f"{reverse('desk-missing')}?period={chosen.identifier}")


def _period(text: str) -> Period:
    """Give a period; the last quarter that is over where none is named.

    Raises:
        Http404: it is no calendar period.
    """
    if not text:
        return around(periods.today(), PeriodKind.QUARTER).previous()
    try:
        found = parse(text.upper())
    except PeriodError as error:
        raise Http404(text) from error
    if found.kind not in KINDS:
        raise Http404(text)
    return found
