"""Releases for programs, without an account; and the numbers of a running period, for an auditor with one."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.errors import CollectorError
from collector.releases import address, asked
from collector.releases.evaluation.result import SUBJECT
from collector.releases.kiosks import newest
from collector.releases.models import Release
from collector.releases.show.reading import shown_releases
from collector.scores.ask.lookups import NOTHING_CALLED_SO
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.ask.results import QuestionError
from collector.scores.ask.words import ELEMENT, question
from collector.scores.show.as_csv import as_csv
from collector.scores.show.as_json import as_json
from survey.index.periods import Period

_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
_FORMATS = tuple(_TYPES)
_EXCEL = "excel"
Answer = TypeVar("Answer")
_MOST = 1_000
ASKED = ("unit", "region", "agency", "place", "ipp", "period", "instrument", "newest", "after")
"""What may be asked of the list."""


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List what is out, the oldest first: of a unit, region, agency or mall, of a period, of an instrument; `after` goes on behind an address.

    `newest=yes` leaves the one of a unit that its kiosks show: the newest official one that is in force and has a number.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    unknown = sorted(set(words) - set(ASKED))
    if unknown or not all(value.isprintable() for value in words.values()):
        error = QuestionError("parameter_unknown", word=", ".join(unknown), known=", ".join(ASKED))
        return refused(error, HTTPStatus.BAD_REQUEST, error.code)
    found = shown_releases().order_by("pk")
    for subject in ("unit", "region", "agency", "place", SUBJECT):
        if subject in words:
            found = found.filter(subject=subject, code=words[subject])
    if "period" in words:
        found = found.filter(period=words["period"].upper())
    if "instrument" in words:
        found = found.filter(instrument=words["instrument"])
    if "newest" in words:
        if words["newest"] != "yes" or "unit" not in words:
            error = QuestionError("newest")
            return refused(error, HTTPStatus.BAD_REQUEST, error.code)
        one = newest(words["unit"], words.get("instrument", DEFAULT_INSTRUMENT))
        found = found.filter(pk=one.pk if one is not None else 0)
    if "after" in words:
        last = Release.objects.filter(address=address.read(words["after"]) or "").first()
        found = found.filter(pk__gt=last.pk if last is not None else 0)
    shown = list(found[: _MOST + 1])
    following = shown[_MOST - 1].address if len(shown) > _MOST else None
    return JsonResponse({"releases": [_line(release) for release in shown[:_MOST]], "next": following})


@require_safe
def live_indices(request: HttpRequest) -> HttpResponse:
    """Answer a question about numbers as they stand now, to an auditor; what is asked stands in the trail.

    403 for everybody else; 400 with a stable code where it cannot be asked, 404 where nothing is called so.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    by_element = ELEMENT in words.get("by", "").split(",")
    return told(
        words,
        lambda: asked.live(question(words), who=request.user),
        as_json=as_json,
        as_table=lambda answer, excel: as_csv(answer, by_element=by_element, excel=excel),
        period_of=lambda answer: answer.period,
    )


def told(
    words: Mapping[str, str],
    ask: Callable[[], Answer],
    *,
    as_json: Callable[[Answer], dict[str, object]],
    as_table: Callable[[Answer, bool], str],
    period_of: Callable[[Answer], Period],
) -> HttpResponse:
    """Tell an answer as JSON or as a table, as `format` and `for` ask for it, or why there is none."""
    reader = words.get("for", "")
    form = words.get("format", "csv" if reader else "json")
    if form not in _FORMATS:
        return refused(QuestionError("format", known=", ".join(_FORMATS)), HTTPStatus.BAD_REQUEST, "format")
    if reader and (reader != _EXCEL or form != "csv"):
        return refused(QuestionError("for", known=_EXCEL), HTTPStatus.BAD_REQUEST, "for")
    try:
        answer = ask()
    except CollectorError as error:
        code = error.code if isinstance(error, QuestionError) else error.word
        status = HTTPStatus.BAD_REQUEST if isinstance(error, QuestionError) else HTTPStatus.FORBIDDEN
        return refused(error, HTTPStatus.NOT_FOUND if code in NOTHING_CALLED_SO else status, code)
    if form == "csv":
        response = HttpResponse(as_table(answer, reader == _EXCEL), content_type=_TYPES["csv"])
        response["Content-Disposition"] = f'attachment; filename="ikm-{period_of(answer).identifier}.csv"'
        return response
    return JsonResponse(as_json(answer))


def refused(error: CollectorError, status: HTTPStatus, code: str) -> JsonResponse:
    """Say why there is no answer: a stable code, and a sentence."""
    return JsonResponse({"code": code, "message": str(error)}, status=status)


def _line(release: Release) -> dict[str, object]:
    return {
        "address": release.address,
        "subject": release.subject,
        "code": release.code,
        "period": release.period,
        "instrument": release.instrument,
        "edition": release.number,
        "state": release.state,
        "n": release.n,
        "value": float(release.value) if release.value is not None else None,
        "interval": [float(release.low), float(release.high)] if release.low and release.high else None,
        "category": release.category or None,
        "successor": release.successor.address if release.successor is not None else None,
    }
