"""A unit's year for PEKPPP at the desk: what each indicator comes to and why, what is nearest, and the folder as one file."""

from typing import TypedDict

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.desk import periods
from collector.desk.show.followup import found_unit
from collector.fleet.models import Unit
from collector.papers.press import Apart
from collector.pekppp import folder
from collector.pekppp.facts import Facts, facts_of
from collector.pekppp.findings import findings, nearest
from collector.pekppp.rounds import rounds_of
from collector.people import trail

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
        "rounds": rounds_of(shown["facts"]),
        "years": range(this, this - _YEARS, -1),
        "folders": folder.FOLDERS,
    }
    return render(request, "desk/pekppp.html", context)


@login_required
@require_POST
def download(request: HttpRequest, code: str, of: str) -> HttpResponse:
    """Give the folder; that it left stands in the trail."""
    shown = _shown(request, code, of)
    facts = shown["facts"]
    name = folder.name_of(facts)
    data = folder.zipped(name, list(folder.files(facts, Apart())))
    trail.note(
        who=request.user.get_username(),
        action="pekppp folder made",
        subject=f"unit {facts.unit.code}",
        facts={"year": facts.year},
    )
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


def _shown(request: HttpRequest, code: str, of: str) -> _Shown:
    unit = found_unit(request, code)
    today = periods.today(unit.time_zone)
    asked = int(of) if of else today.year - 1
    if not today.year - _YEARS < asked <= today.year:
        raise Http404(of)
    whole = roles.may(request.user, roles.EVALUATORS, unit)
    return {"unit": unit, "year": asked, "facts": facts_of(unit, asked, whole=whole)}
