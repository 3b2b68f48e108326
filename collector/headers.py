"""What every page says to the browser: it runs nothing, loads nothing from elsewhere, and is put into no frame."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
LOG_IN = PAGE + "; script-src 'self'; connect-src 'self'"
"""For pages where a passkey may be used: that needs a script, and it is the library's own file."""
WITH_SCRIPT = PAGE + "; script-src 'self'"
"""For a page that does more with a script, one of our own files, and everything needed without."""
OFFLINE = PAGE + "; script-src 'self'; connect-src 'self'"
"""For the checklist of a visit, which the browser keeps with a script of ours: filled in without a network, sent once there is one."""
WORKER = "default-src 'none'; connect-src 'self'"
"""For that script's helper, which gives the kept page while there is no network."""
_POLICY = "Content-Security-Policy"

Respond = Callable[[HttpRequest], HttpResponse]


def guarded(respond: Respond) -> Respond:
    """Give every answer a policy, error pages too: a middleware, for no view makes those."""

    def shown(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response.headers.setdefault(_POLICY, PAGE)
        return response

    return shown
