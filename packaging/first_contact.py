#!/usr/bin/python3
"""first_contact.py URL CODE_FILE SUITE OUT: is this the collector that made the code, and whose packages may this machine believe?

Writes OUT/ca.crt where the collector has an authority of its own, and OUT/ikm.gpg where it offers packages for the suite. Says in one
sentence what is wrong, with exit code 1: before anything is installed, so with nothing but what Debian has, and this checkout.
"""

import socket
import ssl
import sys
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from survey.wire import enrolment_code

_TIMEOUT_SECONDS = 15
_CLOCK_SECONDS = 3600
"""Certificates are made some time before they are first shown; less than this no wrong clock ever matters."""

_AGAIN = "is there a network, and is the address right? Then run this again with the same code"


class Wrong(Exception):  # noqa: N818 - the sentence is what matters
    """What is wrong, with its remedy."""


def main(url: str, code_file: Path, suite: str, out: Path) -> None:
    """Ask, compare, and write what may be believed."""
    try:
        code = enrolment_code.parse(code_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Wrong(
            f"this is no enrolment code: {error}; compare it with what the collector printed"
        ) from error
    url = url.rstrip("/")
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise Wrong(
            f"{url} is no address of a collector: write it with https://, as https://collector.example"
        )
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # public, and believed for its fingerprint alone
    pem, date = ask(f"{url}/api/v1/ca", anybody, url)
    check_clock(date)
    trusted = ssl.create_default_context()
    if b"BEGIN CERTIFICATE" not in pem:
        raise Wrong(
            f"{url} answers, but not as a collector: compare the address with what the collector printed"
        )
    if code.fingerprint:
        der = ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))
        if enrolment_code.fingerprint_of(der) != code.fingerprint:
            raise Wrong(
                f"{url} is not the collector that made this code: compare every letter of the code; if all are right, somebody "
                "stands between. The code was not sent"
            )
        trusted.load_verify_locations(cadata=pem.decode("ascii"))
        (out / "ca.crt").write_bytes(pem)
    try:
        key, _ = ask(f"{url}/apt/{suite}/ikm.gpg", trusted, url)
    except urllib.error.HTTPError:
        return
    (out / "ikm.gpg").write_bytes(key)


def ask(address: str, context: ssl.SSLContext, url: str) -> tuple[bytes, str]:
    """Give what is there, and what the other side's clock says."""
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS, context=context) as answer:  # noqa: S310 - https, see above
            return answer.read(1 << 20), answer.headers.get("Date", "")
    except urllib.error.HTTPError:
        if context.verify_mode == ssl.CERT_NONE:
            raise Wrong(
                f"{url} answers, but not as a collector: compare the address with what the collector printed"
            ) from None
        raise
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise Wrong(
                f"{url} shows a certificate that does not hold: {error.reason.verify_message}. Ask whoever runs the collector to renew it"
            ) from error
        if isinstance(error.reason, socket.gaierror):
            raise Wrong(f"the name in {url} is not known: {_AGAIN}") from error
        raise Wrong(f"{url} does not answer ({error.reason}): {_AGAIN}") from error
    except OSError as error:
        raise Wrong(f"{url} does not answer ({error}): {_AGAIN}") from error


def check_clock(date: str) -> None:
    """Compare the clocks: with a wrong one no certificate holds, and everything would be dated wrongly."""
    try:
        theirs = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return
    if abs(theirs.timestamp() - time.time()) > _CLOCK_SECONDS:
        ours = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
        raise Wrong(
            f"this machine's clock says {ours} UTC and the collector's {theirs:%Y-%m-%d %H:%M}: wait until it has the time from the network, "
            f"or set it with: sudo date -u -s '{theirs:%Y-%m-%d %H:%M:%S}'; then run this again with the same code"
        )


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
    except Wrong as wrong:
        sys.exit(f"install: {wrong}")
    except urllib.error.HTTPError as wrong:
        sys.exit(
            f"install: {sys.argv[1]} refuses ({wrong.code}): compare the address with what the collector printed"
        )
