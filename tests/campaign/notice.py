"""Does the audit notice what was lost? Each lost record is looked for, by number, in what the audit says.

Of some records nothing is left that knows of them: for those it must say that the stretch in which they stood is uncertain.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.campaign.ledger import Place
from tests.campaign.promises import Promise

_OF_ANOTHER_HISTORY = {"forked", "duplicated", "foreign"}
"""Said of a number, and true of all before it that are not held: a card was set back, and this is how far it had come."""


def unnoticed(
    lost: Iterable[Promise], audit: Mapping[str, Any], places: Mapping[Promise, Iterable[Place]] | None = None
) -> list[Promise]:
    """Give the lost records that the audit names under none of the numbers that they had: their own, and those of what carried them over.

    Where a beginning is lost, the audit says that whole streams before it may be, and ends of those that it has: it hears of them when
    the kiosk starts again.
    """
    streams = {stream["stream"]: stream for stream in audit["streams"]}
    asking = {
        name
        for name, one in streams.items()
        if any(said["code"] == "beginning_lost" for said in one["remarks"])
    }

    def is_noticed(promise: Promise) -> bool:
        had = (places or {}).get(promise, [(promise.stream, promise.record.seq)])
        return any(
            _is_noticed(seq, streams.get(stream))
            or (asking and stream not in asking and seq > _received(streams.get(stream)))
            for stream, seq in had
        )

    return [promise for promise in lost if not is_noticed(promise)]


def unsaid(
    lost: Iterable[Promise], audit: Mapping[str, Any], places: Mapping[Promise, Iterable[Place]] | None = None
) -> list[Promise]:
    """Give the lost records that the audit neither names by number nor has in a stretch that it calls uncertain."""
    streams = {stream["stream"]: stream for stream in audit["streams"]}
    return [one for one in unnoticed(lost, audit, places) if not _is_uncertain(one, streams.get(one.stream))]


def _received(stream: Mapping[str, Any] | None) -> int:
    """How far a stream has come in; 0 where the audit does not know it."""
    return int(stream["received"]) if stream is not None else 0


def _is_uncertain(promise: Promise, stream: Mapping[str, Any] | None) -> bool:
    """A number behind such an end was perhaps given to another record since."""
    remarks = stream["remarks"] if stream is not None else []
    ends = [one["seq"] for one in remarks if one["code"] == "uncertain_end"]
    ends += [after for one in remarks if one["code"] == "uncertain_ends" for after in one["after"]]
    return any(after < promise.record.seq for after in ends)


def _is_noticed(seq: int, stream: Mapping[str, Any] | None) -> bool:
    if stream is None:
        return False
    for fault in stream["faults"]:
        if fault["first"] <= seq <= fault["last"]:
            return True
        if fault["finding"] in _OF_ANOTHER_HISTORY and seq <= fault["last"]:
            return True
    return any(one["code"] == "none_received" and seq <= one["records"] for one in stream["remarks"])
