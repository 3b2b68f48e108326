"""Whether a unit still is one, at the desk: its officers read, its evaluators and administrators end it, hide it, or take that back."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.complaints import sight
from collector.desk import periods, suggesting
from collector.desk.show.followup import found_unit
from collector.desk.unit_forms import HideForm, RetireForm, ShowForm
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet import lasting
from collector.fleet.models import Unit
from collector.fleet.tree import find_unit
from collector.language import say_here
from collector.releases import endings


@login_required
@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show since when a unit has ended or is hidden, why, and what may be done."""
    return _page(request, found_unit(request, code))


@login_required
@require_POST
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """End a unit, hide it, or take that back; for its own officer there is no such thing."""
    unit = found_unit(request, code)
    if not roles.may(request.user, roles.EVALUATORS, unit):
        raise PermissionDenied
    forms_by_name = _forms(request, unit, name)
    form = forms_by_name[name]
    if form.is_valid():
        try:
            done = _do(request, unit, name, form)
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here(f"desk.unit_{done}", unit=unit.name))
            return redirect("desk-unit", code=unit.code)
    return _page(request, unit, filled=forms_by_name, status=400)


def _do(request: HttpRequest, unit: Unit, name: str, form: forms.Form) -> str:
    said, who = form.cleaned_data, request.user.get_username()
    if name == "akhiri":
        successor = find_unit(said["successor"].strip()) if said["successor"].strip() else None
        endings.retire(unit, on=said["on"], why=said["why"], who=who, successor=successor)
        return "ended"
    if name == "sembunyikan":
        openly = roles.may(request.user, (roles.ADMINISTRATOR,), unit)
        endings.hide(unit, why=said["why"], who=who, openly=openly)
        return "hidden"
    endings.show(unit, why=said["why"], who=who)
    return "shown"


def _forms(request: HttpRequest, unit: Unit, name: str = "") -> dict[str, forms.Form]:
    def given(own: str) -> object:
        return request.POST if own == name else None

    others = roles.units_of(roles.held(request.user, roles.EVALUATORS)).exclude(pk=unit.pk)
    successors = suggesting.units(others)
    return {
        "akhiri": RetireForm(given("akhiri"), today=periods.today(unit.time_zone), successors=successors),  # type: ignore[arg-type]  # a QueryDict
        "sembunyikan": HideForm(given("sembunyikan")),  # type: ignore[arg-type]  # a QueryDict
        "kembalikan": ShowForm(given("kembalikan")),  # type: ignore[arg-type]  # a QueryDict
    }


def _page(
    request: HttpRequest, unit: Unit, *, filled: dict[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    evaluates = roles.may(request.user, roles.EVALUATORS, unit)
    context = {
        "unit": unit,
        "evaluates": evaluates,
        "has_ended": lasting.has_ended(unit, on=periods.today(unit.time_zone)),
        "kiosks": lasting.kiosks_at(unit),
        "counted": list(endings.counted(unit, whole=sight.sees_all_of(request.user, unit))),
        "administers": roles.may(request.user, (roles.ADMINISTRATOR,), unit),
        "forms": filled or _forms(request, unit),
    }
    return render(request, "desk/unit.html", context, status=status)
