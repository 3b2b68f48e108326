"""Releases at the desk: the list of an evaluator, a unit's period with all its steps, and what may be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.accounts.roles import EVALUATORS, OFFICERS
from collector.desk import periods
from collector.desk.periods import NOT_BEGUN
from collector.desk.release_actions import ACTIONS, offered
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.language import spoken
from collector.local import period_text
from collector.releases.bands import band
from collector.releases.editions import answered
from collector.releases.models import Release
from collector.releases.owed import asked_of, owed_of_units
from collector.releases.policy import KINDS
from collector.releases.states import State
from collector.scores import users
from collector.scores.proof.held import holdings
from survey.index.periods import Period, PeriodError, PeriodKind, around, parse

ROWS = 40
STATES = (NOT_BEGUN, *(state.value for state in State if state is not State.OPEN))


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the units that the account evaluates, with how far a period of theirs has come."""
    offices = roles.held(request.user, EVALUATORS)
    if not offices:
        raise PermissionDenied
    period = _period(request.GET.get("period", "")) or around(periods.today(), PeriodKind.QUARTER).previous()
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:80].strip()
    wanted = request.GET.get("state", "")
    units = roles.units_of(offices).select_related("region")
    if words:
        units = units.filter(
            Q(name__icontains=words) | Q(code__icontains=words) | Q(region__code__startswith=words)
        )
    newest = _newest(period)
    ended = request.GET.get("berakhir") == "ya"
    every, units = units, units.filter(lasting.owing(period))
    numbers = _numbers(units, newest)
    if wanted not in STATES:
        units = every if ended else units
    if wanted == NOT_BEGUN:
        units = units.exclude(pk__in=newest.exclude(state=State.OPEN).values("unit"))
    elif wanted in STATES:
        units = units.filter(pk__in=newest.filter(state=wanted).values("unit"))
    page = Paginator(units.order_by("name", "code"), ROWS).get_page(request.GET.get("page"))
    found = periods.standings(page, period)
    context = {
        "period": period,
        "before": period.previous(),
        "offered": periods.offered(period),
        "words": words,
        "wanted": wanted,
        "ended": ended,
        "numbers": numbers,
        "every": sum(numbers.values()),
        "page": page,
        "rows": [found[unit.pk] for unit in page],
    }
    return render(request, "desk/releases.html", context)


@login_required
@require_safe
def one(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """Show a unit's period: how far it has come, what is known of its answers, and what may be done."""
    unit, chosen = _found(request, code, period)
    where = periods.standing(unit, chosen)
    release = where.release
    is_own = roles.may(request.user, (roles.UNIT_OFFICER,), unit)
    context = {
        "unit": unit,
        "period": chosen,
        "standing": where,
        "over": chosen.last < where.today,
        "owed": lasting.owes(unit, chosen),
        "band": band(answered(unit, chosen, instrument=asked_of(unit))),
        "users_stated": users.is_stated(unit, chosen),
        "kiosks": holdings(unit),
        "steps": list(release.steps.order_by("pk")) if release is not None else [],
        "actions": offered(request.user, unit, where),
        "is_own": is_own,
        "waits": where.state == State.RETURNED and not is_own,
        "evaluates": roles.may(request.user, EVALUATORS, unit),
    }
    return render(request, "desk/release.html", context)


@login_required
@require_POST
def act(request: HttpRequest, code: str, period: str, name: str) -> HttpResponse:
    """Do something with a unit's period; what it was and why stands in the trail."""
    unit, chosen = _found(request, code, period)
    action = ACTIONS.get(name)
    if action is None:
        raise Http404(name)
    if not roles.may(request.user, action.may, unit):
        raise PermissionDenied
    try:
        action.act(
            unit, periods.standing(unit, chosen), request.user.get_username(), request.POST.get("why", "")
        )
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, f"{period_text(chosen, spoken())} {action.done}")
    return redirect("desk-release", code=code, period=chosen.identifier)


def _found(request: HttpRequest, code: str, period: str) -> tuple[Unit, Period]:
    unit = get_object_or_404(Unit.objects.select_related("region", "agency"), code=code)
    if not roles.may(request.user, OFFICERS, unit):
        raise PermissionDenied
    chosen = _period(period)
    if chosen is None:
        raise Http404(period)
    return unit, chosen


def _period(text: str) -> Period | None:
    try:
        found = parse(text.upper())
    except PeriodError:
        return None
    return found if found.kind in KINDS else None


def _newest(period: Period) -> QuerySet[Release]:
    """Give the newest edition of each unit's period."""
    later = Release.objects.filter(
        unit=OuterRef("unit"), period=OuterRef("period"), instrument=OuterRef("instrument")
    ).filter(number__gt=OuterRef("number"))
    found = Release.objects.filter(subject="unit", period=period.identifier).filter(owed_of_units())
    return found.filter(~Exists(later)).order_by()


def _numbers(units: QuerySet[Unit], newest: QuerySet[Release]) -> dict[str, int]:
    """Give how many units stand in each state."""
    counted = dict(
        newest.filter(unit__in=units.order_by().values("pk"))
        .values_list("state")
        .annotate(number=Count("pk"))
    )
    begun = sum(number for state, number in counted.items() if state != State.OPEN)
    return {state: units.count() - begun if state == NOT_BEGUN else counted.get(state, 0) for state in STATES}
