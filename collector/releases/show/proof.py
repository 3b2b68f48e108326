"""The file by which a stranger checks a release."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.errors import CollectorError
from collector.releases import address, proof_file
from collector.releases.models import Release
from collector.releases.states import SHOWN


@require_safe
def file(_request: HttpRequest, text: str) -> HttpResponse:
    """Give the proof of a release: what was frozen, its place in the log, the kiosks' counters; another one once the log has grown."""
    plain = address.read(text)
    release = Release.objects.filter(address=plain, state__in=SHOWN).first() if plain is not None else None
    content = proof_file.of_release(release) if release is not None else None
    if content is None:
        error = CollectorError("release_unknown", address=text)
        return JsonResponse({"code": error.word, "message": str(error)}, status=HTTPStatus.NOT_FOUND)
    response = HttpResponse(content, content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = f'attachment; filename="bukti-{plain}.json"'
    return response
