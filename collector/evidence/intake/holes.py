"""Records that the collector itself has lost: it was restored from a backup, and the kiosk had let go of them already.

The collector's own signed receipt proves that it once held them. On that proof the stream goes on behind the hole, which
stays named until the kiosk, which may have kept more than it had to, fills it. No writing happens here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from survey.record.chain import Verify, head_message, link_through
from survey.wire.messages import Batch


@dataclass(frozen=True, slots=True)
class Hole:
    """Records that are not held though later ones are, and the links around them."""

    first: int
    last: int
    before: bytes
    """The link before `first`."""
    after: bytes
    """The link after `last`."""
    receipt: bytes
    """The collector's own receipt for them, as the kiosk showed it."""
    noticed_ms: int = 0
    """When it was noticed; 0 for one that is noticed now."""


class Filling(NamedTuple):
    """What a batch brings for a hole."""

    first: int
    last: int
    before: bytes
    link: bytes
    left: tuple[Hole, ...]
    """What is still not held of the hole."""


def hole_in(holes: Sequence[Hole], batch: Batch) -> Hole | None:
    """Give a hole of which the batch holds records."""
    return next((hole for hole in holes if hole.first <= batch.last and batch.first <= hole.last), None)


def fill(hole: Hole, batch: Batch, *, uid: str, verify: Verify) -> Filling | None:
    """Give what a batch brings for a hole, or None where neither the chain nor the signature proves that it belongs there."""
    first, last = max(hole.first, batch.first), min(hole.last, batch.last)
    before = hole.before if first == hole.first else batch.prev
    if before is None:
        return None
    link = link_through(before, batch.lines[first - batch.first : last + 1 - batch.first])
    if last == hole.last:
        proven = link == hole.after
    else:
        proven = verify(batch.signature, head_message(stream=uid, seq=last, link=link))
    if not proven:
        return None
    left = []
    if first > hole.first:
        left.append(replace(hole, last=first - 1, after=before))
    if last < hole.last:
        left.append(replace(hole, first=last + 1, before=link))
    return Filling(first, last, before, link, tuple(left))
