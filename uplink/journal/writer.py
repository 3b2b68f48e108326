"""The one thread that writes the journal, so that a slow card delays the thanks and never the highlight.

The frame loop submits and polls `results`; nothing here blocks it. The thread also lets go of what receipts cover,
records what becomes known of the clock, counts and tells the totals, keeps the head file, reads the journal back from the disk after a failure, and goes on
in a new stream where the collector shows that this one went another way.
"""

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from survey.record.attachment import Attachment
from survey.record.bodies import UNCERTAIN
from survey.record.predecessors import DELETED, RESTORED, chain_to_list
from survey.record.record import BOOT, CLOCK, Stamp
from survey.wire.trouble import Trouble, trouble
from uplink.errors import JournalBroken, JournalError, JournalFull
from uplink.journal.journal import Journal
from uplink.journal.stamp import Clock
from uplink.journal.tallying import Tallier
from uplink.journal.view import Appended
from uplink.journal.written import WriteFailed, WriterState, Written

_TURN_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 3600.0
"""Records that wait this long without one being confirmed may stand behind a damaged one that nobody has seen yet."""
_DECLARE_AGAIN_SECONDS = 30.0
"""So long the uplink has time to read a declaration before it is believed that another one is wanted."""
_KEEP_HEAD_SECONDS = 5.0
"""The head file may lag this much behind the records."""
_CARRY_AT_ONCE = 20
"""So many records of a former stream are carried over before a visitor's gets its turn."""
_REOPEN_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)

log = logging.getLogger(__name__)


class _Submitted(NamedTuple):
    token: Hashable
    kind: str
    body: Mapping[str, object]
    stamp: Stamp
    attachments: Sequence[Attachment]


class JournalWriter:
    """Owns an open journal and writes to it in its own thread, from `start` until `stop`."""

    def __init__(
        self,
        journal: Journal,
        *,
        clock: Clock | None = None,
        tallier: Tallier | None = None,
        now: Callable[[], float] = time.monotonic,
        undeclared: Callable[[], int | None] = lambda: None,
    ) -> None:
        """Own `journal`; `undeclared` tells at which damaged record the uplink stands, where it stands at one."""
        self._journal = journal
        self._undeclared = undeclared
        self._clock = clock
        self._tallier = tallier
        self._now = now
        self._queue: queue.SimpleQueue[_Submitted | None] = queue.SimpleQueue()
        self.results: queue.SimpleQueue[Written | WriteFailed] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._broken: JournalBroken | None = None
        self._started = False
        self._failures = 0
        self._reopen_at = 0.0
        self._release_at = 0.0
        self._keep_head_at = 0.0
        self._boot: Mapping[str, object] | None = None
        self._carrying = True
        self._notice = _notice(journal, journal.head.seq == 0)
        self._confirmed = journal.confirmed
        self._look_again_at = now() + _LOOK_AGAIN_SECONDS
        self._declare_at = now()
        self._write_ms: deque[float] = deque(maxlen=500)

    def start(self) -> None:
        """Begin to write."""
        self._started = True
        self._thread.start()

    def submit(
        self,
        token: Hashable,
        kind: str,
        body: Mapping[str, object],
        stamp: Stamp,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """Hand a record over; `results` says what became of it, under the same token."""
        self._queue.put(_Submitted(token, kind, body, stamp, attachments))

    def stop(self) -> None:
        """Write what was submitted, then close the journal."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()
        with contextlib.suppress(JournalBroken):  # it lags a little then
            self._journal.keep_head(exact=self._broken is None)
            if self._tallier is not None:
                self._tallier.keep()
        self._journal.close()

    def state(self) -> WriterState:
        """Give how writing goes; any thread may ask."""
        journal = self._journal
        times = sorted(self._write_ms)
        told = self._broken.trouble if self._broken is not None else None
        if self._started and not self._thread.is_alive():
            told = trouble("writer_stopped")
        if told is None and not journal.accepting:
            needed = journal.too_small_bytes
            told = (
                trouble("disk_too_small", megabytes=-(-needed // 1_000_000))
                if needed
                else trouble("disk_full")
            )
        return WriterState(
            accepting=told is None,
            trouble=told,
            notice=self._notice or (trouble("journal_rescued") if journal.rescued else None),
            head=journal.head.seq,
            waiting=journal.waiting,
            confirmed=journal.confirmed,
            damaged=journal.damaged,
            used_bytes=journal.used_bytes,
            write_ms_p50=times[len(times) // 2] if times else 0.0,
            write_ms_p99=times[len(times) * 99 // 100] if times else 0.0,
        )

    def step(self, timeout: float = 0.0) -> bool:
        """Write one record if one is submitted within `timeout` seconds, and do the chores that are due.

        Gives False when the writer was told to stop. The thread repeats this; tests call it themselves.
        """
        try:
            submitted = self._queue.get(timeout=timeout) if timeout > 0 else self._queue.get_nowait()
        except queue.Empty:
            self._chores()
            return True
        if submitted is None:
            return False
        self.results.put(self._write(submitted))
        self._chores()
        return True

    def _run(self) -> None:
        while self.step(0.0 if self._is_busy() and not self._broken else _TURN_SECONDS):
            pass

    def _is_busy(self) -> bool:
        """Tell whether chores wait that are done a little at a time, between visitors."""
        return self._carrying or (self._tallier is not None and self._tallier.far_behind)

    def _write(self, submitted: _Submitted) -> Written | WriteFailed:
        if self._broken and not self._reopen():
            return _failed(submitted, self._broken)
        started = self._now()
        try:
            appended = self._append(submitted)
        except JournalBroken as error:
            self._note_broken(error)
            return _failed(submitted, error)
        except JournalError as error:  # full, or too long
            return _failed(submitted, error)
        except (TypeError, ValueError) as error:  # nothing JSON has a word for
            return WriteFailed(submitted.token, trouble("record_refused"), str(error))
        self._write_ms.append((self._now() - started) * 1000)
        return Written(submitted.token, appended.seq, self._journal.stream, appended.link)

    def _append(self, submitted: _Submitted) -> Appended:
        if submitted.kind == BOOT:
            self._boot = submitted.body
        stream, seq = self._journal.stream, self._journal.next_seq
        try:
            return self._append_once(submitted)
        except JournalBroken as error:
            # A passing fault: read back, and see whether the record is there before writing it again.
            log.warning("the journal failed and is read back: %s", error)
            self._read_back()
            if self._journal.stream == stream and (link := self._journal.link_of_record(seq)):
                return Appended(seq=seq, link=link)
            return self._append_once(submitted)

    def _append_once(self, submitted: _Submitted) -> Appended:
        if submitted.kind == BOOT:
            return self._append_boot(submitted.body, submitted.stamp)
        if self._journal.head.seq == 0 and self._boot is not None:
            self._append_boot(self._boot, submitted.stamp)  # the stream was begun while we ran
        return self._journal.append(
            submitted.kind, submitted.body, stamp=submitted.stamp, attachments=submitted.attachments
        )

    def _append_boot(self, body: Mapping[str, object], stamp: Stamp) -> Appended:
        """Record the start of the program, with the streams before this one as the journal knows them."""
        self._carrying = True
        self._notice = _notice(self._journal, self._journal.head.seq == 0) or self._notice
        named: dict[str, object] = {"predecessors": chain_to_list(self._journal.predecessors)}
        if self._journal.uncertain:
            named[UNCERTAIN] = True
        appended = self._journal.append(BOOT, {**body, **named}, stamp=stamp)
        if appended.seq == 1:
            self._journal.keep_head()  # from its first record on, a stream is known beside its files
        return appended

    def _chores(self) -> None:
        now = self._now()
        if self._broken:
            if now >= self._reopen_at:
                self._reopen()
            return
        if now < self._release_at and not self._is_busy():
            return
        due = now >= self._release_at
        try:
            self._carry()
            if due or self._is_busy():
                self._tally()
            if not due:
                return
            self._release_at = now + _TURN_SECONDS
            self._check_file()
            self._release()
            self._follow()
            self._look_again(now)
            if now >= self._keep_head_at:
                self._keep_head_at = now + _KEEP_HEAD_SECONDS
                self._journal.keep_head()
            self._tell_clock()
        except JournalFull as error:
            self._carrying = False  # until the next boot, or the next stream
            log.warning("there is no room for what nobody waits for: %s", error)
        except JournalBroken as error:
            self._note_broken(error)

    def _check_file(self) -> None:
        """Look after the file that is written, also where nobody presses: what was taken away is put back, or named at once."""
        try:
            self._journal.check()
        except JournalBroken as error:
            log.warning("the journal is read back: %s", error)
            self._read_back()
        if self._journal.head.seq == 0 and self._boot is not None and self._clock is not None:
            self._append_boot(self._boot, self._clock.stamp())  # it names the stream before it

    def _tell_clock(self) -> None:
        """Record what has become known of the clock; never first of all, for a stream's first record names the one before it."""
        if self._clock is None or self._journal.head.seq == 0:
            return
        news = self._clock.news()
        if news is not None:
            self._journal.append(CLOCK, news.to_body(), stamp=self._clock.stamp())

    def _release(self) -> None:
        released = self._journal.release()
        if released is None or self._clock is None or released.acknowledged.arrived_up_ms < 0:
            return
        # The uplink's word counts for nothing here: the receipt cannot be older than the record it covers.
        written = released.written
        if written is not None and written.boot == self._clock.stamp().boot:
            self._clock.hint(released.collector_at_ms, after_up_ms=written.up_ms)

    def _follow(self) -> None:
        """Begin a new stream where the collector's receipt shows that this one went another way, and say so in it."""
        if self._boot is not None and self._clock is not None and self._journal.follow():
            self._append_boot(self._boot, self._clock.stamp())

    def _carry(self) -> None:
        """Record a few of a former stream's records again; the first record of a stream tells of the boot."""
        if not self._carrying or self._clock is None or self._journal.head.seq == 0:
            return
        for _ in range(_CARRY_AT_ONCE):
            self._carrying = self._journal.carry(self._clock.stamp())
            if not self._carrying:
                return

    def _tally(self) -> None:
        """Count what was written, and tell the totals at midnight; a boot is recorded first."""
        if self._tallier is not None and self._clock is not None and self._journal.head.seq:
            self._tallier.step(self._clock.stamp())

    def _look_again(self, now: float) -> None:
        """Read the journal back where nothing moves: only this process can declare a damaged record lost.

        What the uplink says is a hint and no more: declared is what is found damaged here.
        """
        journal = self._journal
        asked = self._undeclared() if now >= self._declare_at else None
        if asked is not None:
            self._declare_at = now + _DECLARE_AGAIN_SECONDS
            journal.declare_from(asked)
            self._carrying = True
            return
        if journal.waiting == 0 or journal.confirmed != self._confirmed:
            self._confirmed = journal.confirmed
            self._look_again_at = now + _LOOK_AGAIN_SECONDS
        elif now >= self._look_again_at:
            self._look_again_at = now + _LOOK_AGAIN_SECONDS
            self._read_back()

    def _note_broken(self, error: JournalBroken) -> None:
        if not self._broken:
            log.error("the journal is out of service: %s", error)
        self._broken = error
        delay = _REOPEN_SECONDS[min(self._failures, len(_REOPEN_SECONDS) - 1)]
        self._failures += 1
        self._reopen_at = self._now() + delay

    def _reopen(self) -> bool:
        if self._now() < self._reopen_at:
            return False
        try:
            self._read_back()
        except JournalBroken as error:
            self._note_broken(error)
            return False
        log.warning("the journal is back in service after %d attempts", self._failures)
        self._broken, self._failures = None, 0
        return True

    def _read_back(self) -> None:
        """Read the journal back, and go on carrying over: what damage took may have been carried over, and can be again."""
        self._journal.reopen()
        self._carrying = True


def _notice(journal: Journal, is_new: bool) -> Trouble | None:
    """Say what became of the stream before a new one."""
    if not journal.predecessors or not is_new:
        return None
    before = journal.predecessors[0]
    if before.why == RESTORED:
        return trouble("journal_restored", seq=before.seq)
    if before.why == DELETED:
        return trouble("journal_deleted", seq=before.seq)
    return trouble("journal_cut", seq=before.seq)


def _failed(submitted: _Submitted, error: JournalError) -> WriteFailed:
    return WriteFailed(submitted.token, error.trouble, str(error))
