"""Counters that a kiosk signed, opened for everybody: n and the sums of the elements, and nothing that an index is not reckoned from.

A *told* counter is a `tally` record with the head that the kiosk signed at it, and what opens one part of it. What a kiosk earned between two of them is
their difference; whoever has both needs no answer, and no word of the collector, to know it.
"""

import base64
from collections.abc import Mapping
from typing import NamedTuple

from survey.log.note import Check, decoded
from survey.record.chain import LINK_BYTES, SIGNATURE_BYTES, head_message, next_link
from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.record import MAX_LINE_BYTES, TALLY, decode
from survey.record.tally import SALT_BYTES, Opening, TallyTold

MOST_ELEMENTS = 64


class Counted(NamedTuple):
    """How many answered everything, and what their answers to each element add up to."""

    n: int
    sums: Mapping[str, int]

    def minus(self, before: "Counted") -> "Counted":
        """Give what was added since; an element to which nothing was added is left out."""
        return self._with(before, -1)

    def plus(self, other: "Counted") -> "Counted":
        """Give both together."""
        return self._with(other, 1)

    def _with(self, other: "Counted", sign: int) -> "Counted":
        keys = {**self.sums, **other.sums}
        sums = {key: self.sums.get(key, 0) + sign * other.sums.get(key, 0) for key in keys}
        return Counted(self.n + sign * other.n, {key: value for key, value in sums.items() if value})


NOTHING = Counted(0, {})


class Told(NamedTuple):
    """A counter as a kiosk told it; `check` says whether it did."""

    prev: bytes
    """The link before the record."""
    line: bytes
    signature: bytes
    """Of the kiosk's head at the record."""
    counted: Counted
    salt: bytes
    """What opens the part; empty where the record has no such part: nobody had answered yet."""

    def to_json(self) -> dict[str, object]:
        """Give it as it stands in a file."""
        said: dict[str, object] = {
            "prev": base64.b64encode(self.prev).decode(),
            "line": self.line.decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }
        if self.salt:
            said |= {
                "n": self.counted.n,
                "sums": dict(self.counted.sums),
                "salt": base64.b64encode(self.salt).decode(),
            }
        return said

    def check(self, *, stream: str, part: str, public_key: bytes, check: Check) -> TallyTold:
        """Give what the record says, if the kiosk with this key signed it and the part opens to what is claimed.

        Raises:
            Malformed: it is no tally (`counter_line`), not signed by that kiosk (`counter_signature`), or counts something
                else than is claimed (`counter_opening`).
        """
        try:
            record = decode(self.line)
            told = TallyTold.from_body(record.body)
        except Malformed as error:
            raise Malformed("counter_line", f"no tally: {error}") from error
        if record.kind != TALLY or told.upto != record.seq - 1:
            raise Malformed("counter_line", "no tally of the records before it")
        message = head_message(stream=stream, seq=record.seq, link=next_link(self.prev, self.line))
        if not check(public_key, self.signature, message):
            raise Malformed("counter_signature", "the kiosk has not signed this")
        if not self.salt:
            if part in told.sums:
                raise Malformed("counter_opening", "the counter is there and was not opened")
            return told
        opening = Opening(
            stream=stream,
            upto=told.upto,
            since=told.since,
            set_since=told.set_since,
            part=part,
            totals={"n": self.counted.n, "sums": dict(self.counted.sums)},
            salt=self.salt,
        )
        if told.sums.get(part) != opening.commitment():
            raise Malformed("counter_opening", "the kiosk has counted something else")
        return told


def read_told(fields: object) -> Told:
    """Read a told counter.

    Raises:
        Malformed: it is none (`counter_field`).
    """
    if not isinstance(fields, dict):
        raise Malformed("counter_field", "a counter is an object")
    given = Fields("counter", fields)
    line = given.text("line", limit=MAX_LINE_BYTES).encode()
    prev, signature = _bytes(fields.get("prev"), LINK_BYTES), _bytes(fields.get("signature"), SIGNATURE_BYTES)
    if "salt" not in fields:
        return Told(prev, line, signature, NOTHING, b"")
    sums = fields.get("sums")
    if not isinstance(sums, dict) or len(sums) > MOST_ELEMENTS or not all(map(_is_count, sums.values())):
        raise Malformed("counter_field", "a counter's sums are whole numbers by element")
    return Told(prev, line, signature, Counted(given.whole("n"), sums), _bytes(fields["salt"], SALT_BYTES))


def _bytes(text: object, number: int) -> bytes:
    found = decoded(text) if isinstance(text, str) else None
    if found is None or len(found) != number:
        raise Malformed("counter_field", f"a counter has {number} bytes in base64 here")
    return found


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
