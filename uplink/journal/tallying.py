"""Running totals beside the journal, and the `tally` record that tells them at every local midnight.

Nothing is counted while a visitor waits: the totals read the journal's records back, a few at a time, between the writer's other chores. So
they are what stands on the disk, whatever failed on the way there. A month ends at a midnight, so the tallies at midnight are those of the periods' ends too.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from survey.record.chain import stated_link
from survey.record.record import TALLY, Stamp
from survey.record.tally import TallyTold
from survey.record.totals import COUNTED, RunningTotals
from uplink.errors import JournalBroken, JournalError
from uplink.journal.journal import Journal
from uplink.journal.kept_totals import Began, Kept, KeptTotals
from uplink.journal.segments.frame import Entry

_AT_ONCE = 100
"""So many records are read back before a visitor's gets its turn."""
_AGAIN_MS = 60_000
"""After a tally that could not be written."""

log = logging.getLogger(__name__)


class Tallier:
    """Counts what a journal holds; belongs to the thread that writes it."""

    def __init__(self, journal: Journal, kept: KeptTotals, *, zone: ZoneInfo) -> None:
        self._journal = journal
        self._kept = kept
        self._zone = zone
        self._stream = ""
        self._totals = RunningTotals()
        self._began: Began | None = None
        self._lost = False
        """Whether a record could not be read: what was counted cannot be held against what the collector has."""
        self._wait: tuple[int, int] | None = None
        """Boot, and milliseconds of it, before which a tally that failed is not tried again."""
        self._store_failed = False

    @property
    def far_behind(self) -> bool:
        """Whether more records wait to be counted than one step takes."""
        return self._journal.head.seq - self._totals.through > _AT_ONCE

    @property
    def _behind(self) -> bool:
        return self._stream != self._journal.stream or self._totals.through < self._journal.head.seq

    def step(self, stamp: Stamp) -> None:
        """Count a few records; once all are counted, tell the totals where a day has begun.

        Raises:
            JournalBroken: the disk failed.
        """
        if self._stream != self._journal.stream:
            self._begin()
        self._count()
        if self._behind:
            return
        if self._journal.losses and self._totals.since < self._journal.losses <= self._totals.through:
            self._lost = True
        day = self._today(stamp)
        before = self._told_before()
        if (
            ((day and before and day != before) or self._lost)
            and self._journal.accepting
            and not self._waits(stamp)
        ):
            self._tell(stamp, day, before)
        elif self._kept.through(self._stream) < self._journal.closed_through:
            self.keep()

    def keep(self) -> None:
        """Keep the totals as they stand, so that the records they count may go."""
        if (
            self._stream != self._journal.stream
            or self._kept.through(self._stream) == self._totals.through
            or self._lost
        ):
            return
        link = self._journal.link_at(self._totals.through)
        try:
            self._kept.store(Kept(self._stream, link or b"", self._totals, self._began))
        except OSError as error:
            if not self._store_failed:
                log.error("the running totals cannot be kept: %s", error)  # noqa: TRY400 - the reason says it all
            self._store_failed = True  # the records stay in the journal meanwhile
            return
        self._store_failed = False

    def _begin(self) -> None:
        """Go on from what was kept of this stream; a stream without begins with nothing, whatever stream was before it."""
        self._stream = stream = self._journal.stream
        self._totals, self._began, self._lost, self._wait = RunningTotals(), None, False, None
        kept = self._kept.read()
        if kept is None or kept.stream != stream or kept.totals.through > self._journal.head.seq:
            return
        if self._journal.link_at(kept.totals.through) in {None, kept.link}:
            self._totals, self._began = kept.totals, kept.began

    def _count(self) -> None:
        totals = self._totals
        last = min(totals.through + _AT_ONCE, self._journal.head.seq)
        if totals.through >= last:
            return
        for entry in self._sound(totals.through + 1, last):
            if totals.day == "" and (self._began is None or self._began.at_ms is None):
                self._began = began_of(entry, self._began)
            kind, body = entry.get("kind"), entry.get("body")
            if kind in COUNTED and isinstance(kind, str) and isinstance(body, dict):
                totals.take(entry.seq, kind, body)
                self._lost = self._lost and totals.since != entry.seq - 1
        totals.through = last

    def _sound(self, first: int, last: int) -> Iterator[Entry]:
        """Give the records that can be read, and note where one cannot."""
        expected = first
        for entry in self._journal.entries(first, last):
            self._lost |= entry.seq != expected or stated_link(entry.line) is not None
            expected = entry.seq + 1
            if stated_link(entry.line) is None:
                yield entry
        self._lost |= expected <= last

    def _today(self, stamp: Stamp) -> str:
        return local_day(stamp.at, self._zone) if stamp.at is not None and stamp.sync else ""

    def _told_before(self) -> str:
        """Give the day of the tally before, or that on which the stream began; empty where nobody knows."""
        if self._totals.day:
            return self._totals.day
        at_ms = self._began.at_ms if self._began is not None else None
        return local_day(at_ms, self._zone) if at_ms is not None else ""

    def _waits(self, stamp: Stamp) -> bool:
        """Tell whether a tally failed a short time ago."""
        if self._wait is None or self._wait[0] != stamp.boot:
            return False
        return stamp.up_ms < self._wait[1]

    def _tell(self, stamp: Stamp, day: str, before: str) -> None:
        head = self._totals.through
        if self._lost:
            told = TallyTold(upto=head, since=head, set_since=head, day=day or self._totals.day)
        else:
            told = self._totals.told(self._stream, day=day, closes=day[:7] != before[:7])
        try:
            self._journal.append(TALLY, told.to_body(), stamp=stamp)
        except JournalBroken:
            raise
        except JournalError as error:
            log.warning("the totals cannot be told now: %s", error)
            self._wait = (stamp.boot, stamp.up_ms + _AGAIN_MS)
            return
        self._count()
        self.keep()


def began_of(entry: Entry, before: Began | None) -> Began | None:
    """Learn from a stream's next record when the stream began; `before` is what the records before it have said."""
    boot, up_ms, at_ms = entry.get("boot"), entry.get("up_ms"), entry.get("at")
    if not isinstance(boot, int) or not isinstance(up_ms, int):
        return before
    began = before or Began(boot, up_ms)
    if not isinstance(at_ms, int) or entry.get("sync") is not True:
        return began
    # Where a boot went by that never knew the time, so may have a midnight: the first tally is due at once.
    return began._replace(at_ms=at_ms - up_ms + began.up_ms if boot == began.boot else 0)


def local_day(at_ms: int, zone: ZoneInfo) -> str:
    """Give the local day of a moment, as `2026-12-01`; empty for one that no calendar knows."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return ""
