"""What is answered when something here failed: 503 while the database is away, 500 where the fault is ours.

Django asks this (`handler500`) wherever an error came out, of a page, of an address for programs or of what stands before both. Nothing here asks the database.
"""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader

from collector.api.refusals import refusal
from collector.servers.away import RETRY_AFTER_S, is_away

PROGRAMS = "/api/v1/"


def answered(request: HttpRequest) -> HttpResponse:
    """Answer a request on which an error came out: called while that error is handled.

    Below `/api/v1/` in the form of its refusals, which is what a kiosk's sender reads too; elsewhere as a page.
    """
    status = 503 if is_away(sys.exc_info()[1]) else 500
    if request.path_info.startswith(PROGRAMS):
        response = refusal(status)
    else:
        again = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        page = loader.get_template(f"{status}.html").render({"again": again})
        response = HttpResponse(page, status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response
