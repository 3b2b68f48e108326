"""Enrolment: a one-time code, read out over the telephone, against a kiosk's public key."""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from collector import clock
from collector.errors import CollectorError, EnrolmentRefused
from collector.fleet import endings, lasting, present
from collector.fleet.assignments import assign
from collector.fleet.models import (
    Assignment,
    EnrolmentCode,
    Kiosk,
    KioskKey,
    KioskSettings,
    Place,
    Unit,
    WantedKiosk,
)
from collector.fleet.publication import publish, services_at
from collector.local import local_date, moment_of
from collector.people import trail
from collector.trust import ca, certificates, keyholder, public
from collector.trust.kinds import COLLECTOR, Errand
from survey.index.periods import Period
from survey.wire.enrolment_code import ALPHABET, SECRET_LETTERS, parse
from survey.wire.enrolment_code import EnrolmentCode as Code
from survey.wire.messages import KIOSK_NAME

CODE_LIFE = timedelta(hours=24)
RESERVED = frozenset({COLLECTOR})
"""Names no kiosk can have: the broker knows the collector itself by it, and lets it read and write every topic."""
_BY_CODE = "an enrolment code"
"""For whom a kiosk is certified, where it is not known who made its code."""
ENROLLED_ANEW = "enrolled anew"
"""Why a key ended when its kiosk was enrolled again."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a kiosk asks with."""

    code: str
    public_key: bytes
    csr: str


def new_code(
    unit: Unit,
    *,
    place: Place,
    kiosk: str = "",
    archive: Period | None = None,
    who: str = "",
    now: datetime | None = None,
) -> str:
    """Make a one-time code; it is shown once and its secret is kept as a digest only. The kiosk is certified for `who`.

    With `archive` the code is for a key of its own that brings the history of that period in.

    Raises:
        NotSetUp: there is no authority whose fingerprint it could carry.
        CollectorError: the kiosk's name cannot stand in topics and certificates, is the collector's own, or is that of a
            kiosk of the other kind; or the unit has ended or is hidden (`unit_takes_none`).
    """
    lasting.check_takes(unit, until=archive.last + timedelta(days=1) if archive is not None else None)
    if kiosk and not KIOSK_NAME.fullmatch(kiosk):
        raise CollectorError("kiosk_name", name=kiosk)
    if kiosk in RESERVED:
        raise CollectorError("kiosk_name_reserved", name=kiosk)
    if _is_of_other_kind(kiosk, archive=archive is not None):
        raise CollectorError("archive_mixed", name=kiosk)
    begin, end = (moment_of(ms) for ms in archive.bounds_ms(unit.time_zone)) if archive else (None, None)
    text, digest = fresh(ca.fingerprint(settings.IKM_KEYS))
    EnrolmentCode.objects.create(
        digest=digest,
        unit=unit,
        place=place,
        kiosk_name=kiosk,
        archive_from=begin,
        archive_until=end,
        made_by=who,
        expires_at=(now or clock.now()) + CODE_LIFE,
    )
    return text


def fresh(fingerprint: str) -> tuple[str, bytes]:
    """Draw a code, as it is read out, and the digest that is kept of it."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LETTERS))
    return str(Code(secret=secret, fingerprint=fingerprint)), _digest(secret)


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
        _check_unit(code)
        if code.kiosk_name in RESERVED:
            raise EnrolmentRefused("kiosk", "kiosk_name_reserved", name=code.kiosk_name)
        if _is_of_other_kind(code.kiosk_name, archive=code.archive_from is not None):
            raise EnrolmentRefused("kiosk", "archive_mixed", name=code.kiosk_name)
        kiosk = _kiosk(code.kiosk_name)
        # One key a kiosk: whoever still has the old card can add nothing to what it earned.
        endings.end(kiosk, why=ENROLLED_ANEW, now=now)
        key = KioskKey.objects.create(
            kiosk=kiosk,
            public_key=request.public_key,
            enrolled_at=now,
            archive_from=code.archive_from,
            archive_until=code.archive_until,
        )
        latest = Assignment.objects.filter(kiosk=kiosk).order_by("-since").first()
        if latest is None or (latest.unit_id, latest.place_id) != (code.unit_id, code.place_id):
            assign(kiosk, unit=code.unit, place=code.place, since=now)
        present.keep(Kiosk.objects.filter(pk=kiosk.pk))
        WantedKiosk.objects.filter(name=kiosk.name).delete()
        errand = Errand(code.made_by or _BY_CODE, f"{kiosk.name} enrolled for {code.unit.code}")
        trail.note(who=errand.account, action="kiosk certified", subject=kiosk.name, why=errand.why)
        certificate = certificates.certify_kiosk(
            keyholder.held(), csr_pem=request.csr, kiosk=kiosk.name, errand=errand
        )
        KioskKey.objects.filter(pk=key.pk).update(serial=certificates.serial_of(certificate))
        published = publish(kiosk, changes={})
    answer = _answer(kiosk, code.unit, code.place, certificate=certificate, published=published)
    for more in _told:
        answer |= more()
    return answer | {"archive_ms": key.archive_ms}


_told: list[Callable[[], Mapping[str, object]]] = []


def tell_besides(more: Callable[[], Mapping[str, object]]) -> None:
    """Have rooms above this one tell a new kiosk something too."""
    if more not in _told:
        _told.append(more)


def _answer(
    kiosk: Kiosk, unit: Unit, place: Place, *, certificate: str, published: KioskSettings
) -> dict[str, object]:
    collector = public.read(settings.IKM_KEYS)
    broker = urlsplit(settings.IKM_PUBLIC_BROKER_URL)
    tls = broker.scheme == "mqtts"
    return {
        "kiosk": kiosk.name,
        "unit": {"code": unit.code, "name": unit.name, "region": unit.region_id},
        "place": {"code": place.code, "name": place.name},
        "agency": unit.agency.name if unit.agency is not None else "",
        "timezone": unit.time_zone,
        # Those of certain days come with the settings, which know the days.
        "services": [one for one in services_at(unit, place) if not one.keys() & {"from", "until"}],
        "collector_key": collector.signing.hex(),
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


def _is_of_other_kind(name: str, *, archive: bool) -> bool:
    """Tell whether a kiosk of this name has keys that bring history in while this one does not, or the other way round."""
    return KioskKey.objects.filter(kiosk__name=name, archive_from__isnull=archive).exists() if name else False


def _kiosk(name: str) -> Kiosk:
    if name:
        kiosk, _ = Kiosk.objects.get_or_create(name=name)
        return kiosk
    called = (
        model.objects.filter(name__startswith="k-").values_list("name", flat=True)
        for model in (Kiosk, WantedKiosk)
    )
    numbers = (
        int(found[1])
        for known in chain.from_iterable(called)
        if (found := re.fullmatch(r"k-(\d{4,9})", known)) is not None
    )
    return Kiosk.objects.create(name=f"k-{max(numbers, default=0) + 1:04d}")


def _check_unit(code: EnrolmentCode) -> None:
    """Refuse a code of a unit that has ended or was hidden since it was made."""
    until = local_date(code.archive_until, code.unit.time_zone) if code.archive_until is not None else None
    try:
        lasting.check_takes(code.unit, until=until)
    except CollectorError as error:
        raise EnrolmentRefused("unit", "unit_takes_none", unit=code.unit.code) from error


def _check_key(public_key: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EnrolmentRefused("public_key", "public_key_kind") from error
    if KioskKey.objects.filter(public_key=public_key).exists():
        raise EnrolmentRefused("public_key", "public_key_known")


def _digest(code: str) -> bytes:
    try:
        secret = parse(code).secret
    except ValueError:
        secret = ""  # no code has this digest
    return hashlib.sha256(b"ikm-enrolment-1\x00" + secret.encode()).digest()
