"""What a witness keeps in its folder: its key, the log's key, and the checkpoint it saw last.

The checkpoint is on the disk before anybody has the cosignature for it, and one process at a time decides: two that
forget of each other could cosign a fork.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from survey.log.checkpoint import Checkpoint, read_checkpoint
from survey.log.cosignature import cosign
from survey.log.note import COSIGNATURE, ED25519, Line, VerifierKey, read_key, with_lines
from survey.log.witnessing import Answer, Offer, judge
from survey.record.errors import Malformed
from witness.ed25519 import check

_KEY, _NAME, _LOG, _SEEN, _FORK, _LOCK = "witness.key", "name", "log.key", "seen", "fork", "lock"


class NotAWitness(Exception):  # noqa: N818 - named for the state
    """The folder holds no witness, or one that is there already; says what to do."""


class Memory:
    """A witness's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, *, name: str, log_key: str) -> VerifierKey:
        """Make a witness that watches one log; gives its key, for policies.

        Raises:
            NotAWitness: there is one already, or the log's key is none.
        """
        try:
            key = read_key(log_key)
        except Malformed as error:
            raise NotAWitness(f"the log's key is none: {error}") from error
        if key.kind != ED25519:
            raise NotAWitness(
                "that is a witness's key, and no log's: `ikm-collector log show` prints the log's"
            )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (self._folder / _KEY).exists():
            raise NotAWitness(f"{self._folder} holds a witness already")
        private = Ed25519PrivateKey.generate()
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        handle = os.open(self._folder / _KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        (self._folder / _NAME).write_text(name)
        (self._folder / _LOG).write_text(key.text())
        return self.key

    @property
    def key(self) -> VerifierKey:
        """The key that policies name.

        Raises:
            NotAWitness: there is no witness here.
        """
        return VerifierKey(self._text(_NAME), COSIGNATURE, self._private().public_key().public_bytes_raw())

    @property
    def log_key(self) -> VerifierKey:
        """The key of the log that is watched."""
        return read_key(self._text(_LOG))

    @property
    def seen(self) -> Checkpoint | None:
        """The checkpoint that was cosigned last; None where there was none yet."""
        path = self._folder / _SEEN
        return read_checkpoint(path.read_bytes()).point if path.exists() else None

    def seen_text(self) -> str:
        """Give the checkpoint that was cosigned last, with this witness's own cosignature."""
        return (self._folder / _SEEN).read_text()

    @property
    def fork(self) -> str:
        """The checkpoint that did not go on from what was seen; empty where there never was one."""
        path = self._folder / _FORK
        return path.read_text() if path.exists() else ""

    def decide(self, offer: Offer, *, at_s: int) -> tuple[Answer, Line | None]:
        """Say what an offer is, and cosign it where the log goes on; a fork is kept as evidence, and nothing is cosigned behind it."""
        with self._alone():
            answer = judge(self.seen, offer, keys=[self.log_key], check=check)
            if answer is Answer.FORK:
                self._keep(_FORK, offer.text())
            if answer not in (Answer.GOES_ON, Answer.SAME):
                return answer, None
            line = cosign(offer.checkpoint.note, key=self.key, at_s=at_s, sign=self._private().sign)
            self._keep(_SEEN, with_lines(offer.checkpoint.note, [line]).message())
            return answer, line

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _keep(self, name: str, text: str) -> None:
        temporary = self._folder / f"{name}.new"
        with temporary.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._folder / name)
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _private(self) -> Ed25519PrivateKey:
        try:
            key = serialization.load_pem_private_key((self._folder / _KEY).read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise NotAWitness(
                f"{self._folder} holds no witness: make one with `ikm-witness begin`"
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise NotAWitness(f"the key in {self._folder} is of another kind")
        return key

    def _text(self, name: str) -> str:
        try:
            return (self._folder / name).read_text().strip()
        except OSError as error:
            raise NotAWitness(
                f"{self._folder} holds no witness: make one with `ikm-witness begin`"
            ) from error
