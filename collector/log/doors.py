"""The log's files as everybody gets them: the checkpoint fresh, tiles for ever. Whatever serves files may serve them instead."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from collector.log import keeping

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
