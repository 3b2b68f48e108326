"""What a kiosk believes of the collector's log: it follows what goes on from all it saw, cosigned as its own policy demands, and nothing else.

The policy came with the enrolment. It changes in one way only: the change stands in the log, in a checkpoint that those have cosigned who had to until
then. So the operator can weaken it for nobody in secret: its witnesses have signed the leaf that says so, and everybody can read it.

A second log, of a collector that was restored, is followed where its first leaf names a checkpoint of the first one that the kiosk has seen, or one to which
what it has seen goes on.
"""

from collections.abc import Callable
from typing import NamedTuple

from survey.log.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint
from survey.log.facts import BEGIN, WITNESSES, read_leaf
from survey.log.note import ED25519, Check, VerifierKey, is_signed
from survey.log.policy import NOBODY, Policy, read_policy
from survey.log.tree import is_consistent, is_included, leaf_hash
from survey.log.witnessing import Answer, Offer, judge
from survey.record.errors import Malformed

ANYBODY = f"quorum {NOBODY}\n"
"""The policy of a kiosk that was given none: it remembers, and demands nobody's cosignature."""
AT_ENROLMENT = -1
"""In the place of a leaf's number: the policy came with the enrolment."""


class Believed(NamedTuple):
    """Whom a kiosk demands cosignatures of."""

    text: str = ANYBODY
    number: int = AT_ENROLMENT
    """The leaf that says so."""
    origin: str = ""
    """The log in which that leaf stands."""

    def policy(self) -> Policy:
        """Read it."""
        return read_policy(self.text)


class Proven(NamedTuple):
    """A leaf, and what shows that it is in the checkpoint that it came with."""

    number: int
    entry: bytes
    hashes: tuple[bytes, ...]

    def is_in(self, point: Checkpoint) -> bool:
        """Tell whether it is."""
        return is_included(
            leaf_hash(self.entry), self.number, size=point.size, root=point.root, hashes=self.hashes
        )


class Heard(NamedTuple):
    """What a kiosk is told at once."""

    offer: Offer
    change: Proven | None = None
    """The leaf that says whom to demand cosignatures of from now on."""
    first: Proven | None = None
    """The first leaf of a log that goes on from another one."""
    before: tuple[bytes, ...] = ()
    """What shows that the checkpoint which that leaf names goes on from what the kiosk has seen."""


class Followed(NamedTuple):
    """What became of it."""

    answer: Answer
    believed: Believed


def follow(
    seen: Checkpoint | None, believed: Believed, heard: Heard, *, key: bytes, check: Check
) -> Followed:
    """Judge what a kiosk is told; `key` is the collector's, which signs each of its logs."""
    signed = heard.offer.checkpoint
    point = signed.point

    def is_own(one: SignedCheckpoint) -> bool:
        return is_signed(one.note, [VerifierKey(one.point.origin, ED25519, key)], check)

    if seen is not None and seen.origin != point.origin:
        answer = Answer.UNSIGNED if not is_own(signed) else _second(seen, heard, is_own)
    else:
        own = VerifierKey(point.origin, ED25519, key)
        answer = judge(seen, heard.offer, keys=[own], check=check)
    if answer is not Answer.GOES_ON:
        return Followed(answer, believed)
    if not _is_witnessed(believed, signed, check):
        return Followed(Answer.UNCOSIGNED, believed)
    return Followed(answer, _changed(believed, heard.change, point) or believed)


def _is_witnessed(believed: Believed, signed: SignedCheckpoint, check: Check) -> bool:
    """Tell whether a kiosk's policy is met; one that was damaged is met by nobody, for else damaging it would weaken it."""
    try:
        return believed.policy().judge(signed.note, check).is_witnessed
    except Malformed:
        return False


def _second(seen: Checkpoint, heard: Heard, is_own: Callable[[SignedCheckpoint], bool]) -> Answer:
    """Say whether another log is the one that goes on from the log that was seen."""
    point, first = heard.offer.checkpoint.point, heard.first
    if first is None or first.number != 0 or not first.is_in(point):
        return Answer.OTHER_LOG
    try:
        leaf = read_leaf(first.entry)
        after = read_checkpoint(str(leaf.body.get("after", "")).encode())
    except Malformed:
        return Answer.OTHER_LOG
    named = after.point
    if leaf.kind != BEGIN or leaf.body.get("origin") != point.origin or named.origin != seen.origin:
        return Answer.OTHER_LOG
    if not is_own(after):
        return Answer.OTHER_LOG
    if named.size == seen.size:
        return Answer.GOES_ON if named.root == seen.root else Answer.FORK
    goes_on = is_consistent(seen.size, seen.root, size=named.size, root=named.root, hashes=heard.before)
    return Answer.GOES_ON if goes_on else Answer.OTHER_LOG


def _changed(believed: Believed, change: Proven | None, point: Checkpoint) -> Believed | None:
    """Give whom the log says to demand from now on; None where it says nothing newer."""
    if change is None or not change.is_in(point):
        return None
    if believed.origin == point.origin and change.number <= believed.number:
        return None  # the log says what it said once, and has changed since
    try:
        leaf = read_leaf(change.entry)
        found = Believed(str(leaf.body.get("policy", "")), change.number, point.origin)
        found.policy()
    except Malformed:
        return None
    return found if leaf.kind == WITNESSES else None
