"""The doors to public papers: a list of a release's files, and each file, ready-made; an embed may stand in a village's own site."""

import base64
import hashlib
import re
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.errors import CollectorError
from collector.papers import kept
from collector.papers.registry import Audience, Format, formats_of
from collector.releases import address, kiosks
from collector.releases.models import Release
from collector.releases.show.reading import Reading, shown_releases

EMBED = "embed"
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


@require_safe
def listed(request: HttpRequest, text: str) -> HttpResponse:
    """List the papers of a release that everybody may have, with the lines that put it into another site."""
    reading = Reading(_find(text))
    context = {
        "reading": reading,
        "papers": _for_everybody(reading.release),
        "site": settings.IKM_PUBLIC_URL.rstrip("/"),
    }
    return render(request, "papers/listed.html", context)


@require_safe
def paper(request: HttpRequest, text: str, file: str) -> HttpResponse:
    """Give a paper; one of a release that was withdrawn says so across itself."""
    release = _find(text)
    found = next((one for one in _for_everybody(release) if one.file == file), None)
    if found is None:
        raise Http404("no paper of this release is called so")
    stamp = kept.stamp_of(release)
    etag = f'"{stamp}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    else:
        try:
            data = kept.paper(release, found, stamp)
        except CollectorError as error:
            if error.word == "paper_no_number":
                raise Http404(str(error)) from error
            raise
        response = HttpResponse(data, content_type=found.content_type)
        response["Content-Disposition"] = f'inline; filename="ikm-{release.period}-{release.address}-{file}"'
        if found.name == EMBED:
            _may_be_framed(response, data)
    for name, value in (("ETag", etag), ("Cache-Control", "no-cache"), ("IKM-State", release.state)):
        response[name] = value
    return response


@require_safe
def newest_embed(request: HttpRequest, code: str) -> HttpResponse:
    """Give the embed of a unit's newest release, under an address that stays: a site puts it in once."""
    found = kiosks.newest(code)
    if found is None:
        raise Http404("this unit has published no number")
    return paper(request, found.address, f"{EMBED}.html")


def _for_everybody(release: Release) -> list[Format]:
    return [one for one in formats_of(release) if one.audience is Audience.EVERYBODY]


def _find(text: str) -> Release:
    found = (
        shown_releases()
        .select_related("unit")
        .exclude(n=None)
        .filter(address=address.read(text) or "")
        .first()
    )
    if found is None:
        raise Http404("there is no such release, or it has no number")
    return found


def _may_be_framed(response: HttpResponse, data: bytes) -> None:
    """Let an embed stand in the frames of the sites that are named; it runs nothing and loads nothing."""
    style = _STYLE.search(data)
    digest = base64.b64encode(hashlib.sha256(style[1] if style else b"").digest()).decode()
    response.xframe_options_exempt = True
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none';"
        f" frame-ancestors {settings.IKM_EMBED_SITES}"
    )
