"""What waits for whoever has logged in, the most urgent first."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from collector.accounts import roles
from collector.accounts.models import Office
from collector.desk import periods
from collector.desk.periods import Standing
from collector.fleet import lasting
from collector.fleet.models import Region
from collector.followup.standing import waiting
from collector.releases.models import Release
from collector.releases.states import State
from collector.scores.proof.held import holdings
from collector.standards.history import unanswered

_MOST_UNITS = 50


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is due at the account's units, and what waits for an evaluator."""
    officer = roles.held(request.user, (roles.UNIT_OFFICER,))
    evaluator = roles.held(request.user, roles.EVALUATORS)
    found = roles.units_of(officer).filter(lasting.REAL)
    units = found.select_related("region").order_by("name")[:_MOST_UNITS]
    own = sorted(
        (periods.standing(unit, periods.last_closed(unit)) for unit in units), key=lambda one: one.due
    )
    going_on = [one for one in own if not lasting.has_ended(one.unit, on=one.today)]
    followups = waiting({one.unit.pk: one.period.kind for one in going_on}, periods.today())
    visits = unanswered(units)
    offices = roles.held(request.user)
    todo = [one for one in own if one.waits_for_unit]
    context = {
        "today": periods.today(),
        "todo": todo,
        "followups": followups,
        "visits": visits,
        "waits": len(todo) + len(followups) + len(visits),
        "waiting": [one for one in own if one.state == State.SUBMITTED],
        "out": [_newest(one) for one in own],
        "kiosks": [(one.unit, holdings(one.unit)) for one in own],
        "evaluator": _for_evaluator(evaluator) if evaluator else None,
        "offices": offices,
        "audits": any(one.role == roles.AUDITOR for one in offices),
    }
    return render(request, "desk/home.html", context)


def _newest(one: Standing) -> tuple[Standing, Release | None]:
    out = Release.objects.filter(unit=one.unit, state=State.PUBLISHED).exclude(n=None)
    return one, out.defer("content", "basis").order_by("-last_day", "-number").first()


def _for_evaluator(offices: list[Office]) -> dict[str, object]:
    units = roles.units_of(offices).filter(lasting.REAL)
    waiting = Release.objects.filter(unit__in=units, state=State.SUBMITTED)
    overdue = Release.objects.filter(unit__in=units, state=State.NOT_REPORTED)
    places = {one.region or one.agency for one in offices} - {None}
    return {
        "units": units.count(),
        "submitted": waiting.count(),
        "overdue": overdue.count(),
        "places": sorted(
            (
                place.name or place.code,
                reverse("region" if isinstance(place, Region) else "agency", args=[place.code]),
            )
            for place in places
            if place is not None
        ),
    }
