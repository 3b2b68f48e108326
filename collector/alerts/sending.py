"""The ways to a receiver. Whatever keeps a message from arriving is an `OSError`, and is tried again.

Secrets are files of the process itself, in `alerts/` of `IKM_OWN`: `NAME.key` of a webhook, `NAME.token` of a Telegram bot, `NAME.url` for Apprise. A webhook is
reached at a public address over https alone, at the very address that was looked up, and no redirect is followed.
"""

import hashlib
import hmac
import http.client
import importlib
import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from collector import clock
from collector.alerts.models import Receiver, Way
from collector.language import INDONESIAN
from collector.words.catalogue import say

SECONDS = 10
_TELEGRAM = "api.telegram.org"
_GOOD = range(200, 300)


class RefusedError(OSError):
    """A receiver does not take it, or may not be reached."""


def send(receiver: Receiver, *, key: str, body: Mapping[str, object], tries: int) -> None:
    """Send a message.

    Raises:
        OSError: it may not have arrived.
    """
    try:
        _send(receiver, key=key, body=body, tries=tries)
    except (
        ValueError
    ) as error:  # a port, a name or a token that is none: one receiver's mistake ends no sender
        raise RefusedError(f"{receiver.name}: {type(error).__name__}") from error


def _send(receiver: Receiver, *, key: str, body: Mapping[str, object], tries: int) -> None:
    text = str(body["text"])
    if receiver.way == Way.MAIL:
        _mail(receiver, key=key, text=text)
    elif receiver.way == Way.WEBHOOK:
        _webhook(receiver, key=key, body=body)
    else:
        # Nobody there knows a repeat by its key, so the text says that it may be one.
        repeat = say("alert.repeat", INDONESIAN) + "\n" if tries > 1 else ""
        tell = _telegram if receiver.way == Way.TELEGRAM else _apprise
        tell(receiver, text=repeat + text)


def _mail(receiver: Receiver, *, key: str, text: str) -> None:
    if not settings.IKM_MAIL_URL:
        raise RefusedError("IKM_MAIL_URL is not set")
    host = urlsplit(settings.IKM_PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{key}@{host}>"}
    subject = say("alert.subject", INDONESIAN)
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [receiver.address], headers=headers).send()


def signature(secret: bytes, timestamp: str, content: bytes) -> str:
    """Give what a webhook's receiver holds against the message: HMAC-SHA256 of the time, a dot, and the content."""
    return hmac.new(secret, timestamp.encode() + b"." + content, hashlib.sha256).hexdigest()


def _webhook(receiver: Receiver, *, key: str, body: Mapping[str, object]) -> None:
    content = json.dumps({"key": key, **body}).encode()
    timestamp = str(round(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "X-IKM-Timestamp": timestamp,
        "X-IKM-Signature": signature(secret_of(receiver, "key"), timestamp, content),
    }
    post(receiver.address, content, headers)


def _telegram(receiver: Receiver, *, text: str) -> None:
    token = secret_of(receiver, "token").decode()
    content = json.dumps({"chat_id": receiver.address, "text": text}).encode()
    post(f"https://{_TELEGRAM}/bot{token}/sendMessage", content, {"Content-Type": "application/json"})


def _apprise(receiver: Receiver, *, text: str) -> None:
    url = secret_of(receiver, "url").decode()
    try:
        library = importlib.import_module("apprise")  # an extra: few collectors have it
    except ImportError as error:
        raise RefusedError("apprise is not installed: see docs/alerts.md") from error
    told = library.Apprise()
    if not told.add(url):
        raise RefusedError(f"apprise knows no such address as {receiver.name}.url has")
    if not told.notify(body=text, title=say("alert.subject", INDONESIAN)):
        raise RefusedError("apprise did not get it through")


def secret_of(receiver: Receiver, suffix: str) -> bytes:
    """Give a receiver's secret.

    Raises:
        RefusedError: there is none, or it cannot be read.
    """
    path = Path(settings.IKM_OWN) / "alerts" / f"{receiver.name}.{suffix}"
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror}") from error
    if not secret:
        raise RefusedError(f"{path}: empty")
    return secret


def may_be_webhook(url: str) -> bool:
    """Tell whether a webhook may be reached there, as far as its address says: who answers under a name is seen when it is sent to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:  # a port that is none
        return False
    if not host or parts.username or parts.password or not url.isprintable() or " " in url:
        return False
    if f"{host}:{port}" in settings.IKM_ALERT_LOCAL:
        return parts.scheme in ("https", "http")
    try:
        return parts.scheme == "https" and _is_public(host)
    except ValueError:  # a name
        return parts.scheme == "https" and host != "localhost"


def address_of(url: str) -> tuple[str, int, str, bool]:
    """Give where a webhook is reached: the address looked up, its port, the host's name, whether by TLS.

    Raises:
        OSError: it is none that may be reached (`RefusedError`), or is not found.
    """
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    is_allowed = f"{host}:{port}" in settings.IKM_ALERT_LOCAL
    if parts.scheme not in ("https", "http") or not host or parts.username or not (is_tls or is_allowed):
        raise RefusedError("a webhook is https://HOST/PATH")
    found = [one[4][0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not is_allowed and not _is_public(str(address)):
            raise RefusedError(f"{host} is no public address")
    return str(found[0]), port, host, is_tls


def _is_public(address: str) -> bool:
    one = ipaddress.ip_address(address)
    inner = getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None)
    return one.is_global and not one.is_multicast and (inner is None or inner.is_global)


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name leads to meanwhile."""

    def __init__(self, host: str, port: int, *, address: str, is_tls: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address, self._is_tls = address, is_tls

    def connect(self) -> None:
        """Connect to the address, and hold the certificate against the name."""
        plain = socket.create_connection((self._address, self.port), timeout=SECONDS)
        if self._is_tls:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        else:
            self.sock = plain


def post(url: str, content: bytes, headers: Mapping[str, str]) -> None:
    """Post to where a webhook may go.

    Raises:
        OSError: it may not be reached, or does not take it.
    """
    address, port, host, is_tls = address_of(url)
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Pinned(host, port, address=address, is_tls=is_tls)
    try:
        connection.request("POST", path, content, dict(headers))
        status = connection.getresponse().status
    except http.client.HTTPException as error:
        raise RefusedError(f"{host}: {type(error).__name__}") from error
    finally:
        connection.close()
    if status not in _GOOD:
        raise RefusedError(f"{host} answered {status}")
