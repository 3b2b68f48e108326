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

from survey.log.following import Believed
from survey.wire import enrolment_code
from survey.wire.messages import KIOSK_NAME
from survey.wire.trouble import trouble
from uplink.errors import AlreadyEnrolled, IdentityError, Refused, Unreachable, WrongCode
from uplink.forwarder import trust
from uplink.forwarder.inbox import settings_inbox
from uplink.forwarder.log_inbox import believed_bytes
from uplink.journal.enrolment import Enrolment, enrolment_of, store_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.segments.files import replace_file

_TIMEOUT_SECONDS = (10.0, 60.0)

log = logging.getLogger(__name__)


def enrol(code: str, collector_url: str, home: Path, *, public_key: bytes) -> Enrolment:
    """Exchange a one-time code for this kiosk's place in the world, and write it under `home`.

    `public_key` is the signing key's public half; the key itself lies under `home` already.

    Raises:
        WrongCode: the code is none, or the collector is not the one that made it.
        WrongClock: this machine's clock is so wrong that no certificate holds.
        AlreadyEnrolled: it is a kiosk.
        IdentityError: the collector's answer makes no sense, or the disk does not let us.
        Unreachable: the collector does not answer; try again with the same code.
        Refused: the collector does not take the code.
    """
    if KioskHome(home).enrolment.exists():
        raise AlreadyEnrolled(f"{home} belongs to an enrolled kiosk; set it aside to begin a new life")
    try:
        parsed = enrolment_code.parse(code)
    except ValueError as error:
        raise WrongCode(
            f"this is no enrolment code: {error}; compare it with what the collector printed"
        ) from error
    authority = trust.private_authority(collector_url, parsed.fingerprint)
    broker_key = ec.generate_private_key(ec.SECP256R1())
    question = {"code": parsed.secret, "public_key": public_key.hex(), "csr": _request(broker_key)}
    answer = _ask(collector_url, question, authority=authority)
    if parsed.fingerprint:
        trust.check_authority(str(answer.get("ca")), parsed.fingerprint, collector_url)
    try:
        enrolment = enrolment_of(
            {
                **answer,
                "public_key": public_key.hex(),
                "collector_url": collector_url,
                "private_ca": bool(authority),
            }
        )
        if not KIOSK_NAME.fullmatch(enrolment.kiosk):
            raise ValueError(f"kiosk {enrolment.kiosk!r}")  # noqa: TRY301 - translated with its siblings below
        _keep_broker(KioskHome(home), answer, broker_key)
        if isinstance(told := answer.get("log_policy"), dict):
            believed = Believed(str(told["policy"]), int(told["number"]), str(told["origin"]))
            believed.policy()  # one that makes no sense is found now, not at the village
            replace_file(KioskHome(home).log_policy, believed_bytes(believed), mode=0o640)
        if settings := answer.get("settings"):
            inbox = settings_inbox(
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
        log.info("%s", error)
        if trust.lacks_identifiers(error):
            raise IdentityError(trust.NO_IDENTIFIERS.format(collector_url)) from error
        raise IdentityError(
            f"{collector_url} shows a certificate that nobody vouches for who is known to this kiosk: it is not the collector, "
            "its certificate is old or for another name, or this machine's clock is wrong. The code was not sent"
        ) from error
    except (requests.ConnectionError, requests.Timeout) as error:
        log.info("%s", error)
        raise Unreachable(
            f"{collector_url} does not answer: check the address and this machine's network, then use the same code again",
            trouble("collector_no_answer"),
        ) from error
    except (requests.RequestException, ValueError) as error:
        log.info("%s", error)
        raise Unreachable(trust.NO_COLLECTOR.format(collector_url), trouble("collector_no_answer")) from error
    if not isinstance(fields, dict):
        raise Unreachable(trust.NO_COLLECTOR.format(collector_url), trouble("collector_no_answer"))
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
