"""Records that a successor stream carries over from the stream before it: what was thanked there counts here, once.

A card that went back in time has records that the collector never got and that can no longer come under their own numbers. The
kiosk writes them again, whole, as `carried` records of the stream that follows; the chain of that stream proves them.
"""

from typing import NamedTuple

from collector.evidence.intake.lines import Read, read_body, read_line
from collector.evidence.intake.repeated import Place
from survey.record.bodies import Carried
from survey.record.errors import Malformed
from survey.record.record import CARRIED, COMPLAINT, RESPONSE

ERROR_MS = 7 * 86_400_000
"""How far the time of a carried record may be off where its own line shows no trusted clock: it was written some time before."""
_CLOCK_ERROR_MS = 1_000


class Opened(NamedTuple):
    """What stands in a carried record."""

    line: Read
    at_ms: int
    error_ms: int
    place: Place
    text: bytes
    """The line as it stood there."""


def opened(line: Read, *, at_ms: int, error_ms: int) -> Opened | None:
    """Give the answer or complaint that a record carries, with its time; None where it carries neither, or is none.

    `at_ms` and `error_ms` are the carrying record's; they serve where the carried line shows no trusted clock.
    """
    if line.kind != CARRIED:
        return None
    read = read_body(line)
    try:
        carried = Carried.from_body(read[1]) if read is not None else None
    except Malformed:
        return None
    text = carried.line.encode() if carried is not None else b""
    inner = read_line(text)
    if carried is None or inner is None or inner.kind not in (RESPONSE, COMPLAINT):
        return None
    place = (carried.stream, inner.seq)
    if inner.at is not None and inner.sync and inner.at <= at_ms:
        return Opened(inner, inner.at, _CLOCK_ERROR_MS, place, text)
    return Opened(inner, at_ms, max(error_ms, ERROR_MS), place, text)
