"""What a bundle leaves out of its numbers because the visit was a test: only what a record of the same stream declares, and it is named."""

from collections.abc import Sequence

from collector.evidence.proof.bundle import StreamEntry
from survey.record.errors import Malformed
from survey.record.record import TEST, decode
from survey.record.visit_test import VisitTest, card_leaf


def tested_in(
    entry: StreamEntry, shared: Sequence[Sequence[tuple[int, bytes]]], problems: list[str], notes: list[str]
) -> frozenset[int]:
    """Give the responses of a stream that count nowhere; what no record declares is named, and counted."""
    lines = {seq: line for part in shared for seq, line in part} if entry.taken_out else {}
    found = set()
    by: dict[int, list[int]] = {}
    for one in entry.taken_out:
        by.setdefault(one.by, []).append(one.seq)
    for seq, numbers in sorted(by.items()):
        who = f"{entry.kiosk}, stream {entry.uid[:8]}"
        test = _declared(lines.get(seq, b""))
        if test is None or not set(numbers) <= set(test.links):
            problems.append(
                f"{who}: left out without a declared test: records {', '.join(map(str, numbers))}"
            )
            continue
        found |= set(numbers)
        seen = test.log.size if test.log is not None else 0
        notes.append(
            f"{who}: records {', '.join(map(str, numbers))} were a test visit and count nowhere (record {seq}); "
            f"its card is {card_leaf(test.secret, entry.kiosk)}, which must stand in the log before leaf {seen}"
        )
    return frozenset(found)


def _declared(line: bytes) -> VisitTest | None:
    try:
        record = decode(line)
        return VisitTest.from_body(record.body) if record.kind == TEST else None
    except Malformed:
        return None
