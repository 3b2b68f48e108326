"""The collector's own keys: made once by `setup`, private halves readable by their owner only, never printed.

`private/signing.key` (Ed25519) signs receipts, settings, bundles and verdicts; `private/sealing-<id>.key` (X25519) open what kiosks seal: texts and
contacts, and batches on sticks; `private/ca.key` belongs to the certificate authority. Beside that folder lie `public.json` and `ca.crt`, for everybody.
Only `collector.trust.at_hand` loads private keys; a test holds that.
"""

import grp
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector import clock
from collector.errors import CollectorError, NotSetUp
from collector.trust import public
from collector.trust.public import DestroyedKey, PublicKeys, SealingKey
from survey.record.chain import Sign, Verify
from survey.wire.sealing import key_id

_PRIVATE = "private"
_SIGNING = "signing.key"


class CollectorKeys:
    """The loaded keys of one collector."""

    def __init__(self, *, signing: Ed25519PrivateKey, sealing: dict[bytes, X25519PrivateKey]) -> None:
        self.sign: Sign = signing.sign
        self.sealing = sealing
        """By the id that stands before what is sealed."""
        self.public_key: bytes = signing.public_key().public_bytes_raw()


def private_folder(folder: Path) -> Path:
    """Give where the private keys lie; only their owner can look in."""
    return folder / _PRIVATE


def ensure(folder: Path) -> bool:
    """Make the keys that are missing; tells whether any was."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # others read the public keys in here
    private = private_folder(folder)
    private.mkdir(exist_ok=True, mode=0o700)
    made = write_secret(private / _SIGNING, lambda: private_pem(Ed25519PrivateKey.generate()))
    if not _sealing_paths(folder):
        make_sealing(folder)
        made = True
    elif not (folder / public.FILE).exists():
        _publish(folder)
    return made


def make_sealing(folder: Path) -> str:
    """Make a new sealing key, which is sealed to from now on; gives its id."""
    key = X25519PrivateKey.generate()
    name = key_id(key.public_key().public_bytes_raw()).hex()
    if not write_secret(private_folder(folder) / f"sealing-{name}.key", lambda: private_pem(key)):
        return make_sealing(folder)  # two keys under one id, once in four thousand million times
    _publish(folder)
    return name


def destroy_sealing(folder: Path, name: str) -> None:
    """Destroy the sealing key of this id: its file is written over and removed. One that is destroyed already stays so.

    Raises:
        CollectorError: there is none of this id, or it is the one that is sealed to.
    """
    known = public.read(folder)
    if name in {one.id for one in known.destroyed}:
        return
    if name not in {one.id for one in known.sealing}:
        raise CollectorError("sealing_key_unknown", id=name)
    if name == known.sealing[-1].id:
        raise CollectorError("sealing_key_current", id=name)
    path = private_folder(folder) / f"sealing-{name}.key"
    with suppress(FileNotFoundError):  # gone already, and then the power failed
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    gone = (*known.destroyed, DestroyedKey(name, clock.now_ms()))
    left = tuple(one for one in known.sealing if one.id != name)
    public.write(folder, PublicKeys(known.signing, left, gone))


def load(folder: Path) -> CollectorKeys:
    """Load the private keys.

    Raises:
        NotSetUp: they are missing or unreadable.
    """
    signing = _read(private_folder(folder) / _SIGNING)
    sealing = [_read(path) for path in _sealing_paths(folder)]
    if not isinstance(signing, Ed25519PrivateKey):
        raise NotSetUp("key_kind", path=folder)
    by_id: dict[bytes, X25519PrivateKey] = {}
    for key in sealing:
        if not isinstance(key, X25519PrivateKey):
            raise NotSetUp("key_kind", path=folder)
        by_id[key_id(key.public_key().public_bytes_raw())] = key
    return CollectorKeys(signing=signing, sealing=by_id)


def _publish(folder: Path) -> None:
    """Write the public file anew from the private keys; what it said of when they were made stays."""
    keys = load(folder)
    held = {key.public_key().public_bytes_raw().hex() for key in keys.sealing.values()}
    known: list[SealingKey] = []
    destroyed: tuple[DestroyedKey, ...] = ()
    with suppress(NotSetUp):
        told = public.read(folder)
        known, destroyed = [one for one in told.sealing if one.public_key in held], told.destroyed
    new = held - {one.public_key for one in known}
    sealing = (*known, *(SealingKey(one, clock.now_ms()) for one in sorted(new)))
    public.write(folder, PublicKeys(keys.public_key, sealing, destroyed))


def _sealing_paths(folder: Path) -> list[Path]:
    return sorted(private_folder(folder).glob("sealing-*.key"))


@lru_cache(maxsize=256)  # made again in a hundredth of the time that it takes to check one signature
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


def replace_public(path: Path, text: str) -> None:
    """Put a file that everybody may read in the place of another, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    new = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(0o644)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


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
