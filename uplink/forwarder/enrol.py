"""Enrolment: a short one-time code and a new public key against a name, a unit and a broker certificate.

Of the signing key only the public half comes here (the command `enrol` makes it); the broker key is made here. Both stay on
the kiosk: the collector sees a public key and a certificate request. The enrolment is written last, so a kiosk is
enrolled wholly or not at all, and a try that broke off is begun anew with a fresh key.
"""

import base64
import logging
from collections.abc import Mapping
from pathlib import Path

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from survey.wire.messages import KIOSK_NAME
from uplink.errors import IdentityError, Refused, Unreachable
from uplink.forwarder.inbox import SettingsInbox
from uplink.journal.enrolment import Enrolment, enrolment_of, store_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.segments.files import replace_file

_TIMEOUT_SECONDS = (10.0, 60.0)

log = logging.getLogger(__name__)


def enrol(code: str, collector_url: str, home: Path, *, public_key: bytes) -> Enrolment:
    """Exchange a one-time code for this kiosk's place in the world, and write it under `home`.

    `public_key` is the signing key's public half; the key itself lies under `home` already.

    Raises:
        IdentityError: it is enrolled already, the answer makes no sense, or the disk does not let us.
        Unreachable: the collector does not answer; try again with the same code.
        Refused: the collector does not take the code.
    """
    if KioskHome(home).enrolment.exists():
        raise IdentityError(f"{home} belongs to an enrolled kiosk; set it aside to begin a new life")
    broker_key = ec.generate_private_key(ec.SECP256R1())
    answer = _ask(
        collector_url,
        {"code": code.strip(), "public_key": public_key.hex(), "csr": _request(broker_key)},
    )
    try:
        enrolment = enrolment_of({**answer, "public_key": public_key.hex(), "collector_url": collector_url})
        if not KIOSK_NAME.fullmatch(enrolment.kiosk):
            raise ValueError(f"kiosk {enrolment.kiosk!r}")  # noqa: TRY301 - translated with its siblings below
        _keep_broker(KioskHome(home), answer, broker_key)
        if settings := answer.get("settings"):
            inbox = SettingsInbox(
                KioskHome(home).settings,
                kiosk=enrolment.kiosk,
                verify=verifier(enrolment.collector_key),
            )
            inbox.take(base64.b64decode(str(settings)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IdentityError(
            f"the collector's answer makes no sense at {error}; is the address right?"
        ) from error
    except OSError as error:
        raise IdentityError(f"the enrolment cannot be written under {home}: {error}") from error
    store_enrolment(home, enrolment)  # last: what is enrolled is enrolled wholly
    return enrolment


def _request(key: ec.EllipticCurvePrivateKey) -> str:
    """Give the certificate request; the collector puts the kiosk's name into the certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ikm-kiosk")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _ask(collector_url: str, question: Mapping[str, object]) -> Mapping[str, object]:
    url = collector_url.rstrip("/") + "/api/v1/enrol"
    try:
        answer = requests.post(url, json=question, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
        fields = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(f"{url} does not answer as a collector would: {error}") from error
    if not isinstance(fields, dict):
        raise Unreachable(f"{url} does not answer as a collector would")
    if answer.status_code >= 500:
        raise Unreachable(f"{url} answered {answer.status_code}; try again later with the same code")
    if answer.status_code >= 300:
        raise Refused(str(fields.get("code", "refused")), str(fields.get("message", answer.reason)))
    return fields


def _keep_broker(home: KioskHome, answer: Mapping[str, object], key: ec.EllipticCurvePrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for path, value in (
        (home.broker_certificate, answer.get("certificate")),
        (home.broker_ca, answer.get("ca")),
    ):
        if value is None:
            continue
        x509.load_pem_x509_certificate(str(value).encode())  # a wrong file is found now, not at the village
        replace_file(path, str(value).encode(), mode=0o640)
    if answer.get("certificate") is not None:
        replace_file(home.broker_key, text, mode=0o640)
