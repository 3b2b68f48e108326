"""What waits for whoever has logged in, the most urgent first."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
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
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.proof.held import holdings
from collector.standards.history import unanswered
from survey.index.periods import parse

_MOST_UNITS = 50
_MOST_SUBMITTED = 10


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
        "submitted": [(one, parse(one.period)) for one in _submitted(evaluator)[:_MOST_SUBMITTED]],
        "offices": offices,
        "ended": [] if offices else _ended(request.user),
        "audits": any(one.role == roles.AUDITOR for one in offices),
    }
    return render(request, "desk/home.html", context)


def _newest(one: Standing) -> tuple[Standing, Release | None]:
    out = Release.objects.filter(unit=one.unit, state=State.PUBLISHED).exclude(n=None)
    return one, out.defer("content", "basis").order_by("-last_day", "-number").first()


def _submitted(offices: list[Office]) -> QuerySet[Release]:
    """Give what was handed in of the SKM, of whatever period, and waits for a decision; what is due first stands first."""
    found = _waiting(offices).filter(instrument=DEFAULT_INSTRUMENT).select_related("unit")
    return found.defer("content", "basis", "breakdown").order_by("due", "pk")


def _waiting(offices: list[Office]) -> QuerySet[Release]:
    units = roles.units_of(offices).filter(lasting.REAL)
    return Release.objects.filter(unit__in=units, state=State.SUBMITTED)


def _ended(user: roles.Account) -> QuerySet[Office]:
    """Give the offices that an account without any held, the last one first."""
    found = Office.objects.filter(user=user.pk).select_related("unit", "region", "agency")
    return found.order_by("-until", "-pk")[:3]


def _for_evaluator(offices: list[Office]) -> dict[str, object]:
    units = roles.units_of(offices).filter(lasting.REAL)
    overdue = Release.objects.filter(unit__in=units, state=State.NOT_REPORTED)
    places = {one.region or one.agency for one in offices} - {None}
    return {
        "units": units.count(),
        "submitted": _submitted(offices).count(),
        "others": _waiting(offices).exclude(instrument=DEFAULT_INSTRUMENT).count(),
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
