"""The page and the API that explain a printed index. They work on the numbers somebody types in, and on nothing of ours."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.language import spoken
from collector.scores.ask.explaining import explanation
from collector.scores.ask.results import QuestionError
from collector.scores.show.explained import explained_json


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Explain what the form asks for, or show the form."""
    words = _words(request)
    context: dict[str, Any] = {"asked": words}
    status = HTTPStatus.OK
    if words:
        try:
            context["found"] = explained_json(explanation(words))
        except QuestionError as error:
            context["wrong"] = error.sentence(spoken())
            status = HTTPStatus.BAD_REQUEST
    return render(request, "releases/explain.html", context, status=status)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Explain it for a program; 400 with a stable code where it cannot be."""
    try:
        return JsonResponse(explained_json(explanation(_words(request))))
    except QuestionError as error:
        return JsonResponse({"code": error.code, "message": str(error)}, status=HTTPStatus.BAD_REQUEST)


def _words(request: HttpRequest) -> dict[str, str]:
    """Give what was asked; a form sends its empty fields too."""
    return {name: value for name, value in request.GET.items() if isinstance(value, str) and value.strip()}
