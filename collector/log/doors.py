"""The log's files as everybody gets them: the checkpoint fresh, tiles for ever. Whatever serves files may serve them instead."""

import hashlib

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from collector.fleet.views import refusal
from collector.log import keeping, news

_FOR_EVER = "public, max-age=31536000, immutable"
_FRESH = "public, max-age=5"


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint, with the cosignatures it has."""
    found = keeping.given_out()
    if found is None:
        raise Http404("there is no log yet")
    response = HttpResponse(found.note.message(), content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = _FRESH
    return response


def _news_tag(_request: HttpRequest, kiosk: str) -> str | None:
    message = news.in_force(kiosk)
    return f'"{hashlib.sha256(message).hexdigest()}"' if message is not None else None


@require_safe
@condition(etag_func=_news_tag)  # kiosks on HTTPS ask every few minutes, over mobile data
def kiosk_news(_request: HttpRequest, kiosk: str) -> HttpResponse:
    """Give what a kiosk is told of the log; there is nothing secret in it."""
    message = news.in_force(kiosk)
    if message is None:
        return refusal("kiosk_unknown", "nothing is told to a kiosk of this name", status=404)
    return HttpResponse(message, content_type="application/octet-stream")


@require_safe
def tile(_request: HttpRequest, path: str) -> FileResponse:
    """Give a tile; the address has only digits, so no file elsewhere can be meant."""
    try:
        file = (keeping.folder() / "tile" / path).open("rb")
    except OSError as error:
        raise Http404("there is no such tile") from error
    response = FileResponse(file, content_type="application/octet-stream")
    response.headers["Cache-Control"] = _FOR_EVER
    return response
