"""A unit's public standards for programs: JSON, and a row a component as CSV (`?for=excel` for an Indonesian Excel)."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from collector.fleet.models import Unit
from collector.scores.show.as_csv import table
from collector.standards.components import PUBLIC
from collector.standards.models import Maklumat, Standard
from collector.standards.reading import ServiceRead, promise_of, rows_of, services_of, today_of

_HEAD = (
    "unit", "service", "service_name", "version", "in_force_from", "decided_by", "decree_number", "decree_date", "component", "name", "text",
)  # fmt: skip


@require_safe
def as_json(_: HttpRequest, code: str) -> HttpResponse:
    """Give the standards in force with their six public components, and the maklumat."""
    unit = get_object_or_404(Unit, code=code)
    today = today_of(unit)
    promise = promise_of(unit, today)
    return JsonResponse(
        {
            "unit": unit.code,
            "name": unit.name,
            "on": today.isoformat(),
            "services": [_service(one) for one in services_of(unit, today)],
            "maklumat": _promise(unit, promise) if promise is not None else None,
        }
    )


@require_safe
def as_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Give the same standards, a row a component."""
    unit = get_object_or_404(Unit, code=code)
    written = table(
        [_HEAD, *_rows(unit, services_of(unit, today_of(unit)))], excel=request.GET.get("for") == "excel"
    )
    response = HttpResponse(written, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="standar-{unit.code}.csv"'
    return response


def _service(one: ServiceRead) -> dict[str, object]:
    return {
        "code": one.service.code,
        "name": one.service.name,
        "standard": _standard(one.standard) if one.standard is not None else None,
    }


def _standard(one: Standard) -> dict[str, object]:
    return {
        "version": one.number,
        "in_force_from": one.in_force_from.isoformat(),
        "decided_by": one.decided_by or None,
        "decree_number": one.decree_number or None,
        "decree_date": one.decree_date.isoformat() if one.decree_date else None,
        "components": [
            {"key": part.key, "name": part.name, "text": text or None} for part, text in rows_of(one, PUBLIC)
        ],
    }


def _promise(unit: Unit, one: Maklumat) -> dict[str, object]:
    return {
        "version": one.number,
        "issued_on": one.issued_on.isoformat(),
        "signer": one.signer,
        "text": one.text,
        "photo": reverse("maklumat-photo", args=[unit.code, one.number]) if one.has_photo else None,
    }


def _rows(unit: Unit, services: Sequence[ServiceRead]) -> Iterator[Sequence[object]]:
    for one in services:
        said = one.standard
        if said is None:
            continue
        for part, text in rows_of(said, PUBLIC):
            yield (
                unit.code,
                one.service.code,
                one.service.name,
                said.number,
                said.in_force_from.isoformat(),
                said.decided_by,
                said.decree_number,
                said.decree_date.isoformat() if said.decree_date else "",
                part.key,
                part.name,
                text,
            )
