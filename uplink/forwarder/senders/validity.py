"""Certificates on a board that may not know what day it is.

Without a clock chip it starts in the past, and a village's network may have no time server. Every certificate made since would then be
"not yet valid", for good. So while no time daemon vouches for the clock, only what has certainly run out is refused: what ended before the
latest moment that has certainly passed.
"""

import logging
import ssl
from collections.abc import Callable
from typing import Any, NamedTuple

from requests.adapters import HTTPAdapter

_NO_CHECK_TIME = 0x20_0000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, for which Python's `ssl` has no name."""

log = logging.getLogger(__name__)


class Validity(NamedTuple):
    """How a certificate's dates are judged."""

    is_synchronised: Callable[[], bool]
    """Whether a time daemon vouches for this machine's clock."""
    passed_ms: Callable[[], int]
    """The latest moment that has certainly passed, in milliseconds since 1970 UTC."""

    def apply(self, context: ssl.SSLContext) -> None:
        """Let a context judge by what is certain, where the clock is not."""
        passed_s = None
        if not self.is_synchronised():
            log.warning(
                "this machine's clock is not set: certificates count until they have certainly run out"
            )
            context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
            passed_s = self.passed_ms() / 1000
        context.sslsocket_class = type("JudgingSocket", (_JudgingSocket,), {"passed_s": passed_s})


class CertainAdapter(HTTPAdapter):
    """The way of `requests` over HTTPS, judging certificates by what is certain."""

    def __init__(self, validity: Validity) -> None:
        # It knows no authorities: the request names those that count.
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        validity.apply(self._context)
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Make the pool with our context."""
        super().init_poolmanager(*args, ssl_context=self._context, **more)

    def proxy_manager_for(self, proxy: Any, **more: Any) -> Any:
        """Make the pool behind a proxy with our context."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **more)


class _JudgingSocket(ssl.SSLSocket):
    passed_s: float | None
    """None where OpenSSL has judged by the clock."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands, and refuse a certificate that has certainly run out.

        Raises:
            ssl.SSLCertVerificationError: it has, or nobody vouches for it.
        """
        try:
            super().do_handshake(block)
            self._check_end()
        except ssl.SSLError:
            self.close()  # paho leaves it open
            raise

    def _check_end(self) -> None:
        if self.passed_s is None:
            return
        ends = (self.getpeercert() or {}).get("notAfter")
        if not isinstance(ends, str) or ssl.cert_time_to_seconds(ends) < self.passed_s:
            raise ssl.SSLCertVerificationError(f"certificate verify failed: it ran out on {ends}")
