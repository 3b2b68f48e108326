"""Whether a stream counts, and which stream it says it follows.

A key has exactly one lineage: the first stream that came in under it, then streams whose first record names the one before
and fits it. Every other stream under the key is kept and not counted until a named administrator decides.
"""

import base64
import binascii
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from collector.evidence.intake.lines import read_body, read_line
from survey.record.bodies import Boot
from survey.record.chain import LINK_BYTES, stated_link
from survey.record.errors import Malformed
from survey.record.predecessors import CUT, DELETED, RESTORED
from survey.record.record import BOOT
from survey.wire.messages import STREAM_ID

_REASONS = (RESTORED, DELETED, CUT)


class StreamStanding(StrEnum):
    """What a stream is to the index."""

    COUNTED = "counted"
    """It belongs to the lineage of its key."""
    FOREIGN = "foreign"
    """It does not fit the lineage of its key: kept, and not counted until somebody decides."""
    ACCEPTED = "accepted"
    """It did not fit, and an administrator decided that it counts."""
    REFUSED = "refused"
    """It did not fit, and an administrator decided that it does not count."""
    AWAITED = "awaited"
    """Nothing of it has come in: a signed head is all there is. No row of a stream has it."""


COUNTING = frozenset({StreamStanding.COUNTED, StreamStanding.ACCEPTED})
"""The standings of streams that an index is made of."""


class ToldPredecessor(NamedTuple):
    """The stream that another one says it follows."""

    uid: str
    seq: int
    """How far it had come, as far as the kiosk knew."""
    link: bytes
    """The link after that record."""
    why: str
    own_seq: int = 0
    """How far the card itself had come in it, where that is another history; 0 where it is not."""
    own_link: bytes = b""


def naming_line(numbered: Iterable[tuple[int, bytes]]) -> bytes | None:
    """Give the record that says which stream a stream follows, of `(number, line)` from the first that is held on.

    That is its first record. Where that one is lost, every later boot says the same.
    """
    for seq, line in numbered:
        if seq == 1 and stated_link(line) is None:
            return line
        if (read := read_line(line)) is not None and read.kind == BOOT:
            return line
    return None


def told_by(line: bytes | None) -> ToldPredecessor | None:
    """Give the predecessor that a stream's first record, or a later boot, names; None where it names none, or cannot be read."""
    read = read_line(line) if line is not None else None
    body = read_body(read) if read is not None and read.kind == BOOT else None
    if body is None:
        return None
    try:
        chain = Boot.from_body(body[1]).predecessors
    except Malformed:
        return None
    if not chain or not STREAM_ID.fullmatch(chain[0].stream):
        return None
    before = chain[0]
    why = before.why if before.why in _REASONS else "?"
    link, own = _link(before.link), _link(before.own_link)
    if link is None:
        return None
    if own is None:
        return ToldPredecessor(before.stream, before.seq, link, why)
    return ToldPredecessor(before.stream, before.seq, link, why, before.own_seq, own)


def _link(text: str) -> bytes | None:
    try:
        link = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return link if len(link) == LINK_BYTES else None
