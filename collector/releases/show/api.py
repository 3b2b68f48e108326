"""Releases for programs, without an account; and the numbers of a running period, for an auditor with one."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.errors import CollectorError
from collector.releases import address, asked
from collector.releases.models import Release
from collector.releases.show.reading import shown_releases
from collector.scores.ask.lookups import NOTHING_CALLED_SO
from collector.scores.ask.results import QuestionError
from collector.scores.ask.words import ELEMENT, question
from collector.scores.show.as_csv import as_csv
from collector.scores.show.as_json import as_json

_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
_FORMATS = tuple(_TYPES)
_EXCEL = "excel"
_MOST = 1_000
_ASKED = ("unit", "region", "agency", "period", "after")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List what is out, the oldest first: of a unit, region or agency, and of a period; `after` goes on behind an address."""
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    unknown = sorted(set(words) - set(_ASKED))
    if unknown or not all(value.isprintable() for value in words.values()):
        error = QuestionError("parameter_unknown", word=", ".join(unknown), known=", ".join(_ASKED))
        return _refused(error, HTTPStatus.BAD_REQUEST, error.code)
    found = shown_releases().order_by("pk")
    for subject in ("unit", "region", "agency"):
        if subject in words:
            found = found.filter(subject=subject, code=words[subject])
    if "period" in words:
        found = found.filter(period=words["period"].upper())
    if "after" in words:
        last = Release.objects.filter(address=address.read(words["after"]) or "").first()
        found = found.filter(pk__gt=last.pk if last is not None else 0)
    return JsonResponse({"releases": [_line(release) for release in found[:_MOST]]})


@require_safe
def live_indices(request: HttpRequest) -> HttpResponse:
    """Answer a question about numbers as they stand now, to an auditor; what is asked stands in the trail.

    403 for everybody else; 400 with a stable code where it cannot be asked, 404 where nothing is called so.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    reader = words.get("for", "")
    form = words.get("format", "csv" if reader else "json")
    if form not in _FORMATS:
        return _refused(QuestionError("format", known=", ".join(_FORMATS)), HTTPStatus.BAD_REQUEST, "format")
    if reader and (reader != _EXCEL or form != "csv"):
        return _refused(QuestionError("for", known=_EXCEL), HTTPStatus.BAD_REQUEST, "for")
    try:
        answer = asked.live(question(words), who=request.user)
    except QuestionError as error:
        status = HTTPStatus.NOT_FOUND if error.code in NOTHING_CALLED_SO else HTTPStatus.BAD_REQUEST
        return _refused(error, status, error.code)
    except CollectorError as error:
        return _refused(error, HTTPStatus.FORBIDDEN, error.word)
    if form == "csv":
        by_element = ELEMENT in words.get("by", "").split(",")
        text = as_csv(answer, by_element=by_element, excel=reader == _EXCEL)
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="ikm-{answer.period.identifier}.csv"'
        return response
    return JsonResponse(as_json(answer))


def _refused(error: CollectorError, status: HTTPStatus, code: str) -> JsonResponse:
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
