"""Which other sites' scripts may read what is published (CORS): none, unless `IKM_API_ORIGINS` names them; never with a visitor's cookies."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

_PUBLISHED = re.compile(r"/api/v1/(exports|releases(/[^/]+)?)|/data/(.+\.(csv|json))")
"""Releases and open data, as files; no page, for a page is no data."""

Respond = Callable[[HttpRequest], HttpResponseBase]


def named(respond: Respond) -> Respond:
    """Let scripts of named sites read published data: a middleware, outside of all that may answer."""

    def shown(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        if not settings.IKM_API_ORIGINS or not _PUBLISHED.fullmatch(request.path):
            return response
        patch_vary_headers(response, ("Origin",))
        origin = request.headers.get("Origin")
        if request.method in ("GET", "HEAD") and origin in settings.IKM_API_ORIGINS:
            response["Access-Control-Allow-Origin"] = origin
        return response

    return shown
