"""The HTTP door for how the tickets stand: kiosks on HTTPS ask every few minutes, over mobile data."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_GET

from collector.complaints import states
from collector.fleet import endings
from collector.fleet.views import ended_refusal, refusal


def _tag(_request: HttpRequest, kiosk: str) -> str | None:
    if endings.word_for_unused(kiosk) is not None:
        return None
    message = states.in_force(kiosk)
    return f'"{hashlib.sha256(message).hexdigest()}"' if message is not None else None


@require_GET
@condition(etag_func=_tag)
def kiosk_tickets(_request: HttpRequest, kiosk: str) -> HttpResponse:
    """Give a kiosk how its unit's tickets stand: each is shut under a key that only its citizen's code gives."""
    if (ended := endings.word_for_unused(kiosk)) is not None:
        return ended_refusal(ended)
    message = states.in_force(kiosk)
    if message is None:
        return refusal("kiosk_unknown", "there are no tickets for a kiosk of this name", status=404)
    return HttpResponse(message, content_type="application/octet-stream")
