"""The HTTP door: one batch a request, answered with a receipt; and the signed verdicts for everybody."""

import base64
import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from collector import clock
from collector.errors import KeeperAway
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import (
    CONFLICT,
    KIOSK_REVOKED,
    KIOSK_UNKNOWN,
    TOO_LARGE,
    Accepted,
    Arrival,
)
from collector.evidence.models import Door
from collector.evidence.proof import published
from collector.fleet import endings
from collector.servers.away import RETRY_AFTER_S
from survey.wire.messages import unpack_batch

log = logging.getLogger(__name__)

_STATUS = {
    CONFLICT.code: 409,
    KIOSK_UNKNOWN.code: 403,
    KIOSK_REVOKED.code: 403,
    "signature": 403,
    "unexpected": 500,
}
_SIZE_CODES = frozenset({"envelope_size", "batch_count"})


@csrf_exempt  # a kiosk has no session; the batch's signature is the proof
@require_POST
def batches(request: HttpRequest) -> HttpResponse:
    """Take one batch; 200 with the receipt once it is committed, else a refusal with its code."""
    try:
        payload = request.body
    except RequestDataTooBig:
        return JsonResponse({"code": TOO_LARGE.code, "message": TOO_LARGE.message}, status=413)
    arrival = Arrival(payload=payload, door=Door.HTTP, received_ms=clock.now_ms())
    try:
        outcome = accept([arrival])[0]
    except KeeperAway as error:
        log.warning("a receipt has to wait: %s", error)
        return JsonResponse(
            {"code": "keeper", "message": "no receipt can be signed now; send it again"},
            status=503,
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )
    if isinstance(outcome, Accepted):
        return HttpResponse(outcome.receipt, content_type="application/octet-stream")
    status = 413 if outcome.code in _SIZE_CODES else _STATUS.get(outcome.code, 400)
    told = {"code": outcome.code, "message": outcome.message}
    if outcome is KIOSK_REVOKED and (word := endings.word_for(unpack_batch(payload).kiosk)) is not None:
        told["ended"] = base64.b64encode(word).decode()
    if outcome.receipt:
        told["receipt"] = base64.b64encode(outcome.receipt).decode()
    return JsonResponse(told, status=status)


@require_GET
def verdict(request: HttpRequest, unit: str) -> HttpResponse:
    """Give the newest signed verdict on a unit (`?period=2026-TW4` for one period); the signature covers `content`."""
    period = request.GET.get("period")
    found = published.latest(unit, period) if period is None or period.isprintable() else None
    if found is None:
        return JsonResponse(
            {"code": "verdict_unknown", "message": "no verdict on this is published"}, status=404
        )
    return JsonResponse(
        {"content": bytes(found.content).decode(), "signature": bytes(found.signature).hex()},
        json_dumps_params={"ensure_ascii": False},
    )
