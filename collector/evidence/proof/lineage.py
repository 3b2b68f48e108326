"""Whether the streams of each key are one life: the same answer for an audit and for a bundle, from the records alone.

What the collector decided when a stream was opened is not believed: it is compared with what the streams' own first records
say of the streams before them. A stream that those name and of which nothing is held is lost whole, as far as is known, and is
named and counted like any other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collector.evidence.proof.remarks import Remark, RemarkCode, remark
from collector.evidence.standing import COUNTING, StreamStanding, ToldChain, ToldPredecessor, told_by
from survey.record.findings import Finding
from survey.record.predecessors import MOST_PREDECESSORS
from survey.record.verdict import Claim

Spot = tuple[bytes, str]
"""A key and a stream under it: what one kiosk says of a stream is nothing to another kiosk's."""


@dataclass(frozen=True, slots=True)
class Life:
    """A stream, as far as its lineage is concerned."""

    kiosk: str
    uid: str
    key: bytes
    """The public key it is signed with."""
    standing: StreamStanding
    decided_by: str
    decided_why: str
    first_line: bytes | None
    """What says which streams came before it: its first record, or where that is lost a later boot."""
    through: int
    heard: int
    """The furthest record that a head vouches for."""
    arrivals: Sequence[tuple[int, int, int]]
    """`(first, count, received_ms)` of its batches, in the order of the records."""

    @property
    def begun_ms(self) -> int:
        """When its first records came in."""
        return self.arrivals[0][2] if self.arrivals else 0


@dataclass(frozen=True, slots=True)
class Unheard:
    """A stream of which nothing came in, not even a head: all there is are the streams that name it."""

    kiosk: str
    uid: str
    key: bytes


@dataclass(slots=True)
class Lineages:
    """What comes of looking at all streams of some kiosks."""

    remarks: dict[Spot, list[Remark]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[Spot, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    """What the streams that come after one say of it, under the kiosk's signature: how far it had come."""
    before: dict[str, str] = field(default_factory=dict)
    """The stream that each one goes on from, of those of which anything came in."""
    unheard: dict[Spot, Unheard] = field(default_factory=dict)
    """Each once, however many streams name it."""

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
        found.remarks[life.key, life.uid] += _of_standing(life)
        if life.through and life.first_line is None:
            found.remarks[life.key, life.uid].append(remark(RemarkCode.BEGINNING_LOST))
    told = {life.uid: told_by(life.first_line, uid=life.uid) for life in lives}
    held = {life.uid: life for life in lives if life.standing is not StreamStanding.AWAITED}
    joints = _joints(held, told, found)
    speaking = [held[uid] for uid in joints]
    begun_ms: dict[str, int] = {}
    for life in speaking:
        for one in told[life.uid]:
            begun_ms[one.uid] = min(life.begun_ms, begun_ms.get(one.uid, life.begun_ms))
            found.claims[life.key, one.uid] += _claims(one)
        for one in told[life.uid][:1]:
            found.remarks[life.key, life.uid].append(_follows(one))
    for life in speaking:
        if (near := joints[life.uid]) is not None:
            found.before[life.uid] = near.uid
            _joint(held[near.uid], life, near, begun_ms[near.uid], found)
    _name_what_never_came(lives, speaking, told, found)
    _name_uncertain_ends(speaking, told, found)


def _joints(
    held: Mapping[str, Life], told: Mapping[str, ToldChain], found: Lineages
) -> dict[str, ToldPredecessor | None]:
    """Give the streams that count rightly, each with the nearest held stream that it names; None where it begins a lineage.

    One that came in later and does not count is passed over, as it was when the stream was opened.
    """
    joints: dict[str, ToldPredecessor | None] = {}
    counting = {life.uid for life in held.values() if life.standing in COUNTING}
    opened: set[str] = set()
    followed: set[str] = set()
    begins = 0
    for life in held.values():
        near = next((one for one in told[life.uid] if one.uid in counting or one.uid in opened), None)
        opened.add(life.uid)
        if life.standing not in COUNTING:
            continue
        counted = life.standing is StreamStanding.COUNTED
        # One may begin a lineage, and those that somebody let in by name; and each is followed by one.
        begins += counted and near is None
        wrong = begins > 1 if near is None else near.uid in followed or near.uid not in counting
        if counted and wrong:
            found.remarks[life.key, life.uid].append(remark(RemarkCode.FOREIGN_COUNTED, records=life.through))
            continue
        # One that was let in by name stands beside the lineage, as when it was.
        if counted and near is not None:
            followed.add(near.uid)
        joints[life.uid] = near
    return joints


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
        case StreamStanding.AWAITED | StreamStanding.COUNTED:
            return []


def _claims(told: ToldPredecessor) -> list[Claim]:
    """Give what a stream vouches for of one before it."""
    claims = [Claim(told.seq, told.link, Finding.FORKED)]
    return [*claims, Claim(told.own_seq, told.own_link, Finding.FORKED)] if told.own_seq else claims


def _follows(told: ToldPredecessor) -> Remark:
    return remark(RemarkCode.FOLLOWS, stream=told.uid[:8], seq=told.seq, why=told.why)


def _joint(old: Life, new: Life, told: ToldPredecessor, taken_ms: int, found: Lineages) -> None:
    """Say what there is to say where one stream goes on from another; `taken_ms` is when any that names the other came in first."""
    later = _came_later(old.arrivals, beyond=told.seq, after_ms=taken_ms)
    if later:
        found.remarks[old.key, old.uid].append(remark(RemarkCode.OUTLIVED, stream=new.uid[:8], records=later))
    beyond = old.through - told.seq - later
    if beyond > 0:
        found.remarks[old.key, old.uid].append(
            remark(RemarkCode.GOES_BACK, stream=new.uid[:8], records=beyond)
        )


def _name_what_never_came(
    lives: Sequence[Life], speaking: Sequence[Life], told: Mapping[str, ToldChain], found: Lineages
) -> None:
    """Name the streams of which nothing is held, with how far they had come and whom they followed."""
    awaited = {life.uid: life for life in lives if life.standing is StreamStanding.AWAITED}
    known = {life.uid for life in lives}
    names: dict[str, Life] = dict(awaited)
    follows: dict[str, Remark] = {}
    for life in speaking:
        chain = told[life.uid]
        for place, one in enumerate(chain):
            if one.uid in awaited or one.uid not in known:
                names.setdefault(one.uid, life)
                # Of a full chain only the ends are certain: others may lie between its last two.
                if place + 1 < len(chain) and place + 2 != MOST_PREDECESSORS:
                    follows.setdefault(one.uid, _follows(chain[place + 1]))
    for uid, life in names.items():
        spot = life.key, uid
        heard = awaited[uid].heard if uid in awaited else 0
        records = max([heard, *(claim.seq for claim in found.claims[spot])])
        if not records:
            continue
        if uid not in awaited:
            found.unheard[spot] = Unheard(life.kiosk, uid, life.key)
        found.remarks[spot] += [follows[uid]] if uid in follows else []
        found.remarks[spot].append(remark(RemarkCode.NONE_RECEIVED, records=records))


def _name_uncertain_ends(speaking: Sequence[Life], told: Mapping[str, ToldChain], found: Lineages) -> None:
    """Name each stream once that may have gone on behind what a kiosk knew when it left it."""
    named: set[Spot] = set()
    for life in speaking:
        for one in told[life.uid]:
            if not one.exact and (life.key, one.uid) not in named:
                named.add((life.key, one.uid))
                said = remark(RemarkCode.UNCERTAIN_END, seq=one.seq, stream=life.uid[:8])
                found.remarks[life.key, one.uid].append(said)


def _came_later(arrivals: Sequence[tuple[int, int, int]], *, beyond: int, after_ms: int) -> int:
    """Count the records beyond a number that came in after a moment."""
    return sum(
        max(0, first + count - 1 - max(beyond, first - 1))
        for first, count, received_ms in arrivals
        if received_ms > after_ms
    )


def remarks_of(found: Mapping[Spot, Sequence[Remark]], spot: Spot) -> tuple[Remark, ...]:
    """Give what is said of one stream."""
    return tuple(found.get(spot, ()))
