"""The files by which a stranger checks a release, and the rows of its sheet."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from collector.errors import CollectorError
from collector.releases import address, proof_file
from collector.releases.models import Release, SheetRows
from collector.releases.states import SHOWN


@require_safe
def file(_request: HttpRequest, text: str) -> HttpResponse:
    """Give the proof of a release: what was frozen, its place in the log, the kiosks' counters; another one once the log has grown."""
    release = _found(text)
    content = proof_file.of_release(release) if release is not None else None
    return _given(text, content, f"bukti-{release.address if release is not None else ''}.json.gz")


@require_safe
def tests(_request: HttpRequest, text: str) -> HttpResponse:
    """Give the proofs of the test visits that a release tells of; they are the auditors' own answers, and nobody else's."""
    release = _found(text)
    content = proof_file.of_tests(release) if release is not None else None
    return _given(text, content, f"uji-{release.address if release is not None else ''}.json.gz")


@require_safe
def rows(_request: HttpRequest, text: str) -> HttpResponse:
    """Give the list that the rows of a release's official sheet open; it never changes, and says of nobody what he answered."""
    release = _found(text)
    kept = SheetRows.objects.filter(release=release).first() if release is not None else None
    content = bytes(kept.content) if kept is not None else b""
    return _given(text, content or None, f"baris-{release.address if release is not None else ''}.json")


def _found(text: str) -> Release | None:
    plain = address.read(text)
    return Release.objects.filter(address=plain, state__in=SHOWN).first() if plain is not None else None


def _given(text: str, content: bytes | None, name: str) -> HttpResponse:
    if content is None:
        error = CollectorError("release_unknown", address=text)
        return JsonResponse({"code": error.word, "message": str(error)}, status=HTTPStatus.NOT_FOUND)
    kind = "application/gzip" if name.endswith(".gz") else "application/json"
    response = HttpResponse(content, content_type=kind)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
