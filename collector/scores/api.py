"""`GET /api/v1/indices`: the indices for programs, as JSON or CSV."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.scores.asking import ELEMENT, question
from collector.scores.queries import QuestionError, indices
from collector.scores.rendering import as_csv, as_json


@require_safe
def show_indices(request: HttpRequest) -> HttpResponse:
    """Answer a question in the address's parameters; 400 with a stable code where it cannot be asked, 404 where
    nothing is called so.
    """
    words = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    try:
        form = words.get("format", "json")
        if form not in ("json", "csv"):
            raise QuestionError("format", "format is json or csv")
        answer = indices(question(words))
    except QuestionError as error:
        status = 404 if error.code.endswith("_unknown") and error.code != "parameter_unknown" else 400
        return JsonResponse({"code": error.code, "message": str(error)}, status=status)
    if form == "csv":
        text = as_csv(answer, by_element=ELEMENT in words.get("by", "").split(","))
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="ikm-{answer.period.identifier}.csv"'
        return response
    return JsonResponse(as_json(answer))
