"""How batches are kept: every record line and what proves it verbatim, little else.

A batch is kept as it came. Small ones that follow each other and are committed together are kept as one, with the last one's
signature: it commits to every record before it, so the earlier signatures prove nothing more, and they are two thirds of a
lone response. Only those of tallies and declared tests are kept, which batches end with. Attachments are never kept here: they may have to be destroyed one day.
"""

from collections.abc import Mapping, Sequence

from collector.evidence.intake.arrivals import Message
from collector.evidence.intake.judge import Taken
from survey.wire.messages import Batch, pack_batch

_SMALL = 16
"""A batch of fewer records is small: joining it to its neighbours saves more room than packing it again costs."""
_JOINED = 200
"""The most records that are joined into one."""
_LINK_EVERY = 64
"""About every so many records a link is kept: damage can hide no more than these."""
_SHOWN = (b'"kind":"tally"', b'"kind":"test"')

Row = tuple[int, int, int, int, int, bytes, bytes]
"""`stream_id, first, count, door, received_ms, before, payload`."""


def rows(stream_id: int, taken: Sequence[Taken], messages: Mapping[int, Message]) -> list[Row]:
    """Give the rows that keep these batches, which follow each other."""
    kept = []
    for group in _groups(taken, messages):
        last = group[-1]
        arrival = messages[last.tag].arrival
        lines = [line for one in group for line in one.lines]
        if len(group) == 1:
            content = payload(last.batch, arrival.payload)
        else:
            joined = last.batch._replace(
                first=group[0].first, lines=tuple(lines), prev=None, attachments=(), receipt=None
            )
            content = pack_batch(joined)
        first, number = group[0].first, len(lines)
        passes = first // _LINK_EVERY != (first + number) // _LINK_EVERY
        before = group[0].before if passes or group[0].apart else b""
        kept.append((stream_id, first, number, int(arrival.door), arrival.received_ms, before, content))
    return kept


def payload(batch: Batch, payload: bytes) -> bytes:
    """Give a batch as it is kept: verbatim, without attachments."""
    return pack_batch(batch._replace(attachments=())) if batch.attachments else payload


def _groups(taken: Sequence[Taken], messages: Mapping[int, Message]) -> list[list[Taken]]:
    groups: list[list[Taken]] = []
    held = 0
    for one in taken:
        number = len(one.lines)
        arrival = messages[one.tag].arrival
        latest = messages[groups[-1][-1].tag].arrival if groups else None
        joins = (
            latest is not None
            and not one.apart
            and number < _SMALL
            and 0 < held <= _JOINED - number
            and (latest.received_ms, latest.door) == (arrival.received_ms, arrival.door)
        )
        if joins:
            groups[-1].append(one)
            held += number
        else:
            groups.append([one])
            held = number if number < _SMALL else 0
        # Its own signature is what a stranger is shown: nothing is joined behind it.
        if any(kind in one.lines[-1] for kind in _SHOWN):
            held = 0
    return groups
