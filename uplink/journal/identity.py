"""The kiosk's signing key: made on the kiosk, never to leave it; only the kiosk's user can read its file.

Nothing of the process with the network imports this module (`tests/test_architecture.py`).
"""

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from uplink.errors import AlreadyEnrolled, IdentityError
from uplink.journal.enrolment import load_enrolment
from uplink.journal.home import KioskHome
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import make_folder, replace_file

_PEM_FRAME = (b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----")
_PKCS8_HEAD = bytes.fromhex(
    "302e020100300506032b657004220420"
)  # all that PKCS #8 says of an Ed25519 key (RFC 8410)


class Identity:
    """A kiosk's signing key and name; only the process that writes the journal holds one."""

    def __init__(self, kiosk: str, key: Ed25519PrivateKey) -> None:
        self.kiosk = kiosk
        self._key = key
        self.public_key: bytes = key.public_key().public_bytes_raw()

    @classmethod
    def create(cls, home: Path, *, disk: Disk = REAL_DISK) -> "Identity":
        """Make a key and write it under `home`, readable by this user only.

        Raises:
            IdentityError: there is a key already, or it cannot be written.
        """
        path = KioskHome(home).signing_key
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
            make_folder(path.parent, mode=0o700, disk=disk)
            replace_file(path, text, mode=0o600, disk=disk)
        except OSError as error:
            raise IdentityError(f"the signing key cannot be written: {error}") from error
        return cls(kiosk="", key=key)

    @classmethod
    def create_anew(cls, home: Path) -> "Identity":
        """Make a key for an enrolment, in place of one that a try which broke off has left.

        Nothing was ever signed with such a key, and the collector may know it already and refuse it.

        Raises:
            IdentityError: the kiosk is enrolled, or the key cannot be written.
        """
        if KioskHome(home).enrolment.exists():
            raise AlreadyEnrolled(f"{home} belongs to an enrolled kiosk; set it aside to begin a new life")
        try:
            KioskHome(home).signing_key.unlink(missing_ok=True)
        except OSError as error:
            raise IdentityError(f"the signing key cannot be written: {error}") from error
        return cls.create(home)

    @classmethod
    def load(cls, home: Path) -> "Identity":
        """Read the key under `home`; the name comes from the enrolment and is empty before it.

        Raises:
            IdentityError: there is no key, or it cannot be read.
        """
        path = KioskHome(home).signing_key
        try:
            key = Ed25519PrivateKey.from_private_bytes(_raw_key(path.read_bytes()))
        except FileNotFoundError as error:
            raise IdentityError(f"{path} is missing: run `ikm-kiosk enrol`") from error
        except (OSError, ValueError) as error:
            raise IdentityError(f"the signing key {path} cannot be read: {error}") from error
        kiosk = load_enrolment(home).kiosk if KioskHome(home).enrolment.exists() else ""
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
