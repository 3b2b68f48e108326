"""The public halves of the collector's keys: one file, `public.json`, that everybody may read.

Whoever only checks, or tells a kiosk what to seal to, needs nothing else, and runs as a user who can read nothing else.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from collector.errors import NotSetUp
from survey.wire.sealing import key_id

FILE = "public.json"


class SealingKey(msgspec.Struct, frozen=True):
    """A sealing key that can open what was sealed to it."""

    public_key: str
    """X25519, in hexadecimal."""
    made_ms: int

    @property
    def id(self) -> str:
        """Its short name, 8 hexadecimal digits, as it stands before what is sealed to it."""
        return key_id(bytes.fromhex(self.public_key)).hex()


class DestroyedKey(msgspec.Struct, frozen=True):
    """A sealing key that is no more: what was sealed to it is never opened again."""

    id: str
    destroyed_ms: int


class _File(msgspec.Struct, frozen=True):
    signing: str
    sealing: tuple[SealingKey, ...]
    destroyed: tuple[DestroyedKey, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What everybody may know of the collector's keys."""

    signing: bytes
    """Ed25519: receipts, settings, bundles and verdicts are signed with it."""
    sealing: tuple[SealingKey, ...]
    """X25519, the oldest first; the last is the one that is sealed to from now on."""
    destroyed: tuple[DestroyedKey, ...] = ()

    @property
    def seal_key(self) -> bytes:
        """What kiosks seal to from now on."""
        return bytes.fromhex(self.sealing[-1].public_key)


def read(folder: Path) -> PublicKeys:
    """Give the public keys.

    Raises:
        NotSetUp: there are none, or their file is damaged.
    """
    path = folder / FILE
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
        keys = PublicKeys(bytes.fromhex(found.signing), found.sealing, found.destroyed)
        each = [keys.signing, *(bytes.fromhex(one.public_key) for one in keys.sealing)]
    except OSError as error:
        raise NotSetUp("not_set_up", path=path, reason=error.strerror) from error
    except (ValueError, msgspec.DecodeError) as error:
        raise NotSetUp("key_damaged", path=path, reason=error) from error
    if not keys.sealing or any(len(one) != 32 for one in each):
        raise NotSetUp("key_damaged", path=path, reason="a key is missing")
    return keys


def edition(folder: Path) -> object:
    """Give what differs between one state of the file and the next; it is replaced, never written over.

    Raises:
        NotSetUp: there is none.
    """
    path = folder / FILE
    try:
        found = path.stat()
    except OSError as error:
        raise NotSetUp("not_set_up", path=path, reason=error.strerror) from error
    return (found.st_ino, found.st_mtime_ns)


def write(folder: Path, keys: PublicKeys) -> None:
    """Write the file, whole or not at all."""
    text = msgspec.json.format(
        msgspec.json.encode(_File(keys.signing.hex(), keys.sealing, keys.destroyed)), indent=1
    )
    part = folder / f"{FILE}.part"
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), 0o644)  # whatever the umask says: it is for everybody
        file.write(text + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE)
