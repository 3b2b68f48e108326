"""Whether what the kiosks told in their tallies is what the records held come to: the same answer for an audit and for a bundle.

A tally commits to running totals under the kiosk's signature. Whoever holds the records can count for himself and open every part
of it; where a record was dropped, changed or invented, some part does not come out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from collector.evidence.intake.lines import RecordLine, read_line
from collector.evidence.proof.remarks import Remark, RemarkCode, remark
from survey.record.chain import stated_link
from survey.record.errors import Malformed
from survey.record.record import TALLY
from survey.record.tally import TallyTold
from survey.record.totals import COUNTED, RunningTotals

_COUNTS_A_RECORD = 100
_COUNTS_FREE = 100_000
"""What a stream's tallies may cost, in counts, by its records: honest ones need a tenth of that; a stranger's bundle costs what it weighs."""

_body = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True)
class TallyCheck:
    """What checking a stream's tallies came to."""

    checked: int = 0
    """Tallies that were opened and compared."""
    unopened: int = 0
    """Tallies that count a record which is known to be lost, so that nobody can open them; and what would cost too much."""
    differs: tuple[int, ...] = ()
    """Numbers of those that are not what the records come to."""


def tally_differs(check: TallyCheck) -> tuple[Remark, ...]:
    """Say of a stream that its tallies and its records do not agree, where they do not."""
    if not check.differs:
        return ()
    return (remark(RemarkCode.TALLY_DIFFERS, first=check.differs[0], tallies=len(check.differs)),)


def check_tallies(
    uid: str, parts: Iterable[Iterable[tuple[int, bytes]]], *, lost: Sequence[tuple[int, int]]
) -> TallyCheck:
    """Check the tallies among a stream's lines, given with their numbers, in order; `lost` is what the collector had and lost."""
    counter = _Counter(uid, lost)
    for part in parts:
        counter.take(part)
    return counter.found()


class _Counter:
    """Counts a stream's records, and compares at each tally; one pass, whatever stands in them."""

    def __init__(self, uid: str, lost: Sequence[tuple[int, int]]) -> None:
        self._uid = uid
        self._lost = sorted(lost, reverse=True)
        self._totals = RunningTotals()
        self._is_lost = False
        self._checked = self._unopened = 0
        self._differs: list[int] = []
        self._budget = _COUNTS_FREE

    def found(self) -> TallyCheck:
        """Give what it has come to."""
        return TallyCheck(self._checked, self._unopened, tuple(self._differs))

    def take(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Take the next lines."""
        for seq, line in lines:
            self._budget += _COUNTS_A_RECORD
            if seq > self._totals.through + 1:
                self._is_lost |= self._was_lost(seq)
            if stated_link(line) is not None:
                self._is_lost = True
            else:
                self._count(seq, line)
            self._totals.through = seq

    def _was_lost(self, seq: int) -> bool:
        """Tell whether the collector lost what is not here before record `seq`."""
        while self._lost and self._lost[-1][1] <= self._totals.through:
            self._lost.pop()
        return bool(self._lost) and self._lost[-1][0] < seq

    def _count(self, seq: int, line: bytes) -> None:
        read = read_line(line)
        if read is None or read.kind not in COUNTED:
            return
        if not isinstance(read, RecordLine):  # a response, read in one go: nearly all lines are
            given = read.body
            self._totals.count(
                unit=given.unit,
                instrument=f"{given.instrument}@{given.version}",
                answers=given.answers,
                complete=given.complete,
                salt=given.salt,
            )
            return
        try:
            body = _body.decode(read.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return
        if read.kind == TALLY:
            self._compare(seq, body)
        self._totals.take(seq, read.kind, body)

    def _compare(self, seq: int, body: Mapping[str, object]) -> None:
        try:
            told = TallyTold.from_body(body)
        except Malformed:
            self._differs.append(seq)
            return
        if told.begins_anew and told.upto == seq - 1:
            self._is_lost = False
            return
        self._budget -= self._totals.size
        if self._is_lost or self._budget < 0:
            self._unopened += 1
            return
        self._checked += 1
        if told.upto != seq - 1 or told != self._totals.told(self._uid, day=told.day, closes=told.closes):
            self._differs.append(seq)
