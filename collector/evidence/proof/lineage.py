"""Whether the streams of each key are one life: the same answer for an audit and for a bundle, from the records alone.

What the collector decided when a stream was opened is not believed: it is compared with what the streams' own first records
say of the streams before them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    """What says which stream it follows: its first record, or where that is lost a later boot."""
    through: int
    heard: int
    """The furthest record that a head vouches for."""
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
    before: dict[str, str] = field(default_factory=dict)
    """The stream that each one follows, where it follows one."""

    def in_order(self, uids: Iterable[str]) -> list[str]:
        """Give streams so that each comes after the one it follows."""
        ordered: list[str] = []
        waiting = list(uids)
        known = set(waiting)
        while waiting:
            ready = [
                uid for uid in waiting if self.before.get(uid) not in known or self.before[uid] in ordered
            ]
            ordered += ready or waiting
            waiting = [uid for uid in waiting if uid not in ordered]
        return ordered


def examine(lives: Sequence[Life]) -> Lineages:
    """Look at all streams of some kiosks, in the order in which they were opened."""
    found = Lineages()
    keys: dict[bytes, list[Life]] = defaultdict(list)
    for life in lives:
        keys[life.key].append(life)
    for streams in keys.values():
        _one_key(streams, found)
    return found


def _one_key(lives: Sequence[Life], found: Lineages) -> None:
    for life in lives:
        found.remarks[life.uid] += _of_standing(life)
    streams = [life for life in lives if life.standing is not StreamStanding.AWAITED]
    held = {life.uid: life for life in streams}
    told = {life.uid: told_by(life.first_line) for life in streams}
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


def _of_standing(life: Life) -> list[Remark]:
    """Say how a stream stands, where that is not the usual."""
    decided = {"who": life.decided_by, "why": life.decided_why}
    match life.standing:
        case StreamStanding.FOREIGN:
            return [remark(RemarkCode.FOREIGN_STREAM, records=life.through)]
        case StreamStanding.ACCEPTED:
            return [remark(RemarkCode.STREAM_ACCEPTED, **decided)]
        case StreamStanding.REFUSED:
            return [remark(RemarkCode.STREAM_REFUSED, **decided)]
        case StreamStanding.AWAITED:
            return [remark(RemarkCode.NONE_RECEIVED, records=life.heard)]
        case StreamStanding.COUNTED:
            return []


def _joint(old: Life, new: Life, told: ToldPredecessor, found: Lineages) -> None:
    """Say what there is to say where one stream goes on from another."""
    found.before[new.uid] = old.uid
    values = {"stream": told.uid[:8], "seq": told.seq, "why": told.why}
    found.remarks[new.uid].append(remark(RemarkCode.FOLLOWS, **values))
    found.claims[old.uid].append(Claim(told.seq, told.link, Finding.FORKED))
    if told.own_seq:
        found.claims[old.uid].append(Claim(told.own_seq, told.own_link, Finding.FORKED))
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
