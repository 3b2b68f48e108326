"""Enrolment: a short one-time code and a new public key against a name, a unit and a broker certificate.

The signing key and the broker key are made here and stay here; the collector sees a public key and a certificate
request. The enrolment is written last, so a kiosk is enrolled wholly or not at all, and a try that broke off is begun
anew with a fresh key.
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

from survey import enrolment_code
from survey.wire import KIOSK_NAME
from uplink import trust
from uplink.errors import IdentityError, Refused, Unreachable
from uplink.files import replace_file
from uplink.identity import (
    BROKER_FOLDER,
    ENROLMENT_FILE,
    KEY_FILE,
    Enrolment,
    Identity,
    enrolment_of,
    store_enrolment,
    verifier,
)
from uplink.inbox import SettingsInbox

_TIMEOUT_SECONDS = (10.0, 60.0)

log = logging.getLogger(__name__)


def enrol(code: str, collector_url: str, home: Path) -> Enrolment:
    """Exchange a one-time code for this kiosk's place in the world, and write it all under `home`.

    Raises:
        IdentityError: it is enrolled already, the answer makes no sense, or the disk does not let us.
            Or the code is no code, or the collector is not the one that made it.
        Unreachable: the collector does not answer; try again with the same code.
        Refused: the collector does not take the code.
    """
    if (home / ENROLMENT_FILE).exists():
        raise IdentityError(f"{home} belongs to an enrolled kiosk; set it aside to begin a new life")
    try:
        parsed = enrolment_code.parse(code)
    except ValueError as error:
        raise IdentityError(f"{code.strip()!r} is no enrolment code: {error}") from error
    authority = trust.private_authority(collector_url, parsed.fingerprint)
    identity = _fresh_identity(home)
    broker_key = ec.generate_private_key(ec.SECP256R1())
    question = {"code": parsed.secret, "public_key": identity.public_key.hex(), "csr": _request(broker_key)}
    answer = _ask(collector_url, question, authority=authority)
    if parsed.fingerprint:
        trust.check_authority(str(answer.get("ca")), parsed.fingerprint, collector_url)
    try:
        enrolment = enrolment_of(
            {
                **answer,
                "public_key": identity.public_key.hex(),
                "collector_url": collector_url,
                "private_ca": bool(authority),
            }
        )
        if not KIOSK_NAME.fullmatch(enrolment.kiosk):
            raise ValueError(f"kiosk {enrolment.kiosk!r}")  # noqa: TRY301 - translated with its siblings below
        _keep_broker(home, answer, broker_key)
        if settings := answer.get("settings"):
            inbox = SettingsInbox(
                home / "uplink" / "settings",
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


def _fresh_identity(home: Path) -> Identity:
    # A key without an enrolment is the rest of a try that broke off: nothing was ever signed with it, and the
    # collector may know it already and refuse it.
    (home / KEY_FILE).unlink(missing_ok=True)
    return Identity.create(home)


def _request(key: ec.EllipticCurvePrivateKey) -> str:
    """Give the certificate request; the collector puts the kiosk's name into the certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ikm-kiosk")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _ask(collector_url: str, question: Mapping[str, object], *, authority: str) -> Mapping[str, object]:
    url = collector_url.rstrip("/") + "/api/v1/enrol"
    try:
        with trust.as_file(authority) as ca:
            answer = requests.post(
                url,
                json=question,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
                verify=str(ca) if ca else True,
            )
        fields = answer.json()
    except requests.exceptions.SSLError as error:
        raise IdentityError(
            f"{collector_url} shows a certificate that nobody vouches for who is known to this kiosk: it is not the "
            f"collector, its certificate is old or for another name, or this clock is wrong. The code was not sent ({str(error)[-200:]})"
        ) from error
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(f"{url} does not answer as a collector would: {error}") from error
    if not isinstance(fields, dict):
        raise Unreachable(f"{url} does not answer as a collector would")
    if answer.status_code >= 500:
        raise Unreachable(f"{url} answered {answer.status_code}; try again later with the same code")
    if answer.status_code >= 300:
        raise Refused(str(fields.get("code", "refused")), str(fields.get("message", answer.reason)))
    return fields


def _keep_broker(home: Path, answer: Mapping[str, object], key: ec.EllipticCurvePrivateKey) -> None:
    folder = home / BROKER_FOLDER
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, value in (("client.crt", answer.get("certificate")), ("ca.crt", answer.get("ca"))):
        if value is None:
            continue
        x509.load_pem_x509_certificate(str(value).encode())  # a wrong file is found now, not at the village
        replace_file(folder / name, str(value).encode(), mode=0o640)
    if answer.get("certificate") is not None:
        replace_file(folder / "client.key", text, mode=0o640)
