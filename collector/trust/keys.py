"""The collector's own keys: made once by `setup`, readable by its user only, never printed.

`signing.key` (Ed25519) signs receipts, settings and bundles; `sealing.key` (X25519) opens what kiosks seal: texts and contacts, and batches on sticks.
"""

import grp
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.errors import NotSetUp
from survey.record.chain import Sign, Verify


class CollectorKeys:
    """The loaded keys of one collector."""

    def __init__(self, *, signing: Ed25519PrivateKey, sealing: X25519PrivateKey) -> None:
        self.sign: Sign = signing.sign
        self.sealing = sealing
        self.public_key: bytes = signing.public_key().public_bytes_raw()
        self.seal_key: bytes = sealing.public_key().public_bytes_raw()


def ensure(folder: Path) -> bool:
    """Make the keys that are missing; tells whether any was."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [
        write_secret(folder / "signing.key", lambda: private_pem(Ed25519PrivateKey.generate())),
        write_secret(folder / "sealing.key", lambda: private_pem(X25519PrivateKey.generate())),
        write_secret(folder / "django.key", lambda: secrets.token_urlsafe(48).encode()),
    ]
    return any(made)


@lru_cache(maxsize=8)
def load(folder: Path) -> CollectorKeys:
    """Load the keys.

    Raises:
        NotSetUp: they are missing or unreadable.
    """
    signing, sealing = _read(folder / "signing.key"), _read(folder / "sealing.key")
    if not isinstance(signing, Ed25519PrivateKey) or not isinstance(sealing, X25519PrivateKey):
        raise NotSetUp("key_kind", path=folder)
    return CollectorKeys(signing=signing, sealing=sealing)


@lru_cache(maxsize=4096)
def verifier(public_key: bytes) -> Verify:
    """Give the function that checks signatures made with the private half of `public_key`."""
    key = Ed25519PublicKey.from_public_bytes(public_key)

    def verify(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


def private_pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    """Give a private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_secret(path: Path, make: Callable[[], bytes]) -> bool:
    """Write what `make` gives to a new file that only we can read; an existing one stays. Tells whether it was new."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    return True


def write_public(path: Path, text: str) -> None:
    """Write a file that everybody may read, whatever the umask says."""
    path.write_text(text)
    path.chmod(0o644)


def lend(path: Path, group: str) -> None:
    """Let a service's group read a secret, where we are root and there is such a group."""
    with suppress(LookupError):
        if os.geteuid() == 0:
            os.chown(path, 0, grp.getgrnam(group).gr_gid)
            path.chmod(0o640)


def _read(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise NotSetUp("not_set_up", path=path, reason=error.strerror) from error
    except ValueError as error:
        raise NotSetUp("key_damaged", path=path, reason=error) from error
