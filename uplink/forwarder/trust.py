"""Whom a kiosk trusts over HTTPS: the authorities everybody trusts, or the collector's own, known by the enrolment code.

The first contact asks for the authority's certificate from whoever answers, and believes it only if it has the fingerprint
that stands in the code. Nothing secret is said before the connection is verified, by that certificate or publicly.
"""

import logging
import ssl
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.error import URLError

import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from survey.wire.enrolment_code import fingerprint_of
from survey.wire.trouble import trouble
from uplink.errors import Unreachable, WrongClock, WrongCode

NO_COLLECTOR = "{} answers, but not as a collector: check the address, then use the same code again"
_MOST_BYTES = 64 * 1024
_TIMEOUT_SECONDS = (10.0, 60.0)
_CLOCK_SECONDS = 3600
"""Certificates are made some time before they are first shown; less than this no wrong clock ever matters."""

NO_IDENTIFIERS = (
    "{} has the authority of the code, but its certificates lack what this system insists on since Python 3.13: the authority's own needs a Subject "
    "Key Identifier, and the server's an Authority Key Identifier. Have whoever runs the collector make them anew with both (those that "
    "`./install.sh collector` makes have them), then use a new code. The code was not sent"
)

log = logging.getLogger(__name__)


def private_authority(collector_url: str, fingerprint: str) -> str:
    """Give the collector's own authority as PEM, or nothing where public authorities vouch for this address.

    Raises:
        WrongCode: somebody else answers than the one who made the code.
        WrongClock: this machine's clock is why nobody's certificate holds.
        Unreachable: nobody answers.
    """
    if not collector_url.lower().startswith("https://") or not fingerprint:
        return ""
    url = collector_url.rstrip("/") + "/api/v1/ca"
    try:
        requests.head(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
    except requests.exceptions.SSLError:
        pem, date = _ask_anybody(url)
        found = _checked(pem, fingerprint, collector_url)
        check_clock(date, now=time.time())
        return found
    except requests.RequestException as error:
        log.info("%s", error)
        raise Unreachable(
            f"{collector_url} does not answer: check the address and this machine's network, then use the same code again",
            trouble("collector_no_answer"),
        ) from error
    return ""


def check_authority(pem: str, fingerprint: str, collector_url: str) -> None:
    """Make sure that this is the authority of which the code speaks.

    Raises:
        WrongCode: it is not.
    """
    _checked(pem.encode(), fingerprint, collector_url)


def lacks_identifiers(error: Exception) -> bool:
    """Tell whether a certificate was not taken because it, or its authority's, does not say of which key it is."""
    return "Key Identifier" in str(error)


@contextmanager
def as_file(pem: str) -> Iterator[Path | None]:
    """Give the authority as a file for as long as the `with` block takes; nothing for the public ones."""
    if not pem:
        yield None
        return
    with tempfile.NamedTemporaryFile(suffix=".crt") as file:
        file.write(pem.encode())
        file.flush()
        yield Path(file.name)


def check_clock(date: str, *, now: float) -> None:
    """Compare this machine's clock with what the collector's says in its answer's head, if it says anything.

    Raises:
        WrongClock: they are hours apart.
    """
    try:
        theirs = parsedate_to_datetime(date).astimezone(UTC)
    except (TypeError, ValueError):
        return
    if abs(theirs.timestamp() - now) > _CLOCK_SECONDS:
        raise WrongClock(
            f"this machine's clock says {datetime.fromtimestamp(now, tz=UTC):%Y-%m-%d %H:%M} UTC and the collector's "
            f"{theirs:%Y-%m-%d %H:%M}: wait until it has the time from the network, or set it with: sudo date -u -s "
            f"'{theirs:%Y-%m-%d %H:%M:%S}'; then use the same code again",
            theirs,
        )


def _ask_anybody(url: str) -> tuple[bytes, str]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # what comes is public, and believed for its fingerprint alone
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(url, timeout=_TIMEOUT_SECONDS[0]) as answer:
            return bytes(answer.read(_MOST_BYTES)), answer.headers.get("Date", "")
    except (URLError, OSError, ValueError) as error:
        log.info("%s", error)
        raise Unreachable(NO_COLLECTOR.format(url), trouble("collector_no_answer")) from error


def _checked(pem: bytes, fingerprint: str, collector_url: str) -> str:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        log.info("%s", error)
        raise Unreachable(NO_COLLECTOR.format(collector_url), trouble("collector_no_answer")) from error
    if fingerprint_of(certificate.public_bytes(Encoding.DER)) != fingerprint:
        raise WrongCode(
            f"{collector_url} is not the collector that made this code: its certificate authority is another one. "
            "Compare every letter of the code; if all are right, somebody stands between this kiosk and the collector. "
            "The code was not sent"
        )
    return certificate.public_bytes(Encoding.PEM).decode()
