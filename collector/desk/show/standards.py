"""A unit's standards at the desk: written by its officers, version by version, and read by its evaluators with all fourteen components."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector.accounts import roles
from collector.desk.show.followup import found_unit
from collector.desk.standard_forms import MaklumatForm, StandardForm
from collector.desk.wording import completeness_words, refused
from collector.errors import CollectorError
from collector.fleet.models import Service, Unit
from collector.language import say_here
from collector.papers.press import Apart
from collector.standards import promise, register, sheets
from collector.standards.components import INNER, PUBLIC, completeness
from collector.standards.models import Maklumat
from collector.standards.reading import promise_of, rows_of, services_of, today_of
from collector.standards.register import WRITERS


@login_required
@require_safe
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """List a unit's services with how complete their standards are, and its maklumat."""
    unit = found_unit(request, code)
    today = today_of(unit)
    context = {
        "unit": unit,
        "services": services_of(unit, today, every=True),
        "promise": promise_of(unit, today),
        **_rights(request, unit),
    }
    return render(request, "desk/standards.html", context)


@login_required
@require_safe
def one(request: HttpRequest, code: str, service: str) -> HttpResponse:
    """Show a version of a service's standard (`versi`; else the newest) with all fourteen components, and its history."""
    unit = found_unit(request, code)
    found = get_object_or_404(Service, unit=unit, code=service)
    told = register.versions(found)
    asked = request.GET.get("versi", "")
    shown = next((one for one in told if not asked or str(one.number) == asked), None)
    if shown is None:
        raise Http404(service)
    context = {
        "unit": unit,
        "service": found,
        "standard": shown,
        "current": register.in_force(told, today_of(unit)).get(found.pk),
        "whole": completeness(shown.texts),
        "parts": [
            (say_here("desk.part_public"), rows_of(shown, PUBLIC)),
            (say_here("desk.part_inner"), rows_of(shown, INNER)),
        ],
        "versions": told,
        **_rights(request, unit),
    }
    return render(request, "desk/standard.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, code: str, service: str) -> HttpResponse:
    """Write a version of a service's standard, beginning with what the newest one says."""
    unit = _to_write(request, code)
    found = get_object_or_404(Service.objects.select_related("unit"), unit=unit, code=service)
    latest = next(iter(register.versions(found)), None)
    form = StandardForm(request.POST or None, latest=latest, first=today_of(unit))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = register.say(
                found,
                form.said(),
                seen=given["seen"],
                who=request.user.get_username(),
                why=given.get("why", ""),
            )
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            words = completeness_words(completeness(made.texts))
            messages.success(
                request, say_here("desk.standard_kept", service=found.name, number=made.number, words=words)
            )
            return redirect("desk-standard", code=unit.code, service=found.code)
    context = {"unit": unit, "service": found, "latest": latest, "form": form}
    return render(request, "desk/standard_write.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def sheet(request: HttpRequest, code: str, service: str) -> HttpResponse:
    """Give all fourteen components of the newest version as a paper, for the office."""
    unit = found_unit(request, code)
    found = get_object_or_404(Service, unit=unit, code=service)
    latest = next(iter(register.versions(found)), None)
    if latest is None:
        raise Http404(service)
    response = HttpResponse(sheets.of_standard(latest, Apart(), whole=True), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="standar-lengkap-{unit.code}-{found.code}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write_promise(request: HttpRequest, code: str) -> HttpResponse:
    """Show the versions of the maklumat to whoever sees the desk; its officers write one here."""
    unit = found_unit(request, code)
    told = list(promise.versions(unit))
    rights = _rights(request, unit)
    if request.method == "POST" and not rights["may_write"]:
        raise PermissionDenied
    form = MaklumatForm(
        request.POST or None, request.FILES or None, latest=told[0] if told else None, first=today_of(unit)
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = promise.issue(
                unit,
                form.promise(),
                seen=given["seen"],
                who=request.user.get_username(),
                why=given.get("why", ""),
            )
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.maklumat_kept", number=made.number))
            return redirect("desk-maklumat", code=unit.code)
    context = {"unit": unit, "versions": told, "form": form, **rights}
    return render(request, "desk/maklumat.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def take_photo_back(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Take the photo of a version back, with the reason."""
    unit = _to_write(request, code)
    found = get_object_or_404(Maklumat.objects.defer("photo"), unit=unit, number=int(number))
    try:
        promise.take_photo_back(found, who=request.user.get_username(), why=str(request.POST.get("why", "")))
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.maklumat_photo_gone", number=found.number))
    return redirect("desk-maklumat", code=unit.code)


def _rights(request: HttpRequest, unit: Unit) -> dict[str, bool]:
    return {
        "may_write": roles.may(request.user, WRITERS, unit),
    }


def _to_write(request: HttpRequest, code: str) -> Unit:
    unit = found_unit(request, code)
    if not roles.may(request.user, WRITERS, unit):
        raise PermissionDenied
    return unit
