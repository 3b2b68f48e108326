"""What everybody reads: the six components of each service, the maklumat with its photo, their earlier versions, and both as sheets.

The eight inner components, who entered what, and why, stay in the house.
"""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector.fleet.models import Service, Unit
from collector.standards import sheets
from collector.standards.components import PUBLIC
from collector.standards.models import Maklumat, Standard
from collector.standards.promise import versions as promises
from collector.standards.reading import promise_of, rows_of, services_of, today_of
from collector.standards.register import in_force, versions


@require_safe
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """Show the standards of all services of a unit, and its maklumat."""
    unit = _unit(code)
    today = today_of(unit)
    context = {
        "unit": unit,
        "services": [
            (one, rows_of(one.standard, PUBLIC) if one.standard else []) for one in services_of(unit, today)
        ],
        "promise": promise_of(unit, today),
    }
    return render(request, "standards/listed.html", context)


@require_safe
def one(request: HttpRequest, code: str, service: str, number: str = "") -> HttpResponse:
    """Show the standard of a service that is in force, or one version of it, with all its versions."""
    unit = _unit(code)
    found = get_object_or_404(Service, unit=unit, code=service)
    told = versions(found)
    current = in_force(told, today_of(unit)).get(found.pk)
    shown = next((one for one in told if one.number == int(number)), None) if number else current
    if not told or (number and shown is None):
        raise Http404(service)
    context = {
        "unit": unit,
        "service": found,
        "standard": shown,
        "current": current,
        "rows": rows_of(shown, PUBLIC) if shown else [],
        "versions": told,
        "has_address_of_its_own": bool(number),
    }
    return render(request, "standards/one.html", context)


@require_safe
def sheet(_: HttpRequest, code: str, service: str) -> HttpResponse:
    """Give the standard of a service that is in force, for the wall."""
    unit = _unit(code)
    found = get_object_or_404(Service, unit=unit, code=service)
    current: Standard | None = in_force(versions(found), today_of(unit)).get(found.pk)
    if current is None:
        raise Http404(service)
    return _pdf(sheets.kept_standard(current), f"standar-{unit.code}-{found.code}.pdf")


@require_safe
def promise(request: HttpRequest, code: str) -> HttpResponse:
    """Show the maklumat that holds, and those before it."""
    unit = _unit(code)
    context = {
        "unit": unit,
        "promise": promise_of(unit, today_of(unit)),
        "versions": list(promises(unit)),
    }
    return render(request, "standards/maklumat.html", context)


@require_safe
def promise_sheet(_: HttpRequest, code: str) -> HttpResponse:
    """Give the maklumat that holds, for the wall."""
    unit = _unit(code)
    found = promise_of(unit, today_of(unit))
    if found is None:
        raise Http404(code)
    return _pdf(sheets.kept_promise(found), f"maklumat-{unit.code}.pdf")


@require_safe
def photo(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Give the photo of a version of the maklumat; one that was taken back is gone, whoever kept its address."""
    found = get_object_or_404(
        Maklumat.objects.exclude(photo_digest=""), unit__code=code, number=int(number), photo_gone_at=None
    )
    etag = f'"{found.photo_digest[:32]}"'
    response = (
        HttpResponse(status=HTTPStatus.NOT_MODIFIED)
        if request.headers.get("If-None-Match") == etag
        else HttpResponse(bytes(found.photo), content_type="image/jpeg")
    )
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    return response


def _unit(code: str) -> Unit:
    return get_object_or_404(Unit.objects.select_related("region", "agency"), code=code)


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-cache"
    return response
