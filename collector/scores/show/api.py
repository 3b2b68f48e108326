"""`GET /api/v1/indices`: the indices for programs, as JSON or CSV."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.scores.ask.lookups import NOTHING_CALLED_SO
from collector.scores.ask.queries import indices
from collector.scores.ask.results import QuestionError
from collector.scores.ask.words import ELEMENT, question
from collector.scores.show.as_csv import as_csv
from collector.scores.show.as_json import as_json

_FORMATS = ("json", "csv")
_EXCEL = "excel"


@require_safe
def show_indices(request: HttpRequest) -> HttpResponse:
    """Answer a question in the address's parameters.

    400 with a stable code where it cannot be asked, 404 where nothing is called so.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    reader = words.get("for", "")
    form = words.get("format", "csv" if reader else "json")
    if form not in _FORMATS:
        return _refused(QuestionError("format", known=", ".join(_FORMATS)))
    if reader and (reader != _EXCEL or form != "csv"):
        return _refused(QuestionError("for", known=_EXCEL))
    try:
        answer = indices(question(words))
    except QuestionError as error:
        return _refused(error)
    if form == "csv":
        by_element = ELEMENT in words.get("by", "").split(",")
        text = as_csv(answer, by_element=by_element, excel=reader == _EXCEL)
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="ikm-{answer.period.identifier}.csv"'
        return response
    return JsonResponse(as_json(answer))


def _refused(error: QuestionError) -> JsonResponse:
    status = 404 if error.code in NOTHING_CALLED_SO else 400
    return JsonResponse({"code": error.code, "message": str(error)}, status=status)
