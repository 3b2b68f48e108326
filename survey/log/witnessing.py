"""What a witness does (c2sp.org/tlog-witness): it remembers how far it saw a log, demands that the log goes on from there, and cosigns.

The same decision for a small server, for a stick that is carried there and back, and for a kiosk, which remembers and does not sign.
"""

import base64
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from survey.log.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint, whole
from survey.log.note import Check, VerifierKey, is_signed
from survey.log.proof import read_hashes
from survey.log.tree import is_consistent
from survey.record.errors import Malformed

MAX_REQUEST_BYTES = 64 * 1024


class Offer(NamedTuple):
    """A checkpoint, and the proof that the log goes on from an older one of `old` leaves."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: SignedCheckpoint

    def text(self) -> str:
        """Give the body of a request."""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.hashes)
        return f"old {self.old}\n{hashes}\n{self.checkpoint.note.message()}"


class Answer(Enum):
    """What a witness says to an offer."""

    GOES_ON = "goes_on"
    """It is new, and goes on from what was seen last."""
    SAME = "same"
    """It is what was seen last."""
    UNSIGNED = "unsigned"
    """The log did not sign it."""
    OTHER_LOG = "other_log"
    OLDER = "older"
    """It says less than was seen already: nobody has to be lying, but nothing is learnt."""
    OTHER_PLACE = "other_place"
    """The proof goes on from another size than what was seen last."""
    UNCOSIGNED = "uncosigned"
    """It goes on, and those have not cosigned it whom a kiosk's policy names; only a kiosk says so."""
    FORK = "fork"
    """Signed by the log, and not what it signed before goes on to: it shows two histories."""


def read_offer(body: bytes) -> Offer:
    """Read an offer.

    Raises:
        Malformed: it is none (`offer`), or what is in it is none (`log_proof`, `note`, `checkpoint`).
    """
    if len(body) > MAX_REQUEST_BYTES:
        raise Malformed("offer", f"an offer has at most {MAX_REQUEST_BYTES} bytes")
    head, gap, rest = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("offer", "an offer's head is plain text") from error
    old = whole(first.removeprefix("old ")) if first.startswith("old ") else None
    if old is None or not gap:
        raise Malformed("offer", "an offer begins with the size it goes on from")
    return Offer(old, read_hashes(lines), read_checkpoint(rest))


def judge(seen: Checkpoint | None, offer: Offer, *, keys: Iterable[VerifierKey], check: Check) -> Answer:
    """Say what an offer is to somebody who has seen `seen` last; `keys` are those that the log is known by."""
    point = offer.checkpoint.point
    own = [key for key in keys if key.name == point.origin]
    if not own or (seen is not None and seen.origin != point.origin):
        return Answer.OTHER_LOG
    if not is_signed(offer.checkpoint.note, own, check):
        return Answer.UNSIGNED
    if seen is None or seen.size == 0:
        return Answer.GOES_ON if offer.old == 0 and not offer.hashes else Answer.OTHER_PLACE
    return _beside(seen, offer)


def _beside(seen: Checkpoint, offer: Offer) -> Answer:
    point = offer.checkpoint.point
    if point.size < seen.size:
        return Answer.OLDER
    if point.size == seen.size:
        return Answer.SAME if point.root == seen.root else Answer.FORK
    if offer.old != seen.size:
        return Answer.OTHER_PLACE
    goes_on = is_consistent(seen.size, seen.root, size=point.size, root=point.root, hashes=offer.hashes)
    return Answer.GOES_ON if goes_on else Answer.FORK
