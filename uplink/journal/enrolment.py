"""The public facts a kiosk learned when it was enrolled; both processes read them, and nothing in them is secret."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.wire.ended import unpack_ended
from uplink.errors import IdentityError
from uplink.journal.home import KioskHome
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file


class Broker(NamedTuple):
    """Where the kiosk's messages go over MQTT."""

    host: str
    port: int
    tls: bool = True


class Named(NamedTuple):
    """A code and the name people know it by."""

    code: str
    name: str
    region: str = ""
    unit: str = ""
    """Of a service: the unit it belongs to, where that is another one than the kiosk's own."""


class Enrolment(NamedTuple):
    """The public facts a kiosk learned when it was enrolled."""

    kiosk: str
    public_key: bytes
    collector_key: bytes
    """Ed25519: receipts and settings are signed with it."""
    seal_key: bytes
    """X25519: what citizens write, and batches on sticks, are sealed to it."""
    collector_url: str
    broker: Broker
    unit: Named
    place: Named
    agency: str
    timezone: str
    services: tuple[Named, ...] = ()
    private_ca: bool = False
    """Over HTTPS the collector is known by its own authority (`uplink/broker/ca.crt`), not by a public one."""
    archive_ms: tuple[int, int] | None = None
    """The period that an archive key was declared for, up to the moment after it, in milliseconds since 1970 UTC; None for the
    key of a kiosk that stands somewhere."""


def verifier(public_key: bytes) -> Verify:
    """Give the function that checks signatures made with `public_key` (raw Ed25519).

    Raises:
        IdentityError: `public_key` is no Ed25519 key.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError as error:
        raise IdentityError(f"not an Ed25519 public key: {error}") from error

    def verify(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


def store_enrolment(home: Path, enrolment: Enrolment, *, disk: Disk = REAL_DISK) -> None:
    """Write the enrolment under `home`, whole or not at all.

    Raises:
        IdentityError: it cannot be written.
    """
    fields = enrolment._asdict() | {
        key: getattr(enrolment, key).hex() for key in ("public_key", "collector_key", "seal_key")
    }
    fields |= {key: getattr(enrolment, key)._asdict() for key in ("broker", "unit", "place")}
    fields["services"] = [service._asdict() for service in enrolment.services]
    text = json.dumps(fields, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    try:
        replace_file(KioskHome(home).enrolment, text.encode(), mode=0o644, disk=disk)
    except OSError as error:
        raise IdentityError(f"the enrolment cannot be written: {error}") from error


def load_enrolment(home: Path) -> Enrolment:
    """Read the enrolment under `home`.

    Raises:
        IdentityError: the kiosk is not enrolled, or the file is damaged.
    """
    path = KioskHome(home).enrolment
    try:
        fields = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise IdentityError(f"{path} is missing: run `ikm-kiosk enrol`") from error
    except (OSError, ValueError) as error:
        raise IdentityError(f"{path} cannot be read: {error}; enrol again") from error
    try:
        return enrolment_of(fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IdentityError(f"{path} is damaged at {error}; enrol again") from error


def ended_ms(home: Path, enrolment: Enrolment) -> int:
    """Tell when the collector ended this kiosk's key, by its own signed word, in milliseconds since 1970 UTC; 0 where it has not."""
    try:
        word = unpack_ended(KioskHome(home).ended.read_bytes(), verifier(enrolment.collector_key))
    except (OSError, Malformed):
        return 0
    is_ours = word.kiosk == enrolment.kiosk and enrolment.public_key in word.keys
    return max(1, word.at) if is_ours else 0


def enrolment_of(fields: Mapping[str, object]) -> Enrolment:
    """Read an enrolment's fields.

    Raises:
        KeyError, TypeError, ValueError: a field is missing or makes no sense.
    """
    broker, unit, place = (_object(fields[key]) for key in ("broker", "unit", "place"))
    services = fields.get("services", ())
    if not isinstance(services, list | tuple):
        raise TypeError("services")
    return Enrolment(
        kiosk=_text(fields["kiosk"]),
        public_key=_key(fields["public_key"]),
        collector_key=_key(fields["collector_key"]),
        seal_key=_key(fields["seal_key"]),
        collector_url=_text(fields["collector_url"]),
        broker=Broker(host=_text(broker["host"]), port=_port(broker["port"]), tls=bool(broker["tls"])),
        unit=_named(unit),
        place=_named(place),
        agency=_text(fields["agency"]),
        timezone=_text(fields["timezone"]),
        services=tuple(_named(_object(service)) for service in services),
        private_ca=fields.get("private_ca") is True,
        archive_ms=_period(fields.get("archive_ms")),
    )


def _named(fields: Mapping[str, object]) -> Named:
    return Named(
        code=_text(fields["code"]),
        name=_text(fields["name"]),
        region=_text(fields.get("region") or ""),
        unit=_text(fields.get("unit") or ""),
    )


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} (an object was expected)")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} (a text was expected)")
    return value


def _key(value: object) -> bytes:
    key = bytes.fromhex(_text(value))
    if len(key) != 32:
        raise ValueError("a key (32 bytes in hexadecimal were expected)")
    return key


def _period(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(type(one) is int for one in value):
        raise TypeError(f"{value!r} (two moments were expected)")
    begin, end = value
    if begin >= end:
        raise ValueError(f"{value!r} (a period ends after it begins)")
    return begin, end


def _port(value: object) -> int:
    if not isinstance(value, int) or not 0 < value < 65536:
        raise TypeError(f"{value!r} (a port was expected)")
    return value
