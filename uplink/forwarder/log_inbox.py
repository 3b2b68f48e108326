"""The kiosk as a witness: it remembers the checkpoint it saw last, and takes only one to which the log goes on, cosigned as its policy demands.

What it refuses is kept as evidence and told: with every state, and on the kiosk's own screen, for the collector may keep it to itself. Nothing of it
is believed, and whoever presses a button is thanked and counted as always. Nobody is asked: a kiosk cannot know which of two histories is the
true one, only that there are two.
"""

import base64
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from survey.log.checkpoint import Checkpoint, SignedCheckpoint
from survey.log.following import Believed, follow
from survey.log.note import ED25519, Check, VerifierKey, signatures_of
from survey.log.spoken import spoken
from survey.log.witnessing import Answer
from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.record.record import canonical
from survey.wire.log_news import LogNews, unpack_log_news
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)


class LogSeen(NamedTuple):
    """How far the kiosk has seen the log, for its state."""

    size: int = 0
    root: str = ""
    """Hexadecimal."""
    fork: bool = False
    """Whether it was ever shown another history."""
    origin: str = ""
    refused: str = ""
    """Why the news that came last are not followed: `uncosigned` or `other_log`; empty where they are."""
    policy: int = -1
    """The leaf that says whom it demands cosignatures of; -1: its enrolment did."""
    signature: str = ""
    """The log's own, over that checkpoint."""

    def to_status(self) -> dict[str, object]:
        """Give what the kiosk's screens need of it; nothing where nothing was seen."""
        if not (self.size or self.fork or self.refused):
            return {}
        return {
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "signature": self.signature,
            "words": spoken(bytes.fromhex(self.root)),
            "alarm": "fork" if self.fork else self.refused,
        }


class LogFiles(NamedTuple):
    """Where it is kept."""

    seen: Path
    fork: Path
    uncosigned: Path
    other_log: Path
    policy: Path
    carried: tuple[Path, ...] = ()
    """News that came by a stick, as they came."""


class LogInbox:
    """Keeps the newest checkpoint that goes on from the one before. One thread uses it."""

    def __init__(
        self,
        files: LogFiles,
        *,
        kiosk: str,
        collector_key: bytes,
        verify: Verify,
        check: Check,
        disk: Disk = REAL_DISK,
    ) -> None:
        self._files = files
        self._kiosk = kiosk
        self._key = collector_key
        self._verify = verify
        self._check = check
        self._disk = disk
        self._kept = _content(files.seen)
        kept = self._read(self._kept) if self._kept else None
        self._checkpoint: SignedCheckpoint | None = kept.heard.offer.checkpoint if kept is not None else None
        self._believed = read_believed(files.policy)
        self._carried: dict[Path, bytes] = {}

    @property
    def seen(self) -> LogSeen:
        """How far the log was seen."""
        seen, signature = self._seen, b""
        if self._checkpoint is not None and seen is not None:
            own = VerifierKey(seen.origin, ED25519, self._key)
            signature = next(iter(signatures_of(self._checkpoint.note, own)), b"")
        return LogSeen(
            seen.size if seen is not None else 0,
            seen.root.hex() if seen is not None else "",
            self._files.fork.exists(),
            seen.origin if seen is not None else "",
            next((answer.value for answer, path in self._refused.items() if path.exists()), ""),
            self._believed.number,
            base64.b64encode(signature).decode(),
        )

    @property
    def _seen(self) -> Checkpoint | None:
        return self._checkpoint.point if self._checkpoint is not None else None

    @property
    def _refused(self) -> Mapping[Answer, Path]:
        """Where news are kept that are refused and show no fork; there are some for as long as nothing better came."""
        return {Answer.UNCOSIGNED: self._files.uncosigned, Answer.OTHER_LOG: self._files.other_log}

    def look_at_carried(self) -> None:
        """Take what a stick brought, each file once."""
        for path in self._files.carried:
            payload = _content(path)
            if payload and self._carried.get(path) != payload:
                self._carried[path] = payload
                self.take(payload)

    def take(self, payload: bytes) -> Answer | None:
        """Take what the collector says of its log; gives what it is, None where it cannot be read."""
        news = self._read(payload)
        if news is None:
            return None
        answer, believed = follow(self._seen, self._believed, news.heard, key=self._key, check=self._check)
        if answer is Answer.FORK:
            log.error(
                "FORK: the log of the collector is not the one that was seen before; see %s", self._files.fork
            )
            self._store(self._files.fork, payload)
        elif answer in self._refused:
            log.error("the log of the collector is not followed: %s", answer.value)
            if payload != _content(self._refused[answer]):  # it comes again with every connection
                self._store(self._refused[answer], payload)
        elif answer in (Answer.GOES_ON, Answer.SAME):
            self._go_on(news, payload, believed)
        else:
            log.info("a checkpoint of the log is left aside: %s", answer.value)
        return answer

    def _go_on(self, news: LogNews, payload: bytes, believed: Believed) -> None:
        # The policy first: cut off between the two, the same news come again and change nothing.
        if believed != self._believed and self._store(self._files.policy, believed_bytes(believed)):
            log.info("cosignatures are demanded as leaf %d says", believed.number)
            self._believed = believed
        # The same one comes again with every connection: a memory card is not written for that.
        if payload != self._kept and self._store(self._files.seen, payload):
            self._checkpoint, self._kept = news.heard.offer.checkpoint, payload
        for path in self._refused.values():
            path.unlink(missing_ok=True)

    def _store(self, path: Path, payload: bytes) -> bool:
        try:
            replace_file(path, payload, disk=self._disk)
        except OSError as error:
            log.warning("the log's checkpoint cannot be kept: %s", error)
            return False
        return True

    def _read(self, payload: bytes) -> LogNews | None:
        try:
            news = unpack_log_news(payload, self._verify)
        except Malformed as refusal:
            log.warning("news of the log are refused: %s", refusal)
            return None
        return news if news.kiosk == self._kiosk else None


def believed_bytes(believed: Believed) -> bytes:
    """Give a kiosk's policy as it is kept."""
    return canonical({"number": believed.number, "origin": believed.origin, "policy": believed.text})


def read_believed(path: Path) -> Believed:
    """Read the policy that a kiosk keeps; one that was given none demands nobody.

    A damaged file is a policy that nobody can meet, for else it would be weakened by damaging it.
    """
    content = _content(path)
    if not content:
        return Believed()
    try:
        fields = json.loads(content)
        found = Believed(str(fields["policy"]), int(fields["number"]), str(fields["origin"]))
        found.policy()
    except (ValueError, KeyError, TypeError, Malformed):
        log.exception("the policy in %s is damaged: nothing of the log is followed", path)
        return Believed("")
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
