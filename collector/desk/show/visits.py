"""Visits at the desk: an evaluator's checklist that the browser keeps without a network, their history, and the unit's reply."""

from functools import lru_cache

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector.accounts import roles
from collector.desk.show.followup import found_unit
from collector.desk.visit_forms import VisitForm
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.headers import OFFLINE, WORKER
from collector.language import say_here
from collector.standards import visits
from collector.standards.history import VisitRead, items_of, visits_of
from collector.standards.models import Visit, VisitPhoto
from collector.standards.reading import today_of

_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_POLICY = "Content-Security-Policy"


@login_required
@require_safe
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """List a unit's visits, each with what changed since the one before."""
    unit = found_unit(request, code)
    return render(
        request, "desk/visits.html", {"unit": unit, "visits": visits_of(unit), **_rights(request, unit)}
    )


@login_required
@require_safe
def one(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Show a visit with all it found, how it stands against the trail, and what the unit said of it."""
    unit = found_unit(request, code)
    read = _read(unit, number)
    context = {
        "unit": unit,
        "read": read,
        "groups": items_of(read.visit),
        "seal": visits.seal(read.visit),
        **_rights(request, unit),
    }
    return render(request, "desk/visit.html", context)


@login_required
@require_POST
def reply(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Acknowledge a visit, or object to it with a note."""
    unit = found_unit(request, code)
    if not _rights(request, unit)["may_reply"]:
        raise PermissionDenied
    visit, said = _read(unit, number).visit, request.POST.get("said", "")
    if said not in ("terima", "keberatan"):
        raise Http404(said)
    try:
        visits.reply(
            visit,
            accepts=said == "terima",
            note=str(request.POST.get("note", "")),
            who=request.user.get_username(),
        )
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.visit_replied"))
    return redirect("desk-visit", code=unit.code, number=visit.number)


@login_required
@require_safe
def photo(request: HttpRequest, code: str, number: str, file: str) -> HttpResponse:
    """Give a photo of a visit."""
    unit = found_unit(request, code)
    found = get_object_or_404(VisitPhoto, pk=int(file), visit__unit=unit, visit__number=int(number))
    response = HttpResponse(bytes(found.data), content_type="image/jpeg")
    response[_POLICY] = _SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Give the checklist, and keep what was filled in once it is signed."""
    unit = found_unit(request, code)
    if not isinstance(request.user, User) or not _rights(request, unit)["evaluates"]:
        raise PermissionDenied
    account = request.user.get_username()
    signed = Visit.objects.filter(unit=unit).order_by("visited_on", "number").last()
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        account=account,
        name=request.user.get_full_name() or account,
        last=signed,
        own=Visit.objects.filter(evaluator=account).order_by("pk").last(),
        today=today_of(unit),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = visits.sign(unit, form.checked(), who=account)
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.visit_signed", number=made.number))
            return redirect("desk-visit", code=unit.code, number=made.number)
    context = {
        "unit": unit,
        "form": form,
        "last": signed,
        "most_photos": visits.MOST_PHOTOS,
        "evaluates": True,
    }
    response = render(request, "desk/visit_check.html", context, status=400 if form.errors else 200)
    response[_POLICY] = OFFLINE
    return response


@require_safe
def worker(_: HttpRequest) -> HttpResponse:
    """Give the script that gives the kept checklist while there is no network; it says nothing of anybody."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response[_POLICY] = WORKER
    response["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=1)
def _worker() -> str:
    return (settings.BASE_DIR / "static" / "desk" / "offline.js").read_text(encoding="utf-8")


def _rights(request: HttpRequest, unit: Unit) -> dict[str, bool]:
    return {
        "evaluates": roles.may(request.user, visits.VISITORS, unit),
        "may_reply": roles.may(request.user, visits.REPLIERS, unit),
    }


def _read(unit: Unit, number: str) -> VisitRead:
    found = next((one for one in visits_of(unit) if one.visit.number == int(number)), None)
    if found is None:
        raise Http404(number)
    return found
