"""Refusals: counted by code, door and enrolled kiosk, so that a flood of them takes no more room than one."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from collector import statements
from collector.evidence.intake.arrivals import CONFLICT, Arrival, Message, RefusedMessage
from collector.evidence.intake.decided import Contradicted, Decided


class RefusedArrival(NamedTuple):
    """One refusal, and the kiosk it claimed to come from."""

    arrival: Arrival
    why: RefusedMessage
    claimed: str


_ENROLLED = "SELECT name FROM fleet_kiosk WHERE name {among}"
_UPSERT = """
INSERT INTO evidence_refusal
    (code, door, kiosk_name, count, first_ms, last_ms, last_message, last_bytes, last_digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (code, door, kiosk_name) DO UPDATE SET
    count = evidence_refusal.count + excluded.count, last_ms = excluded.last_ms,
    last_message = excluded.last_message, last_bytes = excluded.last_bytes, last_digest = excluded.last_digest
"""


def count(refused: Iterable[RefusedArrival], *, enrolled: Collection[str]) -> None:
    """Add refusals to the table; call it inside a transaction. Names that are not `enrolled` are strangers."""
    tallied: dict[tuple[str, int, str], tuple[int, RefusedArrival]] = {}
    for one in refused:
        name = one.claimed if one.claimed in enrolled else ""
        key = (one.why.code, int(one.arrival.door), name)
        known, _ = tallied.get(key, (0, one))
        tallied[key] = (known + 1, one)
    rows = [
        (
            code, door, name, number, last.arrival.received_ms, last.arrival.received_ms,
            last.why.message[:300], len(last.arrival.payload), hashlib.sha256(last.arrival.payload).digest(),
        )
        for (code, door, name), (number, last) in sorted(tallied.items(), key=lambda item: item[0])
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)


def count_decided(messages: Sequence[Message], decided: Mapping[int, Decided]) -> None:
    """Count those messages of a group that were refused; call it inside its transaction."""
    refused = []
    for tag, message in enumerate(messages):
        one = decided[tag]
        why = CONFLICT if isinstance(one, Contradicted) else one
        if isinstance(why, RefusedMessage):
            claimed = message.batch.kiosk if message.batch is not None else message.arrival.vouched or ""
            refused.append(RefusedArrival(message.arrival, why, claimed))
    if refused:
        names = statements.rows(_ENROLLED, statements.several({one.claimed for one in refused}))
        count(refused, enrolled={name for (name,) in names})
