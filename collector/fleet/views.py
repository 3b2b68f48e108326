"""The HTTP door for enrolment and signed settings."""

import base64
import hashlib
import logging

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_GET, require_POST, require_safe

from collector.errors import EnrolmentRefused, KeeperAway
from collector.fleet import endings, enrolment, publication, setting
from collector.servers.away import RETRY_AFTER_S
from collector.trust import ca

log = logging.getLogger(__name__)


class _EnrolmentBody(msgspec.Struct, frozen=True):
    code: str
    public_key: str
    csr: str


@csrf_exempt  # a kiosk has no session; the one-time code is the proof
@require_POST
def enrol(request: HttpRequest) -> HttpResponse:
    """Exchange a one-time code for a name, a place and a certificate."""
    try:
        body = msgspec.json.decode(request.body, type=_EnrolmentBody)
        public_key = bytes.fromhex(body.public_key)
    except (msgspec.DecodeError, ValueError) as error:
        return refusal("enrolment_json", f"an enrolment has code, public_key and csr: {error}", status=400)
    try:
        answer = enrolment.enrol(enrolment.Request(code=body.code, public_key=public_key, csr=body.csr))
    except EnrolmentRefused as error:
        log.warning("an enrolment was refused: %s", error.code)
        return refusal(error.code, str(error), status=403)
    except KeeperAway as error:
        log.warning("an enrolment has to wait: %s", error)
        return refusal("keeper", "nothing can be signed now; the code stays good, try again", status=503)
    log.info("kiosk %s enrolled", answer["kiosk"])
    return JsonResponse(answer)


@require_safe
def authority(_request: HttpRequest) -> HttpResponse:
    """Give the collector's certificate authority; a kiosk believes it for the fingerprint in its code."""
    return HttpResponse(ca.authority(settings.IKM_KEYS), content_type="application/x-pem-file")


def _settings_tag(_request: HttpRequest, kiosk: str) -> str | None:
    if endings.word_for_unused(kiosk) is not None:
        return None  # a kiosk that holds the newest settings would never hear that it has none any more
    setting.sign_now(kiosk)
    message = publication.in_force(kiosk)
    return f'"{hashlib.sha256(message).hexdigest()}"' if message is not None else None


@require_GET
@condition(etag_func=_settings_tag)  # kiosks on HTTPS ask every few minutes, over mobile data
def kiosk_settings(_request: HttpRequest, kiosk: str) -> HttpResponse:
    """Give a kiosk's signed settings; they hold nothing secret."""
    if (ended := endings.word_for_unused(kiosk)) is not None:
        return ended_refusal(ended)
    message = publication.in_force(kiosk)
    if message is None:
        return refusal("kiosk_unknown", "no settings are published for a kiosk of this name", status=404)
    return HttpResponse(message, content_type="application/octet-stream")


def ended_refusal(word: bytes) -> JsonResponse:
    """Give a refusal that a kiosk can believe: the collector's signed word on which keys have ended is with it."""
    told = {"code": "kiosk_revoked", "message": "this kiosk's key has been revoked; enrol it again"}
    return JsonResponse(told | {"ended": base64.b64encode(word).decode()}, status=403)


def refusal(code: str, message: str, *, status: int) -> JsonResponse:
    """Give a refusal as the kiosks read it."""
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else None
    return JsonResponse({"code": code, "message": message}, status=status, headers=headers)
