"""The leaves of the collector's log: facts as canonical JSON, and threads through them.

A leaf that concerns a unit says under `of` that it is the unit's first, second, … and which leaf was the one before. So whoever is shown a unit's
newest leaf can ask for every earlier one and notices one that is missing, without reading the log; and whoever reads the log notices a number that was given twice.

Nothing here tells what anybody answered, nor how many came: a kiosk's head is a commitment with a salt of its own each night.
"""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.record.record import canonical, parse_object

MAX_LEAF_BYTES = 4_096
SALT_BYTES = 16
BEGIN = "begin"
"""The first leaf of a log: which log it goes on from, if any."""
ENROL, REVOKE, ASSIGN, HEAD = "enrol", "revoke", "assign", "head"
RELEASE, WITHDRAW, POLICY, RULES, INSTRUMENT = "release", "withdraw", "policy", "rules", "instrument"
DESTROY, STREAM = "destroy", "stream"
BEGUN = "begun"
"""That something came from a kiosk: the stream it writes, from its first record on. Who deletes it later cannot say that there was none."""
WITNESSES = "witnesses"
"""Whom everybody is to demand cosignatures of from here on."""
CARD = "card"
"""A card for a test visit, before the visit: nobody without it can tell for which kiosk it is."""
WROTE = "wrote"
"""A digest of what an auditor wrote down: neither the auditor nor the operator says something else afterwards."""
TESTED = "tested"
"""That a card was used, and by which declaration a visit is counted no more."""
KINDS = (
    BEGIN, ENROL, REVOKE, ASSIGN, HEAD, RELEASE, WITHDRAW, POLICY, RULES, INSTRUMENT, DESTROY, STREAM, WITNESSES,
    CARD, WROTE, TESTED, BEGUN,
)  # fmt: skip
NO_STREAM = "0" * 32
"""The stream of a kiosk of which nothing came."""
_HEAD_PREFIX, _STATE_PREFIX = b"ikm-log-head-1\x00", b"ikm-log-state-1\x00"


class Place(NamedTuple):
    """Where a leaf stands in a unit's thread."""

    nth: int
    """1 for the unit's first leaf."""
    before: int
    """The number in the log of the one before; -1 where there is none."""


class Leaf(NamedTuple):
    """A fact."""

    kind: str
    logged_ms: int
    """When it was written into the log."""
    body: Mapping[str, object]
    of: Mapping[str, Place]
    """Unit → its place in that unit's thread."""

    def to_bytes(self) -> bytes:
        """Give the entry of the log."""
        said: dict[str, object] = {"t": self.kind, "logged_ms": self.logged_ms, **self.body}
        if self.of:
            said["of"] = {code: [place.nth, place.before] for code, place in sorted(self.of.items())}
        return canonical(said)


def read_leaf(entry: bytes) -> Leaf:
    """Read an entry of the log.

    Raises:
        Malformed: it is none (`leaf`, `leaf_json`, `leaf_size`).
    """
    fields = parse_object(entry, what="leaf", limit=MAX_LEAF_BYTES)
    kind, logged_ms, of = fields.pop("t", None), fields.pop("logged_ms", None), fields.pop("of", {})
    if not isinstance(kind, str) or not _is_whole(logged_ms) or not isinstance(of, dict):
        raise Malformed("leaf", "a leaf says what it is and when it was logged")
    return Leaf(kind, logged_ms, fields, {code: _place(place) for code, place in of.items()})  # type: ignore[arg-type]


class OpenHead(NamedTuple):
    """What a head's leaf commits to: how far a kiosk's stream was held on a night."""

    day: str
    kiosk: str
    stream: str
    seq: int
    link: bytes
    salt: bytes

    @property
    def state(self) -> str:
        """How far the stream was held, in hexadecimal: two nights are compared by it, and nobody without the records learns a number from it."""
        return hashlib.sha256(_STATE_PREFIX + self.link + f"{self.seq}".encode()).hexdigest()

    def commitment(self) -> str:
        """Give what the leaf says: hexadecimal, so that nobody takes it for a link."""
        return commitment_of(self.day, self.kiosk, self.stream, self.state, self.salt)


def commitment_of(day: str, kiosk: str, stream: str, state: str, salt: bytes) -> str:
    """Give what a head's leaf says; it opens to a stream and a state without telling how much was written."""
    content = canonical({"day": day, "kiosk": kiosk, "state": state, "stream": stream})
    return hashlib.sha256(_HEAD_PREFIX + salt + content).hexdigest()


def _place(value: object) -> Place:
    if not isinstance(value, list) or len(value) != 2 or not all(_is_whole(one, lowest=-1) for one in value):
        raise Malformed("leaf", "a leaf's place in a thread is its number there and the leaf before")
    return Place(value[0], value[1])


def _is_whole(value: object, *, lowest: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and lowest <= value < 2**53
