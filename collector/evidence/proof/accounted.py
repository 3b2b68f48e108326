"""Whether all is accounted for that travels beside records: held, destroyed at its date, declared lost, or never come."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from collector.evidence.intake.named import is_declared_lost
from survey.record.chain import Verify


class State(StrEnum):
    """What has become of an attachment; the collector's word but for a loss, which its kiosk has signed."""

    HELD = "held"
    DESTROYED = "destroyed"
    LOST = "lost"
    NEVER = "never"


class Told(NamedTuple):
    """What is said of one attachment."""

    state: State
    signature: bytes = b""
    """The kiosk's, for a loss."""


@dataclass(frozen=True, slots=True)
class AttachmentCounts:
    """What has become of the attachments that a stream's records name."""

    named: int
    held: int
    destroyed: int
    """Emptied when their time had come; the digest in the record stays as proof."""
    lost: int
    """By the kiosk's own signed word."""
    never: tuple[tuple[int, str], ...]
    """`(record, name)` of those that are not here, and nobody has declared why."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing that nobody accounts for."""
        return not self.never


def account(
    named: Iterable[tuple[int, Mapping[str, str]]],
    told: Mapping[tuple[int, str], Told],
    *,
    uid: str,
    verify: Verify,
) -> AttachmentCounts:
    """Count what records name against what is said of it; a loss that the kiosk has not signed is none."""
    numbers: Counter[State] = Counter()
    never: list[tuple[int, str]] = []
    for seq, digests in named:
        for name, digest in digests.items():
            state, signature = told.get((seq, name), Told(State.NEVER))
            if state is State.LOST and not is_declared_lost(
                signature, stream=uid, seq=seq, name=name, digest=digest, verify=verify
            ):
                state = State.NEVER
            numbers[state] += 1
            never += [(seq, name)] if state is State.NEVER else []
    return AttachmentCounts(
        named=numbers.total(),
        held=numbers[State.HELD],
        destroyed=numbers[State.DESTROYED],
        lost=numbers[State.LOST],
        never=tuple(never),
    )
