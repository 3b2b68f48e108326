"""The kiosk as a witness: it remembers the checkpoint it saw last, and takes only one to which the log goes on from there.

A fork is kept as evidence and told with every state; nothing of it is believed, and whoever presses a button is thanked and counted as always. Nobody is
asked: a kiosk cannot know which of two histories is the true one, only that there are two.
"""

import logging
from pathlib import Path
from typing import NamedTuple

from survey.log.checkpoint import Checkpoint
from survey.log.note import ED25519, Check, VerifierKey
from survey.log.witnessing import Answer, judge
from survey.record.chain import Verify
from survey.record.errors import Malformed
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


class LogInbox:
    """Keeps the newest checkpoint that goes on from the one before. One thread uses it."""

    def __init__(
        self,
        path: Path,
        fork: Path,
        *,
        kiosk: str,
        collector_key: bytes,
        verify: Verify,
        check: Check,
        disk: Disk = REAL_DISK,
    ) -> None:
        self._path = path
        self._fork = fork
        self._kiosk = kiosk
        self._key = collector_key
        self._verify = verify
        self._check = check
        self._disk = disk
        self._kept = path.read_bytes() if path.exists() else b""
        kept = self._read(self._kept) if self._kept else None
        self._seen: Checkpoint | None = kept.offer.checkpoint.point if kept is not None else None

    @property
    def seen(self) -> LogSeen:
        """How far the log was seen."""
        fork = self._fork.exists()
        return (
            LogSeen(self._seen.size, self._seen.root.hex(), fork)
            if self._seen is not None
            else LogSeen(fork=fork)
        )

    def take(self, payload: bytes) -> Answer | None:
        """Take what the collector says of its log; gives what it is, None where it cannot be read."""
        news = self._read(payload)
        if news is None:
            return None
        origin = news.offer.checkpoint.point.origin
        answer = judge(
            self._seen, news.offer, keys=[VerifierKey(origin, ED25519, self._key)], check=self._check
        )
        if answer is Answer.FORK:
            log.error(
                "FORK: the log of the collector is not the one that was seen before; see %s", self._fork
            )
            self._store(self._fork, payload)
        elif answer in (Answer.GOES_ON, Answer.SAME):
            # The same one comes again with every connection: a memory card is not written for that.
            if payload != self._kept and self._store(self._path, payload):
                self._seen, self._kept = news.offer.checkpoint.point, payload
        else:
            log.info("a checkpoint of the log is left aside: %s", answer.value)
        return answer

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
