"""A unit's services and whom it served, at the desk: its officers write, its evaluators read."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.desk import periods, service_table
from collector.desk.forms import ServiceForm, UsersForm
from collector.desk.show.followup import found_unit
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet import malls, service_sheet, services, workbook
from collector.fleet.models import Unit
from collector.followup.register import WRITERS
from collector.language import say_here, spoken
from collector.local import period_text
from collector.scores import users as users_of
from collector.scores.models import Population
from collector.scores.show.as_csv import table
from survey.index.periods import Period, PeriodKind, around, parse
from survey.index.sampling import required_sample

_USERS = "pengguna"
"""What `tabel` asks for: the users in place of the services."""
_PERIODS = 6
"""The running one and those before it, for which users may be stated."""


@login_required
@require_safe
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """List a unit's services and what was stated of its users; as CSV and JSON too."""
    unit = found_unit(request, code)
    return _as_data(request, unit) or _page(request, unit)


@login_required
@require_POST
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Add a service; its code is made of its name."""
    unit = _to_write(request, code)
    form = ServiceForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            made = services.put(unit, code=services.free_code(unit, name), name=name, who=_who(request))
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.service_added", service=made.name))
            return redirect("desk-services", code=unit.code)
    return _page(request, unit, adding=form, status=400)


@login_required
@require_POST
def change(request: HttpRequest, code: str, service: str) -> HttpResponse:
    """Rename a service, take it off the kiosks, or offer it again; with the reason."""
    unit = _to_write(request, code)
    found = get_object_or_404(unit.services, code=service)
    try:
        why = _reason(request.POST.get("why", ""))
        name = request.POST.get("name", found.name)
        offered = "offered" in request.POST
        made = services.put(unit, code=found.code, name=name, offered=offered, who=_who(request), why=why)
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.service_kept", service=made.name))
    return redirect("desk-services", code=unit.code)


@login_required
@require_POST
def bring_in(request: HttpRequest, code: str) -> HttpResponse:
    """Add the services of a sheet that the unit does not have yet."""
    unit = _to_write(request, code)
    given = request.FILES.get("file")
    data = given.read(workbook.MOST_BYTES + 1) if given is not None else b""
    try:
        found = service_sheet.names(workbook.read(data), heading=request.POST.get("heading", "").strip())
        digest = hashlib.sha256(data).hexdigest()[:12]
        added = services.add_all(
            unit, (name for _, name in found), who=_who(request), source=f"XLSX {digest}"
        )
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.services_read", read=len(found), added=len(added)))
    return redirect("desk-services", code=unit.code)


@login_required
@require_POST
def users(request: HttpRequest, code: str) -> HttpResponse:
    """State how many people the unit served in a period."""
    unit = _to_write(request, code)
    form = UsersForm(request.POST, offered=_offered(unit))
    if form.is_valid():
        said = form.cleaned_data
        period = parse(said["period"])
        try:
            why = _reason(said["why"]) if users_of.is_stated(unit, period) else said["why"]
            users_of.state(unit, period, said["users"], who=_who(request), why=why)
        except CollectorError as error:
            form.add_error("why", refused(error))
        else:
            messages.success(request, say_here("desk.users_stated", period=period_text(period, spoken())))
            return redirect("desk-services", code=unit.code)
    return _page(request, unit, stating=form, status=400)


def _page(
    request: HttpRequest,
    unit: Unit,
    *,
    adding: ServiceForm | None = None,
    stating: UsersForm | None = None,
    status: int = 200,
) -> HttpResponse:
    every = list(unit.services.order_by("name", "code"))
    context = {
        "unit": unit,
        "offered": [one for one in every if one.offered],
        "retired": [one for one in every if not one.offered],
        "stated": [(one, _title(one), required_sample(one.users)) for one in _all_stated(unit)],
        "may_write": roles.may(request.user, WRITERS, unit),
        "malls": malls.where(unit),
        "adding": adding or ServiceForm(),
        "stating": stating or UsersForm(None, offered=_offered(unit)),
    }
    return render(request, "desk/services.html", context, status=status)


def _to_write(request: HttpRequest, code: str) -> Unit:
    unit = found_unit(request, code)
    if not roles.may(request.user, WRITERS, unit):
        raise PermissionDenied
    return unit


def _who(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _reason(text: str) -> str:
    """Insist on a reason.

    Raises:
        CollectorError: there is none (`service_why`).
    """
    if not text.strip():
        raise CollectorError("service_why")
    return text.strip()


def _offered(unit: Unit) -> list[Period]:
    """Give the periods for which users may be stated: official ones and years, the newest first."""
    kind = periods.last_closed(unit).kind
    today = periods.today(unit.time_zone)
    found = [around(today, kind)]
    while len(found) < _PERIODS:
        found.append(found[-1].previous())
    year = around(today, PeriodKind.YEAR)
    return found if kind is PeriodKind.YEAR else [*found, year, year.previous()]


def _all_stated(unit: Unit) -> list[Population]:
    return list(
        Population.objects.filter(unit=unit).select_related("unit").order_by("-last_day", "-first_day")
    )


def _title(stated: Population) -> str:
    """Give the period of a statement by its name; by its days where it is none of the calendar."""
    period = service_table.period_of(stated)
    is_range = period.kind is PeriodKind.RANGE
    return f"{stated.first_day} – {stated.last_day}" if is_range else period_text(period, spoken())


def _as_data(request: HttpRequest, unit: Unit) -> HttpResponse | None:
    """Answer with the page's tables as JSON, or with one of them as CSV; None where a page is asked for."""
    form = request.GET.get("format", "")
    if form not in ("csv", "json"):
        return None
    offered = unit.services.select_related("unit").order_by("name", "code")
    services_of = service_table.services(list(offered))
    stated = service_table.users(_all_stated(unit))
    if form == "json":
        return JsonResponse({"unit": unit.code, "services": services_of, "users": stated})
    is_users = request.GET.get("tabel") == _USERS
    rows, columns = (stated, service_table.USERS) if is_users else (services_of, service_table.SERVICES)
    cells: list[list[object]] = [[name for name, _ in columns], *(list(row.values()) for row in rows)]
    written = table(cells, excel=request.GET.get("for") == "excel")
    answer = HttpResponse(written, content_type="text/csv; charset=utf-8")
    name = f"{_USERS if is_users else 'layanan'}-{unit.code}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
