"""The tallies that end a stream's months, with what opens them: counted from the records held, in one pass over them.

What stands behind a hole, or behind a record that is lost, is opened by nobody, and is not given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from collector.evidence.intake.ledger import batches
from collector.evidence.intake.lines import RecordLine, read_line
from collector.evidence.models import Stream
from survey.record.chain import first_link, next_link, stated_link
from survey.record.errors import Malformed
from survey.record.record import TALLY
from survey.record.tally import Opening, TallyTold
from survey.record.totals import COUNTED, RunningTotals

_body = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True)
class Closing:
    """A tally that ends a month, and its own signature."""

    seq: int
    prev: bytes
    """The link before it."""
    line: bytes
    signature: bytes
    """Empty where the batch that brought it went on behind it, so that its own was not sent."""
    told: TallyTold
    openings: Mapping[str, Opening]
    """By part, those that open to what it committed to."""


def closings(stream: Stream) -> Iterator[Closing]:
    """Give a stream's closing tallies, in order.

    Raises:
        Malformed: a kept batch has been damaged.
    """
    totals, link = RunningTotals(), first_link(stream=stream.uid, public_key=bytes(stream.key.public_key))
    for held in batches(stream.pk):
        if held.first != totals.through + 1:
            return
        offset = held.first - held.batch.first
        for seq, line in enumerate(held.batch.lines[offset : offset + held.number], start=held.first):
            if stated_link(line) is not None:
                return
            told = _counted(totals, seq, line)
            if told is not None and told.closes and not told.begins_anew:
                openings = {one.part: one for one in totals.openings(stream.uid, closes=True)}
                sound = {
                    part: one for part, one in openings.items() if told.sums.get(part) == one.commitment()
                }
                signature = held.batch.signature if seq == held.batch.last else b""
                yield Closing(seq, link, line, signature, told, sound)
            if told is not None:
                totals.take(seq, TALLY, told.to_body())
            totals.through = seq
            link = next_link(link, line)


def _counted(totals: RunningTotals, seq: int, line: bytes) -> TallyTold | None:
    """Count a record; gives the tally where it is one, which is not taken yet: what it tells is what was counted before it."""
    read = read_line(line)
    if read is None or read.kind not in COUNTED:
        return None
    if not isinstance(read, RecordLine):
        given = read.body
        totals.count(
            unit=given.unit,
            instrument=f"{given.instrument}@{given.version}",
            answers=given.answers,
            complete=given.complete,
            salt=given.salt,
        )
        return None
    try:
        body = _body.decode(read.body)
        if read.kind == TALLY:
            told = TallyTold.from_body(body)
            return told if told.upto == seq - 1 else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, Malformed):
        return None
    totals.take(seq, read.kind, body)
    return None
