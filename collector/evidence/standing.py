"""Whether a stream counts, and which streams it says came before it.

A key has exactly one lineage: the first stream that came in under it, then streams whose first record names the ones before, of
which the nearest that has come in is the lineage's end and fits. Every other stream under the key is kept and not counted until a named administrator decides.
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
from survey.record.predecessors import CUT, DELETED, RESTORED, Predecessor
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
    """Nothing of it has come in: signed heads, and streams that name it, are all there is. No row of a stream has it."""


COUNTING = frozenset({StreamStanding.COUNTED, StreamStanding.ACCEPTED})
"""The standings of streams that an index is made of."""


class ToldPredecessor(NamedTuple):
    """A stream that another one says came before it."""

    uid: str
    seq: int
    """How far it had come, as far as the kiosk knew."""
    link: bytes
    """The link after that record."""
    why: str
    own_seq: int = 0
    """How far the card itself had come in it, where that is another history; 0 where it is not."""
    own_link: bytes = b""
    exact: bool = False
    """Whether the kiosk was certain that it had written nothing behind `seq`."""


ToldChain = tuple[ToldPredecessor, ...]
"""The streams before one, the nearest first: the one it follows, and those before that one of which nobody may have heard."""


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


def told_by(line: bytes | None, *, uid: str) -> ToldChain:
    """Give the predecessors that the first record of stream `uid`, or a later boot of it, names, the nearest first.

    Empty where it names none, or cannot be read, or names what cannot be: too many, one of them twice, or itself.
    """
    read = read_line(line) if line is not None else None
    body = read_body(read) if read is not None and read.kind == BOOT else None
    if body is None:
        return ()
    try:
        told = [_told(one) for one in Boot.from_body(body[1]).predecessors]
    except Malformed:
        return ()
    chain = tuple(one for one in told if one is not None and one.uid != uid)
    return chain if len(chain) == len(told) else ()


def _told(named: Predecessor) -> ToldPredecessor | None:
    link, own = _link(named.link), _link(named.own_link)
    if link is None or not STREAM_ID.fullmatch(named.stream):
        return None
    why = named.why if named.why in _REASONS else "?"
    if own is None:
        return ToldPredecessor(named.stream, named.seq, link, why, exact=named.exact)
    return ToldPredecessor(named.stream, named.seq, link, why, named.own_seq, own, named.exact)


def _link(text: str) -> bytes | None:
    try:
        link = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return link if len(link) == LINK_BYTES else None
