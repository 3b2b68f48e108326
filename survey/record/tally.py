"""`tally`: the kiosk's own running totals over its stream, told so that nobody can read them and each part can be opened by itself.

The record holds two commitments for each unit and instrument and nothing else: `base64(SHA-256(prefix ‖ salt ‖ totals in canonical JSON))`. One
is of what an index is reckoned from, the other of all the rest, so that a stranger can be shown the first without a single answer's count.
The salt follows from the sixteen random bytes that every response carries, and from all of them: who holds
the responses (the kiosk, the collector, an auditor with a bundle) can make it, and nobody else can guess it. So nothing has to be
sealed, sent or destroyed beside the record, and whoever opens one part gives away neither another part nor another day.
"""

import base64
import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from survey.record.fields import Fields
from survey.record.record import TALLY, canonical

MAX_PARTS = 120
"""More do not fit in a record's line."""
SALT_BYTES = 16
VISITS = "/"
"""The part that counts visits and invitations; no unit and no instrument is named like that."""
REST = "/rest"
"""Stands behind a part's name for what no index is reckoned from: how often each value was given, and who stopped half-way."""
_PREFIX = b"ikm-tally-1\x00"


class TallyTold(NamedTuple):
    """`tally`: commitments to the totals over a stream's responses `since` + 1 to `upto`."""

    upto: int
    """Number of the last record that is counted: the one before this record."""
    since: int = 0
    """Number behind which counting began; not 0 where the kiosk could not account for a record and began anew."""
    set_since: int = 0
    """Number behind which this month's set of answers began."""
    day: str = ""
    """The local day that had begun, as `2026-12-01`; empty where the kiosk did not know it."""
    closes: bool = False
    """Whether it ends a month: then its parts commit to the month's set too, and the next set begins behind it."""
    sums: Mapping[str, str] = MappingProxyType({})
    """Part → commitment (`Opening.commitment`)."""

    @property
    def begins_anew(self) -> bool:
        """Whether it says only that counting begins behind it."""
        return self.upto > 0 and self.since == self.upto

    def to_body(self) -> dict[str, object]:
        """Give the record's body."""
        body: dict[str, object] = {"upto": self.upto}
        if self.since:
            body["since"] = self.since
        if self.set_since:
            body["set_since"] = self.set_since
        if self.day:
            body["day"] = self.day
        if self.closes:
            body["closes"] = True
        return body | {"sums": dict(sorted(self.sums.items()))} if self.sums else body

    @classmethod
    def from_body(cls, body: Mapping[str, object]) -> "TallyTold":
        """Read it.

        Raises:
            Malformed: a field is of another type (`tally_field`).
        """
        fields = Fields(TALLY, body)
        return cls(
            upto=fields.whole("upto"),
            since=fields.whole_or("since", 0),
            set_since=fields.whole_or("set_since", 0),
            day=fields.text_or("day", ""),
            closes=fields.flag_or("closes", default=False),
            sums=fields.words("sums", most=MAX_PARTS),
        )


class Opening(NamedTuple):
    """What opens one part of one tally."""

    stream: str
    upto: int
    since: int
    set_since: int
    part: str
    totals: Mapping[str, object]
    """Whole numbers under names, as `docs/wire-format.md` lists them."""
    salt: bytes

    def commitment(self) -> str:
        """Give what the tally's record says of this part: base64 without padding."""
        content = canonical(
            {
                "part": self.part,
                "set_since": self.set_since,
                "since": self.since,
                "stream": self.stream,
                "totals": dict(self.totals),
                "upto": self.upto,
            }
        )
        digest = hashlib.sha256(_PREFIX + self.salt + content).digest()
        return base64.b64encode(digest).decode().rstrip("=")


def part_of(unit: str, instrument: str, *, carried: bool) -> str:
    """Name a part; `unit` is empty for the kiosk's own, `instrument` is `id@version`."""
    return f"{unit}/{instrument}/carried" if carried else f"{unit}/{instrument}"
