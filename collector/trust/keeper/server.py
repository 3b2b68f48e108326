"""The keeper's side of the socket: who asks, may they, do it, and say in the log what was opened and certified, for whom and why.

A connection is one question, and has a thread of its own, so that a slow or hung client holds up nobody; how many a user may have
open is bounded. Nothing a
client sends ends the keeper. It knows no database: whoever asks notes in the trail what it is about to do, in its own transaction;
the keeper's log is the second witness, which the one who asks cannot write.
"""

import logging
import os
import socket
import stat
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from collector.errors import CollectorError
from collector.notify import notify
from collector.trust.at_hand import KeysAtHand
from collector.trust.keeper.frames import (
    MOST_FRAME_BYTES,
    SMALL_FRAME_BYTES,
    Answer,
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
    read_question,
    receive,
    send,
)
from collector.trust.keeper.roles import RIGHTS, Peer, Role, peer_of
from collector.trust.kinds import EndedCertificate, Errand, Sealed, kind_of
from collector.words.foreign import shown

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 32
"""Of one user at a time; whoever finds them taken asks again."""
FRAME_SECONDS = 5.0
"""So long a question may take to come in, and an answer to go out."""
_BACKLOG = 128
_STEP_SECONDS = 0.5


class Keeper:
    """Serves one socket; `run` repeats `step` until `stop`."""

    def __init__(
        self,
        keys: KeysAtHand,
        *,
        path: Path,
        role_of: Callable[[Peer], Role | None],
        frame_seconds: float,
        most_connections: int,
    ) -> None:
        self._keys = keys
        self._role_of = role_of
        self._frame_seconds = frame_seconds
        self._most = most_connections
        self._open: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._path = path
        self._socket = _listening(path)

    def stop(self) -> None:
        """End `run`; may be called from a signal handler."""
        self._stopped.set()

    def run(self) -> None:
        """Serve until stopped. Whoever is being answered asks again: nothing is lost by an end at any moment."""
        notify("READY=1")
        while not self._stopped.is_set():
            notify("WATCHDOG=1")
            self.step(_STEP_SECONDS)
        self.close()

    def close(self) -> None:
        """Take no more connections, and leave no socket behind."""
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def step(self, seconds: float) -> None:
        """Wait so long for a connection, and give it its thread."""
        self._socket.settimeout(seconds)
        try:
            connection, _ = self._socket.accept()
        except TimeoutError:
            return
        except OSError as error:  # no descriptors left: those that are open go on
            log.warning("a connection could not be taken: %s", error)
            self._stopped.wait(0.1)
            return
        peer = peer_of(connection)
        with self._lock:
            full = self._open[peer.uid] >= self._most
            self._open[peer.uid] += not full
        if full:
            with connection:
                self._refuse(connection, CollectorError("keeper_busy", uid=peer.uid))
            return
        threading.Thread(target=self._serve, args=(connection, peer), daemon=True).start()

    def _serve(self, connection: socket.socket, peer: Peer) -> None:
        role = self._role_of(peer)
        most = MOST_FRAME_BYTES if role is Role.OPERATOR else SMALL_FRAME_BYTES
        try:
            with connection:
                frame = receive(connection, seconds=self._frame_seconds, most_bytes=most)
                answer = self._answer(read_question(frame), peer, role)
                send(connection, answer, seconds=self._frame_seconds)
        except (BadFrame, OSError) as error:
            log.warning(
                "a connection of process %d of user %d is closed: %s", peer.pid, peer.uid, shown(error)
            )
        finally:
            with self._lock:
                self._open[peer.uid] -= 1

    def _refuse(self, connection: socket.socket, error: CollectorError) -> None:
        try:
            send(connection, _refused(error), seconds=0.1)
        except OSError:
            return

    def _answer(self, question: Question, peer: Peer, role: Role | None) -> Answer:
        if not _may(question, role):
            what, who = type(question).__name__, role.value if role is not None else "a stranger"
            log.error(
                "refused: process %d of user %d (%s) asked to %s", peer.pid, peer.uid, who, _told(question)
            )
            return _refused(CollectorError("keeper_not_for_you", uid=peer.uid, role=who, what=what))
        try:
            given = self._do(question)
        except CollectorError as error:
            return _refused(error)
        except Exception:  # whatever one question does to us, the others go on
            log.exception("a question of user %d could not be answered", peer.uid)
            return _refused(CollectorError("keeper_failed"))
        if not isinstance(question, Sign):
            errand = shown(f"for {question.account}: {question.why}")
            log.info("%s %s (user %d, process %d)", _told(question), errand, peer.uid, peer.pid)
        return Given(given)

    def _do(self, question: Question) -> list[bytes | None]:
        match question:
            case Sign():
                return list(self._keys.sign(question.messages))
            case ContentKeys():
                errand = Errand(question.account, question.why)
                return self._keys.content_keys(question.heads, kind=Sealed[question.kind], errand=errand)
            case Certify():
                errand = Errand(question.account, question.why)
                text = self._keys.certify(question.csr, name=question.name, use=question.use, errand=errand)
                return [text.encode()]
            case Revoke():
                errand = Errand(question.account, question.why)
                ended = [EndedCertificate(int.from_bytes(serial), at) for serial, at in question.ended]
                return [self._keys.revoke(ended, errand=errand).encode()]
            case MakeSealingKey():
                errand = Errand(question.account, question.why)
                return [self._keys.make_sealing_key(errand=errand).encode()]
            case DestroySealingKey():
                errand = Errand(question.account, question.why)
                self._keys.destroy_sealing_key(question.key_id, errand=errand)
                return []


def _refused(error: CollectorError) -> Refused:
    return Refused(error.word, {key: str(value) for key, value in error.values.items()})


def _may(question: Question, role: Role | None) -> bool:
    if role is None:
        return False
    rights = RIGHTS[role]
    match question:
        case Sign():
            return all(kind_of(message) in rights.signs for message in question.messages)
        case ContentKeys():
            return question.kind in {one.name for one in rights.opens}
        case Certify():
            return question.use in rights.certifies
        case Revoke():
            return rights.revokes
        case MakeSealingKey() | DestroySealingKey():
            return rights.changes


def _told(question: Question) -> str:
    match question:
        case Sign():
            return f"sign {len(question.messages)} messages"
        case ContentKeys():
            return f"open {len(question.heads)} sealed contents ({shown(question.kind)})"
        case Certify():
            return f"certify {shown(question.name)} as {question.use.value}"
        case Revoke():
            return f"list {len(question.ended)} ended certificates"
        case MakeSealingKey():
            return "make a new sealing key"
        case DestroySealingKey():
            return f"destroy the sealing key {shown(question.key_id)}"


def _listening(path: Path) -> socket.socket:
    """Give a socket that listens at `path`, for our group.

    Raises:
        CollectorError: something else is there, another keeper answers there, or its folder is not ours alone.
    """
    folder = path.parent.lstat() if path.parent.exists() else None
    if folder is None or not stat.S_ISDIR(folder.st_mode):
        raise CollectorError("keeper_folder", path=path.parent)
    if folder.st_uid not in (0, os.geteuid()) or folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise CollectorError("keeper_folder", path=path.parent)
    _clear(path)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    before = os.umask(0o117)  # 0660 from its first moment on
    try:
        server.bind(str(path))
        server.listen(_BACKLOG)
    except OSError as error:
        server.close()
        raise CollectorError("keeper_socket", path=path, reason=error.strerror) from error
    finally:
        os.umask(before)
    return server


def _clear(path: Path) -> None:
    """Take away the socket of a keeper that is dead; nothing else is touched, and no link followed."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise CollectorError("keeper_in_the_way", path=path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise CollectorError("keeper_socket", path=path, reason=error.strerror) from error
    raise CollectorError("keeper_twice", path=path)
