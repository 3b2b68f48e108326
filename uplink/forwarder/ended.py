"""The collector's last word: this kiosk's key has ended. From then on it is tried rarely, and nothing that is kept here is let go of.

The word is believed by the collector's signature and our own key in it, whichever road it came by. It is taken back by one thing alone: a
receipt that the collector signed ten minutes later or more, as one does whose data was set back to before the end.
"""

import logging
from pathlib import Path

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.wire.ended import unpack_ended
from uplink.forwarder.inbox import Inbox
from uplink.forwarder.log_inbox import LogInbox
from uplink.journal.enrolment import Enrolment, ended_ms
from uplink.journal.home import KioskHome
from uplink.journal.segments.files import replace_file

REST_SECONDS = 3_600.0
TRY_SECONDS = 120.0
"""Enough to come from the one road to the other."""
_SLACK_MS = 600_000
"""A receipt for what came in just before the end may be signed just after it."""

log = logging.getLogger(__name__)


class EndedInbox:
    """Keeps the word, and says when the collector is tried all the same."""

    def __init__(self, home: Path, enrolment: Enrolment, *, verify: Verify) -> None:
        self._home = home
        self._enrolment = enrolment
        self._verify = verify
        self._at_ms = ended_ms(home, enrolment)
        self._since = float("-inf")

    def take(self, payload: bytes) -> bool:
        """Keep the word if it is the collector's and means us; tells whether it was kept."""
        try:
            word = unpack_ended(payload, self._verify)
        except Malformed as refusal:
            log.warning("a word on ended keys is refused: %s", refusal)
            return False
        if word.kiosk != self._enrolment.kiosk or self._enrolment.public_key not in word.keys or self._at_ms:
            return False
        try:
            replace_file(KioskHome(self._home).ended, payload)
        except OSError as error:
            log.warning("that this kiosk's key has ended cannot be kept: %s", error)
            return False
        self._at_ms = max(1, word.at)
        log.warning("the collector has ended this kiosk's key: everything is kept, and tried rarely")
        return True

    @property
    def has_come(self) -> bool:
        """Whether our key has ended."""
        return self._at_ms > 0

    def lets_try(self, now: float) -> bool:
        """Tell whether the collector is tried now: always before the word came, two minutes an hour afterwards."""
        if not self._at_ms:
            return True
        if self._since == float("-inf"):
            self._since = now - TRY_SECONDS
        return (now - self._since) % (REST_SECONDS + TRY_SECONDS) < TRY_SECONDS

    def heard(self, collector_at_ms: int) -> None:
        """Take the word back where the collector has signed a receipt since."""
        if not self._at_ms or collector_at_ms <= self._at_ms + _SLACK_MS:
            return
        try:
            KioskHome(self._home).ended.unlink(missing_ok=True)
        except OSError as error:
            log.warning("that this kiosk's key is good again cannot be kept: %s", error)
            return
        self._at_ms, self._since = 0, float("-inf")
        log.warning("the collector takes this kiosk's records again")


AnyInbox = Inbox | LogInbox | EndedInbox
"""Whatever keeps what the collector has signed for this kiosk."""
