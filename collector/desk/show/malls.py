"""Malls at the desk: who serves there, what each agency agreed to, and the number of the building.

Whoever evaluates the region the mall lies in runs it here. An agency's evaluator decides for that agency, and its officers read; none of them
sees what another agency agreed to.
"""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.desk import periods, suggesting
from collector.desk.mall_forms import ConsentForm, PublishForm, TenantForm
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet import crowds, malls
from collector.fleet.models import Agency, Place, Tenant, Unit
from collector.language import say_here
from collector.releases import larger, pooling
from collector.releases.models import PoolingConsent, Release
from collector.releases.states import SHOWN
from survey.index.periods import Period, PeriodKind, around, parse

_PERIODS = 4


class _Sight(NamedTuple):
    """What an account may of a mall."""

    place: Place
    runs: bool
    agencies: QuerySet[Agency]
    """Those of which it may see what they agreed to."""
    decides: frozenset[int]
    """Those for which it may agree, and take that back."""


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the malls that an account has to do with."""
    found = [one for one in (_sight(request, place) for place in malls.every()) if one is not None]
    if not found:
        raise Http404("no mall is within reach")
    return render(request, "desk/malls.html", {"malls": found})


@login_required
@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a mall."""
    return _page(request, _found(request, code))


@login_required
@require_POST
def tenant(request: HttpRequest, code: str) -> HttpResponse:
    """Have a unit serve there."""
    sight = _to_run(request, code)
    form = TenantForm(request.POST, units=_units(request))
    if form.is_valid():
        try:
            unit = _unit(request, form.cleaned_data["unit"].strip())
            said = form.cleaned_data
            malls.serve(
                sight.place,
                unit,
                since=said["since"],
                last=said["last"],
                who=_who(request),
                questionnaire=said["questionnaire"],
            )
        except CollectorError as error:
            form.add_error("unit", refused(error))
        else:
            messages.success(request, say_here("desk.mall_tenant", unit=unit.name))
            return redirect("desk-mall", code=code)
    return _page(request, sight, tenant=form, status=400)


@login_required
@require_POST
def leave(request: HttpRequest, code: str, unit: str) -> HttpResponse:
    """Have a unit serve there no more, with the reason."""
    sight = _to_run(request, code)
    found = get_object_or_404(Unit, code=unit)
    try:
        malls.leave(sight.place, found, who=_who(request), why=request.POST.get("why", ""))
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.mall_left", unit=found.name))
    return redirect("desk-mall", code=code)


@login_required
@require_POST
def agree(request: HttpRequest, code: str) -> HttpResponse:
    """Record that an agency agrees to be counted in the mall's number."""
    sight = _found(request, code)
    form = _consent_form(request, sight)
    if not sight.decides:
        raise PermissionDenied
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = pooling.give(
                sight.place,
                get_object_or_404(Agency, code=said["agency"]),
                since=said["since"],
                until=said["until"],
                given_by=said["given_by"],
                document=said["document"],
                who=_who(request),
            )
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.mall_agreed", agency=made.agency.name))
            return redirect("desk-mall", code=code)
    return _page(request, sight, consent=form, status=400)


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a consent back, with the reason."""
    sight = _found(request, code)
    consents = PoolingConsent.objects.select_related("place", "agency")
    found = get_object_or_404(consents, pk=number, place=sight.place, agency__in=sight.decides)
    try:
        pooling.withdraw(found, who=_who(request), why=request.POST.get("why", ""))
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.mall_withdrawn", agency=found.agency.name))
    return redirect("desk-mall", code=code)


@login_required
@require_POST
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the mall's number of a period."""
    sight = _to_run(request, code)
    form = PublishForm(request.POST, periods=_periods())
    if form.is_valid():
        period, why = parse(form.cleaned_data["period"]), form.cleaned_data["why"]
        try:
            out = larger.publish(larger.mall(sight.place.code, period), period, who=_who(request), why=why)
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.mall_published", address=out.address))
            return redirect("desk-mall", code=code)
    return _page(request, sight, publishing=form, status=400)


def _page(
    request: HttpRequest,
    sight: _Sight,
    *,
    tenant: TenantForm | None = None,
    consent: ConsentForm | None = None,
    publishing: PublishForm | None = None,
    status: int = 200,
) -> HttpResponse:
    place = sight.place
    consents = place.consents.filter(agency__in=sight.agencies).select_related("agency")
    today = periods.today()
    here = place.tenants.filter(Tenant.not_over(today))
    own = set(sight.agencies.values_list("pk", flat=True))
    out = Release.objects.filter(subject="place", code=place.code, state__in=SHOWN)
    context = {
        "mall": place,
        "sight": sight,
        "crowds": [
            (one, say_here(f"desk.waiting_{one.band}"))
            for one in crowds.waiting_at(place)
            if sight.runs or one.agency in own
        ],
        "tenants": here.select_related("unit__agency").order_by("unit__name", "since"),
        "left": place.tenants.filter(until__lte=today).select_related("unit").order_by("-until", "-pk")[:20],
        "consents": consents.order_by("agency__name", "-recorded_at"),
        "silent": sight.agencies.exclude(pk__in=consents.filter(withdrawn_at=None).values("agency")),
        "out": out.defer("content", "basis", "breakdown").order_by("-first_day", "-number")[:8],
        "tenant": tenant or TenantForm(None, units=_units(request)) if sight.runs else None,
        "consent": (consent or _consent_form(request, sight, empty=True)) if sight.decides else None,
        "publishing": publishing or PublishForm(None, periods=_periods()) if sight.runs else None,
    }
    return render(request, "desk/mall.html", context, status=status)


def _consent_form(request: HttpRequest, sight: _Sight, *, empty: bool = False) -> ConsentForm:
    agencies = sight.agencies.filter(pk__in=sight.decides).values_list("code", "name")
    running = around(periods.today(), PeriodKind.QUARTER)
    return ConsentForm(None if empty else request.POST, agencies=list(agencies), first=running)


def _sight(request: HttpRequest, place: Place) -> _Sight | None:
    """Give what an account may of a mall; None where it has nothing to do with it."""
    user = request.user
    runs = roles.reaches(user, roles.EVALUATORS, kind="place", code=place.code)
    here = malls.agencies_at(place)
    if runs:
        return _Sight(place, runs, here, frozenset(here.values_list("pk", flat=True)))
    units = roles.units_of(roles.held(user, roles.OFFICERS))
    own = here.filter(pk__in=units.filter(agency__in=here).values("agency"))
    decides = {one.pk for one in own if roles.reaches(user, roles.EVALUATORS, kind="agency", code=one.code)}
    return _Sight(place, runs, own, frozenset(decides)) if own.exists() else None


def _found(request: HttpRequest, code: str) -> _Sight:
    sight = _sight(request, get_object_or_404(Place, code=code))
    if sight is None:
        raise Http404("no mall within reach is called so")
    return sight


def _to_run(request: HttpRequest, code: str) -> _Sight:
    sight = _found(request, code)
    if not sight.runs:
        raise PermissionDenied
    return sight


def _units(request: HttpRequest) -> list[suggesting.Suggestion]:
    return suggesting.units(_reached(request).exclude(agency=None))


def _unit(request: HttpRequest, code: str) -> Unit:
    """Give a unit within reach: whoever runs the mall brings in no other's unit.

    Raises:
        CollectorError: there is none (`unit_unknown`).
    """
    found = _reached(request).filter(code=code).first()
    if found is None:
        raise CollectorError("unit_unknown", code=code)
    return found


def _reached(request: HttpRequest) -> QuerySet[Unit]:
    return roles.units_of(roles.held(request.user, roles.EVALUATORS))


def _periods() -> list[Period]:
    """Give the periods whose number may be published: the last quarters, and the last year."""
    today = periods.today()
    found = [around(today, PeriodKind.QUARTER).previous()]
    while len(found) < _PERIODS:
        found.append(found[-1].previous())
    return [*found, around(today, PeriodKind.YEAR).previous()]


def _who(request: HttpRequest) -> str:
    return str(request.user.get_username())
