"""The citizen's page for a visit: the code in the body of a POST, never in an address; no session, no cookie, no answer.

It is built as the page of complaints is (`collector.complaints.pages` says why that is safe), and shares its throttle: whoever tries codes here uses
up the same budget.
"""

from collections.abc import Mapping
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from collector import clock
from collector.complaints import throttle
from collector.headers import WITH_SCRIPT
from collector.language import spoken
from collector.local import clock_text, day_text, local_date, moment_of
from collector.visits import finding
from collector.visits.finding import Found
from survey.record.visit_code import VisitCode, read_code, show_letters

_SURE_S = 30 * 60
"""With a larger error only the day is said."""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and say what became of the visit whose code is sent."""
    if request.method != "POST":
        return _shown(request, {})
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise PermissionDenied
    typed = request.POST.get("code", "")[:100]
    code = read_code(typed)
    if code is None:
        return _shown(request, {"typed": typed, "wrong": True}, HTTPStatus.BAD_REQUEST)
    network = throttle.network_of(get_adapter(request).get_client_ip(request))
    slip, secret = request.POST.get("slip", "")[:80], settings.SECRET_KEY.encode()
    place = throttle.enter(network, code.fragment, slip=slip, now=clock.now(), secret=secret)
    if isinstance(place, throttle.TurnedAway):
        told = {"typed": _shown_code(code), "seconds": place.seconds, "slip": place.slip}
        response = _shown(request, told, HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(place.seconds)
        return response
    found = finding.find(code)
    if found is None:
        throttle.miss(place)
        return _shown(request, {"typed": _shown_code(code), "unknown": True}, HTTPStatus.NOT_FOUND)
    throttle.hit(place)
    return _shown(request, {"typed": _shown_code(code), "visit": found, "given": _given(found)})


def _given(found: Found) -> str:
    """Give when the visit was: whoever was given another's code sees that it is not theirs."""
    if found.unit is None:
        return ""
    moment, zone = moment_of(found.at_ms), found.unit.time_zone
    day = day_text(local_date(moment, zone), spoken())
    return day if found.error_s > _SURE_S else f"{day}, {clock_text(moment, zone)}"


def _shown_code(code: VisitCode) -> str:
    return f"{code.mark} {show_letters(code.letters)}"


def _shown(request: HttpRequest, context: Mapping[str, object], status: int = HTTPStatus.OK) -> HttpResponse:
    response = render(request, "visits/door.html", dict(context), status=status)
    response["Content-Security-Policy"] = WITH_SCRIPT
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
