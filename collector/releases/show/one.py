"""One release under its address: the page and the data, from the same ready bytes."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from collector.errors import CollectorError
from collector.language import spoken
from collector.releases import address
from collector.releases.show.ready import answer, page_in

_EXACT = re.compile(r"^(?:(?:/en)?/r/([0-9A-Z]{8})/|/api/v1/releases/([0-9A-Z]{8})\.(json|csv))$")


def at_once(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer for a release before sessions, accounts and addresses are looked at, for it depends on none of them: a middleware.

    Whatever is not exactly the address of something shown goes the way of all others, to the views below.
    """

    def shown(request: HttpRequest) -> HttpResponse:
        asked = _EXACT.match(request.path_info) if request.method in ("GET", "HEAD") else None
        if asked is None:
            return respond(request)
        page, data, form = asked.groups()
        found = (
            answer(request, page, page_in(spoken())) if page else answer(request, data, _form(request, form))
        )
        return found or respond(request)

    return shown


@require_safe
def page(request: HttpRequest, text: str) -> HttpResponse:
    """Show one release, for ever under the same address."""
    plain = address.read(text)
    if plain is not None and plain != text:
        return HttpResponseRedirect(reverse("release", args=[plain]))
    found = answer(request, plain, page_in(spoken())) if plain is not None else None
    if found is None:
        raise Http404("nothing is out under that address")
    return found


@require_safe
def data(request: HttpRequest, text: str, form: str) -> HttpResponse:
    """Give a release's own bytes: as JSON what was frozen, as CSV a row an element of it."""
    plain = address.read(text)
    found = answer(request, plain, _form(request, form)) if plain is not None else None
    if found is not None:
        return found
    error = CollectorError("release_unknown", address=text)
    return JsonResponse({"code": error.word, "message": str(error)}, status=HTTPStatus.NOT_FOUND)


def _form(request: HttpRequest, form: str) -> str:
    return "excel" if form == "csv" and request.GET.get("for") == "excel" else form
