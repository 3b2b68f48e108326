"""Numbers at the desk that are not for everybody: an auditor's questions for free days, and the hours of a released period. Each stands in the trail."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector.accounts import roles
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.language import later, say_here, spoken
from collector.releases import asked
from collector.releases.cells.asking import Cell
from collector.releases.cells.asking import question as breakdown_of
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.ask.results import IndexAnswer, Result
from collector.scores.ask.scope import Dimension
from collector.scores.ask.words import question
from collector.scores.show.labels import part_name
from collector.scores.show.shares import as_values
from collector.scores.tallies.naming import UNKNOWN
from collector.words.foreign import in_one_line
from survey.index.reckoning import ElementIndex
from survey.instrument.definition import shipped
from survey.instrument.instrument import in_language
from survey.instrument.kinds import Kind

_ASKED = ("unit", "region", "agency", "from", "to", "by", "instrument")
_BY = (
    (Dimension.UNIT, later("desk.by_unit")),
    (Dimension.SERVICE, later("desk.by_service")),
    (Dimension.MONTH, later("desk.by_month")),
    (Dimension.HOUR, later("desk.by_hour")),
)
"""What the form offers to break down by; the API has more."""
_HOUR = "hour"


@login_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer an auditor's question about any days; what is asked, and why, stands in the trail."""
    if not roles.has_role(request.user, (roles.AUDITOR,)):
        raise PermissionDenied
    words = {word: request.GET[word].strip() for word in _ASKED if request.GET.get(word, "").strip()}
    why = in_one_line(request.GET.get("why", ""))[:300]
    context: dict[str, Any] = {
        "asked": words,
        "why": why,
        "kinds": _BY,
        "instruments": [one for one in shipped() if one.kind is not Kind.PULSE],
        "default": DEFAULT_INSTRUMENT,
    }
    if words:
        try:
            context["found"] = _told(asked.live(question(words), who=request.user, why=why))
        except CollectorError as error:
            context["wrong"] = refused(error)
    return render(request, "desk/numbers.html", context)


@login_required
@require_safe
def hours(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """Show the hours of a released period, as far as its groups may be told; to an officer of the unit only how many answered, as a band."""
    unit = get_object_or_404(Unit, code=code)
    try:
        answer = asked.breakdown(
            breakdown_of({"unit": code, "period": period.upper(), "by": _HOUR}), who=request.user
        )
    except CollectorError as error:
        if error.word == "breakdown_not_yours":
            raise PermissionDenied from error
        return render(
            request,
            "desk/hours.html",
            {"unit": unit, "wrong": refused(error)},
            status=400,
        )
    cells = sorted(answer.cells or (), key=lambda one: (one.code == UNKNOWN, one.code))
    context = {
        "unit": unit,
        "period": answer.question.period,
        "band": answer.responses,
        "releases": answer.releases,
        "rows": [(_hour(one), one) for one in cells],
        "lowest": _lowest(cells),
        "sees_groups": answer.cells is not None,
        "evaluates": roles.may(request.user, roles.EVALUATORS, unit),
    }
    return render(request, "desk/hours.html", context)


def _hour(cell: Cell) -> str:
    return say_here("group.hour_unknown") if cell.code == UNKNOWN else say_here("group.hour", hour=cell.code)


def _lowest(cells: Sequence[Cell]) -> Cell | None:
    """Give the hour that lies below every other one with its whole interval; None where chance may have put it lowest.

    Intervals that only touch do overlap: their ends are rounded to a tenth.
    """
    if len(cells) < 2:
        return None
    first, *others = sorted(cells, key=lambda one: one.value)
    return first if all(first.high < other.low for other in others) else None


def _told(answer: IndexAnswer) -> dict[str, object]:
    """Give an answer as the page shows it."""
    elements = answer.whole.index.elements if answer.whole.index is not None else ()
    return {
        "answer": answer,
        "whole": answer.whole,
        "names": ", ".join(answer.names.values()) or say_here("desk.every_unit"),
        "elements": [_element(answer, one) for one in elements],
        "questions": as_values(answer.instrument, answer.whole.shares or ()),
        "groups": [(_name(group), group) for group in answer.groups],
    }


def _element(answer: IndexAnswer, one: ElementIndex) -> dict[str, object]:
    name = in_language(answer.instrument.element(one.key).name, "id")
    return {"name": name, "value": one.value, "interval": one.interval, "n": one.n, "letter": one.letter}


def _name(group: Result) -> str:
    return " · ".join(part_name(part, spoken()) for part in group.group)
