"""What differs from allauth's own ways of logging in: nobody signs up, secrets are not kept in clear, administrators need two factors."""

import base64
from collections.abc import Callable
from http import HTTPStatus

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from collector.accounts import roles
from collector.errors import CollectorError
from collector.headers import LOG_IN
from collector.language import in_both

_DESK, _API = ("/meja/", "/akun/kode/"), "/api/"
"""Where an administrator without a second factor does not enter; the kiosks' doors under the second know no accounts."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Nobody signs up."""
        return False


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of authenticator apps lie encrypted: whoever reads the database makes no codes."""

    def encrypt(self, text: str) -> str:
        """Give what is stored."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Give back what was stored."""
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: object) -> bool:
        """Keep an administrator's last second factor."""
        user = authenticator.user  # type: ignore[attr-defined]
        if not roles.has_role(user, (roles.ADMINISTRATOR,)):
            return True
        others = user.authenticator_set.exclude(pk=authenticator.pk)  # type: ignore[attr-defined]
        return bool(others.exclude(type="recovery_codes").exists())


def two_factors(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send an administrator without a second factor to where one is set up, and give log-in pages their policy: a middleware."""

    def shown(request: HttpRequest) -> HttpResponse:
        path = in_both(request.path)[0].path  # a page in English is no way round
        if path.startswith((*_DESK, _API)) and _lacks_one(request):
            if path.startswith(_DESK):
                return redirect("mfa_activate_totp")
            error = CollectorError("second_factor")
            said = {"code": error.word, "message": error.sentence(settings.IKM_LANGUAGE)}
            return JsonResponse(said, status=HTTPStatus.FORBIDDEN)
        response = respond(request)
        if path.startswith("/akun/"):
            response["Content-Security-Policy"] = LOG_IN
            response["Cache-Control"] = "no-store"
        return response

    return shown


def _lacks_one(request: HttpRequest) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:  # the kiosks' requests are not to cost a look-up
        return False
    if not request.user.is_authenticated:
        return False
    if request.method in ("GET", "HEAD"):
        roles.looks(request.user)
    return roles.has_role(request.user, (roles.ADMINISTRATOR,)) and not is_mfa_enabled(request.user)


def _fernet() -> Fernet:
    """Give the key that only the pages' process can make: it follows from its own secret."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ikm-second-factor-1")
    return Fernet(base64.urlsafe_b64encode(made.derive(settings.SECRET_KEY.encode())))
