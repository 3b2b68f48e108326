"""Does the audit notice what was lost? Each lost record is looked for, by number, in what the audit says.

Of some records nothing is left that knows of them: for those it must say that the stretch in which they stood is uncertain.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.campaign.ledger import Promise

_OF_ANOTHER_HISTORY = {"forked", "duplicated", "foreign"}
"""Said of a number, and true of all before it that are not held: a card was set back, and this is how far it had come."""


def unnoticed(lost: Iterable[Promise], audit: Mapping[str, Any]) -> list[Promise]:
    """Give the lost records that the audit does not name by their number."""
    streams = {stream["stream"]: stream for stream in audit["streams"]}
    return [promise for promise in lost if not _is_noticed(promise, streams.get(promise.stream))]


def unsaid(lost: Iterable[Promise], audit: Mapping[str, Any]) -> list[Promise]:
    """Give the lost records that the audit neither names by number nor has in a stretch that it calls uncertain."""
    streams = {stream["stream"]: stream for stream in audit["streams"]}
    return [one for one in unnoticed(lost, audit) if not _is_uncertain(one, streams.get(one.stream))]


def _is_uncertain(promise: Promise, stream: Mapping[str, Any] | None) -> bool:
    """A number behind such an end was perhaps given to another record since."""
    remarks = stream["remarks"] if stream is not None else []
    ends = [one["seq"] for one in remarks if one["code"] == "uncertain_end"]
    ends += [after for one in remarks if one["code"] == "uncertain_ends" for after in one["after"]]
    return any(after < promise.record.seq for after in ends)


def _is_noticed(promise: Promise, stream: Mapping[str, Any] | None) -> bool:
    seq = promise.record.seq
    if stream is None:
        return False
    for fault in stream["faults"]:
        if fault["first"] <= seq <= fault["last"]:
            return True
        if fault["finding"] in _OF_ANOTHER_HISTORY and seq <= fault["last"]:
            return True
    return any(one["code"] == "none_received" and seq <= one["records"] for one in stream["remarks"])
