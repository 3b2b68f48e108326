"""A record: one numbered line of canonical JSON, the unit that is stored, chained, sent and proven.

A line carries `seq` (1, 2, 3 … gapless in its stream), `kind`, the stamp (`boot`, `up_ms`, `sync`, mostly no `at`) and `body`.
The bytes of the line are what the chain covers, so a line is never re-encoded on its way: it is kept verbatim.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from survey.record.errors import Malformed

MAX_LINE_BYTES = 16_384
"""No honest record comes near this; a longer line is refused before it is parsed."""

# The kinds this version knows. A collector keeps records of other kinds as evidence and goes on.
BOOT = "boot"
CLOCK = "clock"
RESPONSE = "response"
COMPLAINT = "complaint"
ADDITION = "addition"
ALIVE = "alive"
STAFF = "staff"
SETTINGS = "settings"
CARRIED = "carried"
TALLY = "tally"
TEST = "test"

SAME_CLOCK_MS = 100
"""Two sightings of the wall clock that differ by less say the same."""

_CANONICAL = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_STAMP_LIMIT = 2**53  # beyond this JSON numbers lose digits in other languages


class Stamp(NamedTuple):
    """When something happened, as far as a device without a clock chip can say (see `docs/wire-format.md`)."""

    boot: int
    """Number of the boot in this stream, from 1."""
    up_ms: int
    """Milliseconds since that boot (CLOCK_BOOTTIME)."""
    at: int | None
    """The wall clock as it showed, in milliseconds since 1970 UTC; may be wrong by years.

    None where it says nothing new: the clock stands by `up_ms` where the latest record of the same boot with an
    `at` put it. That is a quarter of what a response costs on the wire.
    """
    sync: bool
    """Whether the wall clock was trusted at that moment."""


def shorter(stamp: Stamp, said: Stamp | None) -> Stamp:
    """Leave out a wall clock that says nothing new since `said`, the last stamp with one."""
    if (
        stamp.at is None
        or said is None
        or said.at is None
        or said.boot != stamp.boot
        or said.sync != stamp.sync
        or abs((stamp.at - stamp.up_ms) - (said.at - said.up_ms)) > SAME_CLOCK_MS
    ):
        return stamp
    return stamp._replace(at=None)


class Record(NamedTuple):
    """One numbered fact of a stream."""

    seq: int
    kind: str
    stamp: Stamp
    body: Mapping[str, object]


def canonical(value: object) -> bytes:
    """Give the one JSON encoding of `value`: UTF-8, sorted keys, no spaces, no NaN.

    Raises:
        ValueError: `value` holds a NaN or an infinity.
        TypeError: `value` holds something JSON has no word for.
    """
    return _CANONICAL.encode(value).encode()


def encode(record: Record) -> bytes:
    """Give the record's line, without a line end."""
    stamp = record.stamp
    fields: dict[str, object] = {
        "seq": record.seq,
        "kind": record.kind,
        "boot": stamp.boot,
        "up_ms": stamp.up_ms,
        "sync": stamp.sync,
        "body": record.body,
    }
    if stamp.at is not None:
        fields["at"] = stamp.at
    return canonical(fields)


def decode(line: bytes) -> Record:
    """Read a record's line.

    Raises:
        Malformed: the line is too long, is not JSON, or lacks a field (`record_size`, `record_json`, `record_field`).
    """
    return from_fields(parse_object(line, what="record", limit=MAX_LINE_BYTES))


def from_fields(fields: Mapping[str, object]) -> Record:
    """Make a record of a parsed line, checking every field but the body's content.

    Raises:
        Malformed: a field is missing, of another type or out of range (`record_field`).
    """
    kind, body, sync = fields.get("kind"), fields.get("body"), fields.get("sync")
    if not isinstance(kind, str) or not 0 < len(kind) <= 32:
        raise Malformed("record_field", "a record's kind is a word of 1 to 32 characters")
    if not isinstance(body, dict):
        raise Malformed("record_field", "a record's body is an object")
    if not isinstance(sync, bool):
        raise Malformed("record_field", "a record's sync is true or false")
    stamp = Stamp(
        boot=whole(fields, "boot", lowest=1),
        up_ms=whole(fields, "up_ms", lowest=0),
        at=whole(fields, "at", lowest=-_STAMP_LIMIT) if "at" in fields else None,
        sync=sync,
    )
    return Record(seq=whole(fields, "seq", lowest=1), kind=kind, stamp=stamp, body=body)


def whole(fields: Mapping[str, object], key: str, *, lowest: int, code: str = "record_field") -> int:
    """Give the whole number under `key`.

    Raises:
        Malformed: it is missing, not a whole number, below `lowest` or beyond 2^53, under `code`.
    """
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value < _STAMP_LIMIT:
        raise Malformed(code, f"{key} is a whole number from {lowest}")
    return value


def parse_object(line: bytes, *, what: str, limit: int) -> dict[str, object]:
    """Read one line of JSON that must be an object.

    Raises:
        Malformed: it is longer than `limit` bytes (`<what>_size`) or no JSON object (`<what>_json`).
    """
    if len(line) > limit:
        raise Malformed(f"{what}_size", f"a {what} has at most {limit} bytes, this one has {len(line)}")
    try:
        value = json.loads(line.decode("utf-8"))  # bytes alone would let json guess UTF-16
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{what}_json", f"not a line of JSON: {error}") from error
    if not isinstance(value, dict):
        raise Malformed(f"{what}_json", f"a {what} is a JSON object")
    return value
