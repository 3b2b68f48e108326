"""What a holder of the private keys does for others: the eight things it signs, the three it opens, the three it certifies.

Whoever can ask it can have nothing else done with the keys: a message that begins with none of our prefixes is not signed, and what
was sealed as one thing is not opened as another.
"""

from enum import Enum
from typing import NamedTuple

from survey.wire.ended import ENDED_PREFIX, MAX_ENDED_BYTES
from survey.wire.log_news import LOG_NEWS_PREFIX, MAX_LOG_NEWS_BYTES
from survey.wire.messages import RECEIPT_PREFIX, SETTINGS_PREFIX
from survey.wire.sealing import CARRIED, ROUTED, WRITTEN
from survey.wire.ticket_states import MAX_TICKETS_BYTES, TICKETS_PREFIX

BUNDLE_PREFIX = b"ikm-bundle-1\x00"
"""Before the manifest of an evidence bundle, where it is signed."""
VERDICT_PREFIX = b"ikm-verdict-1\x00"
"""Before a published verdict, where it is signed."""
LOG_PREFIX = b"ikm-log/"
"""Before a checkpoint of the log, where it is signed: the name of every log of ours begins with it, and a checkpoint with its log's name."""


class Signed(Enum):
    """What the signing key signs; a value is the prefix of the message."""

    RECEIPT = RECEIPT_PREFIX
    SETTINGS = SETTINGS_PREFIX
    TICKETS = TICKETS_PREFIX
    BUNDLE = BUNDLE_PREFIX
    VERDICT = VERDICT_PREFIX
    CHECKPOINT = LOG_PREFIX
    LOG_NEWS = LOG_NEWS_PREFIX
    ENDED = ENDED_PREFIX


MOST_BYTES = {
    Signed.RECEIPT: 2_048,
    Signed.SETTINGS: 1024 * 1024 + 64,
    Signed.TICKETS: MAX_TICKETS_BYTES + 64,
    Signed.BUNDLE: 4 * 1024 * 1024,
    Signed.VERDICT: 4 * 1024 * 1024,
    Signed.CHECKPOINT: 1_024,
    Signed.LOG_NEWS: MAX_LOG_NEWS_BYTES + 64,
    Signed.ENDED: MAX_ENDED_BYTES + 64,
}
"""So long a message may be, prefix included."""


class Sealed(Enum):
    """What the sealing keys open; a value is what the kiosk said that it is when it sealed it."""

    WRITTEN = WRITTEN
    ROUTED = ROUTED
    CARRIED = CARRIED


class Use(Enum):
    """What a certificate of our authority is for."""

    KIOSK = "kiosk"
    """A kiosk at the broker; its name decides its topics."""
    SERVER = "server"
    """The broker, or the proxy before the pages."""
    LISTENER = "listener"
    """The collector itself at the broker, which lets it read and write every topic."""


COLLECTOR = "collector"
"""The name by which the broker knows the collector itself; no kiosk can have it."""


class EndedCertificate(NamedTuple):
    """A certificate of our authority that is not to be believed any more."""

    serial: int
    ended_s: int
    """Since when, in seconds since 1970."""


class Errand(NamedTuple):
    """For whom something is opened, certified or changed, and why: it is noted, and never left out."""

    account: str
    """1-150 characters."""
    why: str
    """1-300 characters."""


def kind_of(message: bytes) -> Signed | None:
    """Give what a message to be signed is, by its prefix; None for what we never sign, or is longer than any of it."""
    found = next((kind for kind in Signed if message.startswith(kind.value)), None)
    return found if found is not None and len(message) <= MOST_BYTES[found] else None
