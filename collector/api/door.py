"""What every request below `/api/v1/` passes: who asks, how often, and in which form it is answered. The kiosks' own doors pass by it."""

import hashlib
import re
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from collector import clock
from collector.api import limits, tokens
from collector.api.failing import PROGRAMS
from collector.api.refusals import in_form, is_refusal, refusal
from collector.complaints.throttle import network_of

_KIOSKS = re.compile(r"(batches|enrol|ca)|(settings|tickets|log)/[^/]+")
"""What kiosks ask, with an answer of their own."""
_FROZEN = "releases/"
"""A release's own file never changes: nobody is counted for it."""
NEEDS = {"me": "", "units": "fleet", "kiosks": "fleet", "complaints": "complaints", "indices": "indices", "ipp": "indices",
         "breakdowns": "breakdowns"}  # fmt: skip
"""By address: the scope that a token needs; empty where any does."""

Respond = Callable[[HttpRequest], HttpResponseBase]


def guarded(respond: Respond) -> Respond:
    """Let programs in: a middleware, behind the one that knows who is logged in."""

    def shown(request: HttpRequest) -> HttpResponseBase:
        place = request.path.removeprefix(PROGRAMS)
        if place == request.path:
            return respond(request)
        if "\0" in place:  # nothing is called so, and PostgreSQL cannot even look for it
            return refusal(404)
        if _KIOSKS.fullmatch(place):
            return _of_kiosks(respond(request))
        response = _refused(request, place)
        if response is None:
            asked = request.method
            if asked == "HEAD":
                request.method = "GET"
            response = _in_form(request, respond(request))
            request.method = asked  # and so the body is left out, as of any page
            return response
        return _in_form(request, response)

    return shown


def _refused(request: HttpRequest, place: str) -> HttpResponseBase | None:
    """Find out who asks; gives a refusal where that is nobody, or one who asks too often or for what the token is not for."""
    now = clock.now()
    header = request.headers.get("Authorization")
    network = network_of(get_adapter(request).get_client_ip(request))
    if header is None:
        counted = not place.startswith(_FROZEN)
        return (
            None
            if not counted or limits.COUNTS.take(f"from {network}", limits.OF_NETWORK, now)
            else _too_often()
        )
    kind, _, text = header.partition(" ")
    token = tokens.shown(text.strip(), now=now) if kind.lower() == "bearer" else None
    if token is None:
        return refusal(401) if limits.COUNTS.take(f"wrong {network}", limits.WRONG, now) else _too_often()
    if not limits.COUNTS.take_of_all(f"token {token.pk}", limits.OF_TOKEN, now):
        return _too_often()
    scope = NEEDS.get(place)
    if scope and scope not in token.scopes:
        return refusal(403, "scope", f"this token is not for {scope}")
    # Where no scope is written down, a token is nobody: a new address is not open to old tokens.
    request.user = tokens.holder(token) if place in NEEDS else AnonymousUser()
    return None


def _of_kiosks(response: HttpResponseBase) -> HttpResponseBase:
    """Leave what a kiosk's door says as it is; what is refused before it is asked (a method, a host) has no form yet."""
    if (
        isinstance(response, HttpResponse)
        and is_refusal(response)
        and response["Content-Type"] != "application/json"
    ):
        return in_form(response)
    return response


def _too_often() -> HttpResponse:
    response = refusal(429)
    response["Retry-After"] = str(limits.seconds_left(clock.now()))
    return response


def _in_form(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    known = "Authorization" in request.headers or settings.SESSION_COOKIE_NAME in request.COOKIES
    patch_vary_headers(response, ("Authorization", "Cookie"))
    if not isinstance(response, HttpResponse):
        return response
    if response.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    if is_refusal(response):
        response["Cache-Control"] = "no-store"
        return in_form(response)
    response.headers.setdefault("Cache-Control", "private, no-cache" if known else "no-cache")
    if response.status_code != 200 or request.method != "GET" or response.has_header("ETag"):
        return response
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
