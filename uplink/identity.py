"""Who this kiosk is: its signing key, and the public facts it learned at enrolment.

The key is made on the kiosk and never leaves it; only the kiosk's user can read its file. The enrolment holds nothing
secret and is read by both processes.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survey.chain import Verify
from uplink.errors import IdentityError
from uplink.files import make_folder, replace_file

ENROLMENT_FILE = "enrolment.json"
BROKER_FOLDER = Path("uplink", "broker")
KEY_FILE = Path("kiosk", "identity", "signing.key")
_PEM_FRAME = (b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----")
_PKCS8_HEAD = bytes.fromhex(
    "302e020100300506032b657004220420"
)  # all that PKCS #8 says of an Ed25519 key (RFC 8410)


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


class Enrolment(NamedTuple):
    """The public facts a kiosk learned when it was enrolled."""

    kiosk: str
    public_key: bytes
    collector_key: bytes
    """Ed25519: receipts and settings are signed with it."""
    seal_key: bytes
    """X25519: contacts are sealed to it."""
    collector_url: str
    broker: Broker
    unit: Named
    place: Named
    agency: str
    timezone: str
    services: tuple[Named, ...] = ()
    private_ca: bool = False
    """Over HTTPS the collector is known by its own authority (`uplink/broker/ca.crt`), not by a public one."""


class Identity:
    """A kiosk's signing key and name; only the process that writes the journal holds one."""

    def __init__(self, kiosk: str, key: Ed25519PrivateKey) -> None:
        self.kiosk = kiosk
        self._key = key
        self.public_key: bytes = key.public_key().public_bytes_raw()

    @classmethod
    def create(cls, home: Path) -> "Identity":
        """Make a key and write it under `home`, readable by this user only.

        Raises:
            IdentityError: there is a key already, or it cannot be written.
        """
        path = home / KEY_FILE
        if path.exists():
            raise IdentityError(
                f"{path} exists: this kiosk has a key already; set {home} aside to begin a new life"
            )
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow to load, used once in a life

        key = Ed25519PrivateKey.generate()
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        try:
            make_folder(path.parent, mode=0o700)
            replace_file(path, text, mode=0o600)
        except OSError as error:
            raise IdentityError(f"the signing key cannot be written: {error}") from error
        return cls(kiosk="", key=key)

    @classmethod
    def load(cls, home: Path) -> "Identity":
        """Read the key under `home`; the name comes from the enrolment and is empty before it.

        Raises:
            IdentityError: there is no key, or it cannot be read.
        """
        path = home / KEY_FILE
        try:
            key = Ed25519PrivateKey.from_private_bytes(_raw_key(path.read_bytes()))
        except FileNotFoundError as error:
            raise IdentityError(f"{path} is missing: run `ikm-kiosk enrol`") from error
        except (OSError, ValueError) as error:
            raise IdentityError(f"the signing key {path} cannot be read: {error}") from error
        kiosk = load_enrolment(home).kiosk if (home / ENROLMENT_FILE).exists() else ""
        return cls(kiosk=kiosk, key=key)

    @classmethod
    def ephemeral(cls, kiosk: str) -> "Identity":
        """Make an identity that is not kept: for simulations, benches and tests."""
        return cls(kiosk=kiosk, key=Ed25519PrivateKey.generate())

    def sign(self, message: bytes) -> bytes:
        """Give the 64-byte Ed25519 signature of `message`."""
        return self._key.sign(message)


def _raw_key(pem: bytes) -> bytes:
    """Give the 32 bytes of an Ed25519 key from the file that `Identity.create` writes.

    Read here, because the library's general reader takes longer to load than the kiosk takes to open its journal.

    Raises:
        ValueError: it holds something else.
    """
    lines = pem.strip().splitlines()
    if len(lines) < 3 or (lines[0], lines[-1]) != _PEM_FRAME:
        raise ValueError("it is no private key in PEM")
    content = base64.b64decode(b"".join(lines[1:-1]), validate=True)
    if not content.startswith(_PKCS8_HEAD) or len(content) != len(_PKCS8_HEAD) + 32:
        raise ValueError("it holds no Ed25519 key")
    return content[len(_PKCS8_HEAD) :]


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


def store_enrolment(home: Path, enrolment: Enrolment) -> None:
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
        replace_file(home / ENROLMENT_FILE, text.encode(), mode=0o644)
    except OSError as error:
        raise IdentityError(f"the enrolment cannot be written: {error}") from error


def load_enrolment(home: Path) -> Enrolment:
    """Read the enrolment under `home`.

    Raises:
        IdentityError: the kiosk is not enrolled, or the file is damaged.
    """
    path = home / ENROLMENT_FILE
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
    )


def _named(fields: Mapping[str, object]) -> Named:
    return Named(
        code=_text(fields["code"]), name=_text(fields["name"]), region=_text(fields.get("region") or "")
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


def _port(value: object) -> int:
    if not isinstance(value, int) or not 0 < value < 65536:
        raise TypeError(f"{value!r} (a port was expected)")
    return value
