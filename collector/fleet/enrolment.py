"""Enrolment: a one-time code, read out over the telephone, against a kiosk's public key."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from collector import clock
from collector.errors import CollectorError, EnrolmentRefused
from collector.fleet.models import Assignment, EnrolmentCode, Kiosk, KioskKey, KioskSettings, Place, Unit
from collector.fleet.publication import publish, services_at
from collector.trust import ca, keys
from survey.wire.messages import KIOSK_NAME

# Crockford's alphabet: no letter that is mistaken for a digit when it is read out.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS = 10  # 50 bits, for a day: guessing over HTTP is hopeless
CODE_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Request:
    """What a kiosk asks with."""

    code: str
    public_key: bytes
    csr: str


def new_code(unit: Unit, *, place: Place, kiosk: str = "", now: datetime | None = None) -> str:
    """Make a one-time code; it is shown once and kept as a digest only.

    Raises:
        CollectorError: the kiosk's name cannot stand in topics and certificates.
    """
    if kiosk and not KIOSK_NAME.fullmatch(kiosk):
        raise CollectorError("kiosk_name", name=kiosk)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LETTERS))
    EnrolmentCode.objects.create(
        digest=_digest(code),
        unit=unit,
        place=place,
        kiosk_name=kiosk,
        expires_at=(now or clock.now()) + CODE_LIFE,
    )
    return f"{code[:5]}-{code[5:]}"


def enrol(request: Request, *, now: datetime | None = None) -> dict[str, object]:
    """Exchange a code and a public key for a name, a place and a certificate; gives the answer for the kiosk.

    Raises:
        EnrolmentRefused: code, key or certificate request is not acceptable; the code is not used up by that.
    """
    now = now or clock.now()
    with transaction.atomic():
        # Claimed by a conditional update: two kiosks with one code cannot both get through.
        claimed = EnrolmentCode.objects.filter(
            digest=_digest(request.code), used_at=None, expires_at__gt=now
        ).update(used_at=now)
        if claimed != 1:
            raise EnrolmentRefused("code", "enrolment_code")
        code = EnrolmentCode.objects.select_related("unit__region", "unit__agency", "place").get(
            digest=_digest(request.code)
        )
        _check_key(request.public_key)
        kiosk = _kiosk(code.kiosk_name)
        KioskKey.objects.create(kiosk=kiosk, public_key=request.public_key, enrolled_at=now)
        latest = Assignment.objects.filter(kiosk=kiosk).order_by("-since").first()
        if latest is None or (latest.unit_id, latest.place_id) != (code.unit_id, code.place_id):
            Assignment.objects.create(kiosk=kiosk, unit=code.unit, place=code.place, since=now)
        certificate = ca.certify_kiosk(settings.IKM_KEYS, csr_pem=request.csr, kiosk=kiosk.name)
        published = publish(kiosk, changes={})
    return _answer(kiosk, code.unit, code.place, certificate=certificate, published=published)


def _answer(
    kiosk: Kiosk, unit: Unit, place: Place, *, certificate: str, published: KioskSettings
) -> dict[str, object]:
    collector = keys.load(settings.IKM_KEYS)
    broker = urlsplit(settings.IKM_PUBLIC_BROKER_URL)
    tls = broker.scheme == "mqtts"
    return {
        "kiosk": kiosk.name,
        "unit": {"code": unit.code, "name": unit.name, "region": unit.region_id},
        "place": {"code": place.code, "name": place.name},
        "agency": unit.agency.name if unit.agency is not None else "",
        "timezone": unit.time_zone,
        "services": services_at(unit, place),
        "collector_key": collector.public_key.hex(),
        "seal_key": collector.seal_key.hex(),
        "broker": {
            "host": broker.hostname or "localhost",
            "port": broker.port or (8883 if tls else 1883),
            "tls": tls,
        },
        "ca": ca.authority(settings.IKM_KEYS),
        "certificate": certificate,
        "settings": base64.b64encode(bytes(published.message)).decode(),
    }


def _kiosk(name: str) -> Kiosk:
    if name:
        kiosk, _ = Kiosk.objects.get_or_create(name=name)
        return kiosk
    numbers = (
        int(found[1])
        for known in Kiosk.objects.filter(name__startswith="k-").values_list("name", flat=True)
        if (found := re.fullmatch(r"k-(\d{4,9})", known)) is not None
    )
    return Kiosk.objects.create(name=f"k-{max(numbers, default=0) + 1:04d}")


def _check_key(public_key: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EnrolmentRefused("public_key", "public_key_kind") from error
    if KioskKey.objects.filter(public_key=public_key).exists():
        raise EnrolmentRefused("public_key", "public_key_known")


def _digest(code: str) -> bytes:
    plain = code.upper().replace("-", "").replace(" ", "")
    for mistaken, meant in (("O", "0"), ("I", "1"), ("L", "1")):
        plain = plain.replace(mistaken, meant)
    return hashlib.sha256(b"ikm-enrolment-1\x00" + plain.encode()).digest()
