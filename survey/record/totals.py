"""Running totals over a stream: the same count on the kiosk that tells them and at whoever checks what it told.

They follow from the stream's records alone, one after the other, tallies included: so a restart, another machine and an auditor come to the
same numbers. Kept is what is cheap: counts by value, one secret a part, and one digest for each response of the month.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping

from survey.record.answer_set import LEAF_BYTES, leaf_of, leaf_salt, root_of, salt_of
from survey.record.bodies import Alive, Carried
from survey.record.errors import Malformed
from survey.record.record import ALIVE, CARRIED, RESPONSE, TALLY, decode
from survey.record.response import Response
from survey.record.tally import (
    MAX_PARTS,
    REST,
    SALT_BYTES,
    VISITS,
    Opening,
    TallyTold,
    part_of,
)

COUNTED = frozenset({RESPONSE, CARRIED, ALIVE, TALLY})
"""Kinds of records that change totals."""
_NO_SECRET = bytes(32)
_SECRET = b"ikm-tally-secret-1\x00"
_SALT = b"ikm-tally-salt-1\x00"

Counts = dict[str, dict[int, int]]
"""Element → value → how often."""


class Part:
    """The totals of one unit and instrument."""

    __slots__ = ("complete", "incomplete", "leaves", "n", "partial", "secret")

    def __init__(self) -> None:
        self.n = 0
        """Complete responses."""
        self.partial = 0
        self.complete: Counts = {}
        self.incomplete: Counts = {}
        self.secret = _NO_SECRET
        """Folded from the random bytes of every response counted here."""
        self.leaves = bytearray()
        """The leaves of this month's set, 32 bytes each."""

    def count(self, instrument: str, answers: Mapping[str, int], salt: bytes, *, complete: bool) -> int:
        """Count one response, whose random bytes are `salt`; gives how many numbers it added to the totals."""
        counts = self.complete if complete else self.incomplete
        added = 0
        for element, value in answers.items():
            values = counts.get(element)
            if values is None:
                values = counts[element] = {}
            if value in values:
                values[value] += 1
            else:
                values[value] = 1
                added += 1
        self.n += complete
        self.partial += not complete
        self.secret = folded(self.secret, salt)
        self.leaves += leaf_of(leaf_salt(salt), instrument=instrument, answers=answers, complete=complete)
        return added

    def set_leaves(self) -> list[bytes]:
        """Give the leaves of this month's set."""
        return [bytes(self.leaves[at : at + LEAF_BYTES]) for at in range(0, len(self.leaves), LEAF_BYTES)]

    def sums(self) -> dict[str, object]:
        """Give what an index is reckoned from, and nothing more: a release says it too, so that it may be opened for everybody."""
        return {
            "n": self.n,
            "sums": {
                element: sum(value * n for value, n in values.items())
                for element, values in self.complete.items()
            },
        }

    def rest(self, *, closes: bool) -> dict[str, object]:
        """Give what else is counted; only a tally that `closes` a month commits to its set, for that costs a hash a response."""
        totals: dict[str, object] = {
            "partial": self.partial,
            "complete": _written(self.complete),
            "incomplete": _written(self.incomplete),
        }
        if closes:
            leaves = self.set_leaves()
            totals |= {"rows": len(leaves), "root": _text(root_of(leaves))}
        return totals


class RunningTotals:
    """What a stream's records come to so far; give it each record in order."""

    def __init__(self) -> None:
        self.through = 0
        """The last record that was taken."""
        self.day = ""
        """The day of the last tally."""
        self._begin(0)

    def _begin(self, since: int) -> None:
        self.since = self.set_since = since
        self.parts: dict[str, Part] = {}
        self.size = 0
        """How many counts there are: what one more tally costs."""
        self.visits = {"answered": 0, "asked": 0, "visits": 0}
        self.secret = _NO_SECRET
        """Folded from the random bytes of every response."""

    def take(self, seq: int, kind: str, body: Mapping[str, object]) -> None:
        """Take the next record; what cannot be read, and a response without random bytes of its own, is in no tally."""
        self.through = seq
        try:
            if kind == RESPONSE:
                self._take_response(Response.from_body(body), carried=False)
            elif kind == CARRIED:
                inner = decode(Carried.from_body(body).line.encode())
                if inner.kind == RESPONSE:
                    self._take_response(Response.from_body(inner.body), carried=True)
            elif kind == ALIVE:
                alive = Alive.from_body(body)
                for name, number in zip(
                    self.visits, (alive.answered, alive.asked, alive.visits), strict=True
                ):
                    self.visits[name] += number
            elif kind == TALLY:
                self._go_on_behind(TallyTold.from_body(body))
        except Malformed:
            return

    def count(
        self,
        *,
        unit: str,
        instrument: str,
        answers: Mapping[str, int],
        complete: bool,
        salt: str,
        carried: bool = False,
    ) -> None:
        """Count a response that was read already; `take` does it for one in a record's body. `instrument` is `id@version`."""
        random = salt_of(salt)
        name = part_of(unit, instrument, carried=carried)
        if random is None or (name not in self.parts and len(self.parts) >= (MAX_PARTS - 1) // 2):
            return
        part = self.parts.setdefault(name, Part())
        self.size += part.count(instrument, answers, random, complete=complete)
        self.secret = folded(self.secret, random)

    def _take_response(self, response: Response, *, carried: bool) -> None:
        self.count(
            unit=response.unit,
            instrument=f"{response.instrument}@{response.version}",
            answers=response.answers,
            complete=response.complete,
            salt=response.salt,
            carried=carried,
        )

    def told(self, stream: str, *, day: str, closes: bool) -> TallyTold:
        """Give the tally of everything so far: the one of `day`, and of the end of a month where it `closes` one."""
        return TallyTold(
            upto=self.through,
            since=self.since,
            set_since=self.set_since,
            day=day,
            closes=closes,
            sums={one.part: one.commitment() for one in self.openings(stream, closes=closes)},
        )

    def openings(self, stream: str, *, closes: bool) -> Iterator[Opening]:
        """Give what opens each part of that tally."""
        for name, part in self.parts.items():
            yield self._opening(stream, name, part.sums(), part.secret)
            yield self._opening(stream, name + REST, part.rest(closes=closes), part.secret)
        if self.secret != _NO_SECRET:
            yield self._opening(stream, VISITS, self.visits, self.secret)

    def _opening(self, stream: str, part: str, totals: Mapping[str, object], secret: bytes) -> Opening:
        # The name of the part is in it: where there is one part alone, its secret is that of the visits too.
        place = bytes.fromhex(stream) + self.through.to_bytes(8, "big") + part.encode()
        salt = hashlib.sha256(_SALT + secret + place).digest()[:SALT_BYTES]
        return Opening(stream, self.through, self.since, self.set_since, part, totals, salt)

    def _go_on_behind(self, told: TallyTold) -> None:
        if told.begins_anew:
            self._begin(told.upto)
        elif told.closes:
            self.set_since = told.upto
            for part in self.parts.values():
                part.leaves.clear()
        self.day = told.day or self.day


def folded(secret: bytes, salt: bytes) -> bytes:
    """Fold one response's random bytes into a secret: only who has all of them can make it."""
    return hashlib.sha256(_SECRET + secret + salt).digest()


def _written(counts: Counts) -> dict[str, dict[str, int]]:
    return {element: {str(value): n for value, n in values.items()} for element, values in counts.items()}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")
