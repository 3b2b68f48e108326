"""A unit's year for PEKPPP at the desk: what each indicator comes to and why, what is nearest, and the folder, which workers make."""

from typing import TypedDict

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.complaints import sight
from collector.desk import periods
from collector.desk.show.followup import found_unit
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.jobs import asking
from collector.language import spoken
from collector.pekppp import folder
from collector.pekppp.facts import Facts, facts_of
from collector.pekppp.findings import findings, nearest
from collector.pekppp.rounds import rounds_of

_YEARS = 5
"""How far back the page goes: the form asks for the last two."""
_STEPS = 3


class _Shown(TypedDict):
    unit: Unit
    year: int
    facts: Facts


@login_required
@require_safe
def year(request: HttpRequest, code: str, of: str = "") -> HttpResponse:
    """Show a year; the one before this, which the next evaluation asks about, unless another is named."""
    shown = _shown(request, code, of)
    found = findings(shown["facts"])
    this = shown["facts"].today.year
    context = {
        **shown,
        "found": found,
        "nearest": [one for one in nearest(found) if one.step is not None][:_STEPS],
        "rounds": rounds_of(shown["facts"], spoken()),
        "years": range(this, this - _YEARS, -1),
        "folders": folder.FOLDERS,
    }
    return render(request, "desk/pekppp.html", context)


@login_required
@require_POST
def make(request: HttpRequest, code: str, of: str) -> HttpResponse:
    """Have the folder made."""
    unit, asked = _asked(request, code, of)
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    try:
        job = asking.folder_of(unit, asked, user=request.user)
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-pekppp", code=unit.code, of=asked)
    return redirect("job", number=job.pk)


def _shown(request: HttpRequest, code: str, of: str) -> _Shown:
    unit, asked = _asked(request, code, of)
    whole = sight.sees_all_of(request.user, unit)
    return {"unit": unit, "year": asked, "facts": facts_of(unit, asked, whole=whole)}


def _asked(request: HttpRequest, code: str, of: str) -> tuple[Unit, int]:
    """Give the unit and the year; the one before this where none is named."""
    unit = found_unit(request, code)
    today = periods.today(unit.time_zone)
    asked = int(of) if of else today.year - 1
    if not today.year - _YEARS < asked <= today.year:
        raise Http404(of)
    return unit, asked
