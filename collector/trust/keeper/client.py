"""Asking the keeper; one that is away is waited for, within a bound.

A keeper that restarts costs its callers a pause: what signs or opens gives the same when it is asked twice, a second certificate harms
nobody, and neither does a second new key; what is destroyed already stays so.
"""

import random
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from collector.errors import CollectorError, KeeperAway
from collector.trust.keeper.frames import (
    MOST_MESSAGES,
    SERIAL_BYTES,
    BadFrame,
    Certify,
    ContentKeys,
    DestroySealingKey,
    Given,
    MakeSealingKey,
    Question,
    Refused,
    Revoke,
    Sign,
    read_answer,
    receive,
    send,
)
from collector.trust.kinds import EndedCertificate, Errand, Sealed, Use

WAIT_SECONDS = 8.0
"""Longer than a keeper takes to restart, and shorter than any watchdog of ours is patient."""
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5
_BUSY = "keeper_busy"
_PORTION_BYTES = 512 * 1024


class FarKeys:
    """The keeper behind a socket, as `collector.trust.keyholder.Keyholder`. It keeps nothing, so every thread and every child may use it."""

    def __init__(self, path: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._path = path
        self._wait_seconds = wait_seconds

    def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        """Have messages signed."""
        signatures: list[bytes] = []
        for some in _portions(messages):
            given = self._ask(Sign(some), number=len(some))
            signatures += [one for one in given if one is not None]
        return signatures

    def content_keys(self, heads: Sequence[bytes], *, kind: Sealed, errand: Errand) -> list[bytes | None]:
        """Have the keys of sealed contents made."""
        keys: list[bytes | None] = []
        for some in _portions(heads):
            question = ContentKeys(kind.name, some, errand.account[:150], errand.why[:300])
            keys += self._ask(question, number=len(some))
        return keys

    def certify(self, csr_pem: str, *, name: str, use: Use, errand: Errand) -> str:
        """Have a key certified."""
        question = Certify(csr_pem, name, use, errand.account[:150], errand.why[:300])
        (given,) = self._ask(question, number=1)
        return (given or b"").decode()

    def revoke(self, ended: Sequence[EndedCertificate], *, errand: Errand) -> str:
        """Have the list of ended certificates signed."""
        entries = [(one.serial.to_bytes(SERIAL_BYTES), one.ended_s) for one in ended]
        (given,) = self._ask(Revoke(entries, errand.account[:150], errand.why[:300]), number=1)
        return (given or b"").decode()

    def make_sealing_key(self, *, errand: Errand) -> str:
        """Have a new sealing key made."""
        (given,) = self._ask(MakeSealingKey(errand.account[:150], errand.why[:300]), number=1)
        return (given or b"").decode()

    def destroy_sealing_key(self, key_id: str, *, errand: Errand) -> None:
        """Have a sealing key destroyed."""
        self._ask(DestroySealingKey(key_id, errand.account[:150], errand.why[:300]), number=0)

    def _ask(self, question: Question, *, number: int) -> list[bytes | None]:
        """Ask until there is an answer.

        Raises:
            KeeperAway: there was none in time.
            CollectorError: the keeper refuses, or lets us not near.
        """
        end = time.monotonic() + self._wait_seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = self._exchange(question, seconds=max(end - time.monotonic(), 0.05))
            except PermissionError as error:
                raise CollectorError("keeper_shut", path=self._path) from error
            except BadFrame as error:
                raise CollectorError("keeper_frame", reason=error) from error
            except OSError as error:
                reason = str(error) or type(error).__name__
            else:
                if isinstance(answer, Given) and len(answer.values) == number:
                    return answer.values
                if not isinstance(answer, Refused):
                    raise CollectorError("keeper_frame", reason=f"{number} answers were expected")
                if answer.word != _BUSY:
                    raise CollectorError.told(answer.word, answer.values)
                reason = _BUSY
            if time.monotonic() + pause > end:
                raise KeeperAway(
                    "keeper_away", path=self._path, reason=reason, seconds=f"{self._wait_seconds:g}"
                )
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _exchange(self, question: Question, *, seconds: float) -> Given | Refused:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as connection:
            connection.settimeout(seconds)
            connection.connect(str(self._path))
            send(connection, question, seconds=seconds)
            return read_answer(receive(connection, seconds=seconds))


def _portions(messages: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Give messages in such portions as one frame takes."""
    some: list[bytes] = []
    size = 0
    for message in messages:
        if some and (len(some) == MOST_MESSAGES or size + len(message) > _PORTION_BYTES):
            yield some
            some, size = [], 0
        some.append(message)
        size += len(message) + 8
    if some:
        yield some
