"""Whether the streams of each key are one life: the same answer for an audit and for a bundle, from the records alone.

What the collector decided when a stream was opened is not believed: it is compared with what the streams' own first records
say of the streams before them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collector.evidence.proof.remarks import Remark, RemarkCode, remark
from collector.evidence.standing import COUNTING, StreamStanding, ToldPredecessor, told_by
from survey.record.verdict import Claim, Finding


@dataclass(frozen=True, slots=True)
class Life:
    """A stream, as far as its lineage is concerned."""

    uid: str
    key: bytes
    """The public key it is signed with."""
    standing: StreamStanding
    decided_by: str
    decided_why: str
    first_line: bytes | None
    through: int
    arrivals: Sequence[tuple[int, int, int]]
    """`(first, count, received_ms)` of its batches, in the order of the records."""

    @property
    def begun_ms(self) -> int:
        """When its first records came in."""
        return self.arrivals[0][2] if self.arrivals else 0


@dataclass(slots=True)
class Lineages:
    """What comes of looking at all streams of some kiosks."""

    remarks: dict[str, list[Remark]] = field(default_factory=lambda: defaultdict(list))
    """By stream."""
    claims: dict[str, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    """What a stream's followers say of it, under the kiosk's signature: how far it had come."""


def examine(lives: Sequence[Life]) -> Lineages:
    """Look at all streams of some kiosks, in the order in which they were opened."""
    found = Lineages()
    keys: dict[bytes, list[Life]] = defaultdict(list)
    for life in lives:
        keys[life.key].append(life)
    for streams in keys.values():
        _one_key(streams, found)
    return found


def _one_key(streams: Sequence[Life], found: Lineages) -> None:
    held = {life.uid: life for life in streams}
    told = {life.uid: told_by(life.first_line) for life in streams}
    for life in streams:
        if life.standing is StreamStanding.FOREIGN:
            found.remarks[life.uid].append(remark(RemarkCode.FOREIGN_STREAM, records=life.through))
        elif life.standing is not StreamStanding.COUNTED:
            code = (
                RemarkCode.STREAM_ACCEPTED
                if life.standing is StreamStanding.ACCEPTED
                else RemarkCode.STREAM_REFUSED
            )
            found.remarks[life.uid].append(remark(code, who=life.decided_by, why=life.decided_why))
    counting = [life for life in streams if life.standing in COUNTING]
    followed: set[str] = set()
    begins = 0
    for life in counting:
        before = told[life.uid]
        if before is None or before.uid not in held:
            # It begins a lineage; only one may, and those that somebody let in by name.
            begins += life.standing is StreamStanding.COUNTED
            if begins > 1 and life.standing is StreamStanding.COUNTED:
                found.remarks[life.uid].append(remark(RemarkCode.FOREIGN_COUNTED, records=life.through))
            elif before is not None:
                values = {"stream": before.uid[:8], "seq": before.seq}
                found.remarks[life.uid].append(remark(RemarkCode.PREDECESSOR_NEVER_CAME, **values))
            continue
        twice = before.uid in followed or held[before.uid].standing not in COUNTING
        if twice and life.standing is StreamStanding.COUNTED:
            found.remarks[life.uid].append(remark(RemarkCode.FOREIGN_COUNTED, records=life.through))
            continue
        followed.add(before.uid)
        _joint(held[before.uid], life, before, found)


def _joint(old: Life, new: Life, told: ToldPredecessor, found: Lineages) -> None:
    """Say what there is to say where one stream goes on from another."""
    values = {"stream": told.uid[:8], "seq": told.seq, "why": told.why}
    found.remarks[new.uid].append(remark(RemarkCode.FOLLOWS, **values))
    found.claims[old.uid].append(Claim(told.seq, told.link, Finding.FORKED))
    later = _came_later(old.arrivals, beyond=told.seq, after_ms=new.begun_ms)
    if later:
        found.remarks[old.uid].append(remark(RemarkCode.OUTLIVED, stream=new.uid[:8], records=later))
    beyond = old.through - told.seq - later
    if beyond > 0:
        found.remarks[old.uid].append(remark(RemarkCode.GOES_BACK, stream=new.uid[:8], records=beyond))


def _came_later(arrivals: Sequence[tuple[int, int, int]], *, beyond: int, after_ms: int) -> int:
    """Count the records beyond a number that came in after a moment."""
    return sum(
        max(0, first + count - 1 - max(beyond, first - 1))
        for first, count, received_ms in arrivals
        if received_ms > after_ms
    )


def remarks_of(found: Mapping[str, Sequence[Remark]], uid: str) -> tuple[Remark, ...]:
    """Give what is said of one stream."""
    return tuple(found.get(uid, ()))
