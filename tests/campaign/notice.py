"""Does the audit notice what was lost? Each lost record is looked for, by number, in what the audit says."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.campaign.ledger import Promise

_OF_ANOTHER_HISTORY = {"forked", "duplicated", "foreign"}
"""Said of a number, and true of all before it that are not held: a card was set back, and this is how far it had come."""


def unnoticed(lost: Iterable[Promise], audit: Mapping[str, Any]) -> list[Promise]:
    """Give the lost records that the audit does not name by their number."""
    streams = {stream["stream"]: stream for stream in audit["streams"]}
    return [promise for promise in lost if not _is_noticed(promise, streams.get(promise.stream))]


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
