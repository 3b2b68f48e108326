"""Record lines decoded and checked by type, at the speed an intake needs.

`survey.record.record` says what a line is; this module reads the same lines with msgspec, some ten times faster, and is held
to the same meaning by a test that feeds both.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

import msgspec

from collector.evidence.intake.accepted import ResponseBody
from survey.record.record import RESPONSE

_Count = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
_Millis = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
_Wall = Annotated[int, msgspec.Meta(ge=-(2**53), lt=2**53)]

# Codes under which a proven record is set aside.
UNREADABLE = "record_unreadable"
LOST = "record_lost"
WRONG_NUMBER = "record_seq"
BODY_UNREADABLE = "body_unreadable"

NO_BODY: Mapping[str, object] = MappingProxyType({})


class HeldRun(NamedTuple):
    """Consecutive records' lines, as they came in one batch, and when the collector received it."""

    first: int
    lines: Sequence[bytes]
    received_ms: int

    @property
    def last(self) -> int:
        """The number of the last record."""
        return self.first + len(self.lines) - 1

    def since(self, seq: int) -> "HeldRun":
        """Give what of it is not before record `seq`."""
        if seq <= self.first:
            return self
        return HeldRun(seq, self.lines[seq - self.first :], self.received_ms)


class RecordLine(msgspec.Struct, frozen=True, gc=False):
    """A record's line; the body is read by kind."""

    seq: _Count
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    boot: _Count
    up_ms: _Millis
    sync: bool
    body: msgspec.Raw
    at: _Wall | None = None


class _ResponseLine(msgspec.Struct, frozen=True, gc=False):
    """A response's line, read in one go."""

    seq: _Count
    kind: Literal["response"]
    boot: _Count
    up_ms: _Millis
    sync: bool
    body: ResponseBody
    at: _Wall | None = None


Read = RecordLine | _ResponseLine

_line = msgspec.json.Decoder(RecordLine)
_response_line = msgspec.json.Decoder(_ResponseLine)
_body = msgspec.json.Decoder(dict[str, object])


def read_line(line: bytes) -> Read | None:
    """Give the parts of a record's line, or None where it cannot be read.

    A response whose body cannot be read comes out as any other record does, its body raw.
    """
    try:
        if b'"kind":"response"' in line:
            return _response_line.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass  # not a response after all, or none that can be read: the general way says which
    try:
        return _line.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def read_body(line: Read) -> tuple[ResponseBody | None, Mapping[str, object]] | None:
    """Give `(response, {})` for a response and `(None, body)` for any other kind, or None where it cannot be read."""
    if not isinstance(line, RecordLine):
        return line.body, NO_BODY
    if line.kind == RESPONSE:
        return None
    try:
        return None, _body.decode(line.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
