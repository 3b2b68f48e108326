"""The border between evidence and its projections: a record that has been checked, timed and placed.

Evidence keeps what kiosks sent; everything a page or an index shows is projected from it. In the transaction that
stores a group of batches, `collector.evidence.intake.accept` calls, once for the whole group,

    collector.scores.tallies.projection.project(records) -> Sequence[NotUnderstood]
    collector.complaints.projection.project(records) -> Sequence[NotUnderstood]

and whenever something a projection rests on has changed afterwards (a later anchor repaired the time of a boot, an
assignment was corrected), it calls `unproject(records)` with exactly the records that an earlier `project` was given,
before it projects them again as they now are. So a projection must be additive, and must not depend on the order in which
it is given records, nor on how they were grouped: `ikm-collector rebuild` projects the same records in other groups and
expects the same rows and tallies. What the same record yields when projected twice without `unproject` is never asked for.

A projection returns what it could not read (an instrument it does not know yet); these records are set aside and given to
it again after an upgrade.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

ShortText = Annotated[str, msgspec.Meta(max_length=64)]
Whole = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class ResponseBody(msgspec.Struct, frozen=True, gc=False):
    """The body of a `response` record, decoded and checked by type; means what `survey.record.response.Response` means."""

    instrument: ShortText
    version: ShortText
    answers: Annotated[dict[str, Whole], msgspec.Meta(max_length=64)]
    complete: bool
    visit: Whole
    ended: ShortText
    language: ShortText
    channel: ShortText
    duration_s: Whole
    ended_at: ShortText | None = None
    service: ShortText | None = None
    unit: ShortText = ""
    place: ShortText = ""
    profile: dict[str, str] = {}
    outside_hours: bool = False
    salt: ShortText = ""


LATE_MS = 30 * 86_400_000
"""What took longer than this to come in is counted beside an index."""


class AcceptedRecord(msgspec.Struct, frozen=True, gc=False):
    """One record of a stream whose chain and signature held, with its true time and its place in the tree.

    A struct and not a dataclass because some hundred thousand are made in a second.
    """

    stream_id: int
    """Primary key of `evidence.Stream`; `(stream_id, seq)` is the record's identity."""
    seq: int
    kind: str
    boot: int
    up_ms: int
    at_ms: int
    """The best estimate of the true time, in milliseconds since 1970 UTC."""
    error_ms: int
    """How far `at_ms` may be off."""
    received_ms: int
    kiosk_id: int
    unit_id: int
    """The unit that earned it: that of its service, else of the kiosk's assignment at that time."""
    place_id: int
    service_id: int | None
    response: ResponseBody | None
    """For `response` records."""
    body: Mapping[str, object]
    """The parsed body of every other kind; empty for responses."""
    sync: bool = True
    """Whether the kiosk trusted its own clock when it wrote it."""
    carried: bool = False
    """Whether a successor carried it over: its boot and uptime are those of the stream before."""
    archived: bool = False
    """Whether it is history, under an archive key: it is late by nature."""

    @property
    def is_late(self) -> bool:
        """Whether it came in more than 30 days after it was given."""
        return not self.archived and self.received_ms - self.at_ms > LATE_MS


class NotUnderstood(msgspec.Struct, frozen=True):
    """A record a projection could not read yet, and a stable code that says why (`instrument_unknown` …)."""

    stream_id: int
    seq: int
    code: str
