"""The kiosk tells its totals at midnight, whatever happened before: restarts, cut power, a clock that knew nothing, lost records."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from survey.record.bodies import Boot
from survey.record.record import BOOT, RESPONSE, TALLY, Record, decode
from survey.record.response import new_salt
from survey.record.tally import TallyTold
from survey.record.totals import RunningTotals
from survey.wire.messages import Receipt, pack_receipt
from tests.uplink.fakes import KIOSK, START_MS, FaultyDisk, Home, MortalDisk, body, failing, full
from uplink.errors import JournalBroken
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.journal import Journal
from uplink.journal.kept_totals import KeptTotals
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.segment import segment_paths
from uplink.journal.stamp import ManualClock
from uplink.journal.tallying import Tallier
from uplink.journal.writer import JournalWriter
from uplink.journal.written import Written

JAKARTA = ZoneInfo("Asia/Jakarta")
JAYAPURA = ZoneInfo("Asia/Jayapura")
HOUR = 3_600_000
DAY = 24 * HOUR
EVENING_MS = START_MS + 16 * HOUR
"""1 January 2026, 23:00 in Jakarta and 1:00 of the next day in Jayapura."""


class Kiosk:
    """The kiosk process, turn by turn."""

    def __init__(
        self,
        home: Home,
        *,
        at_ms: int = EVENING_MS,
        boot: int = 1,
        sync: bool = True,
        zone: ZoneInfo = JAKARTA,
        disk: Disk = REAL_DISK,
    ) -> None:
        self.home = home
        self.now = 0.0
        self.totals = KeptTotals(home.paths.totals, disk=disk)
        self.journal: Journal = home.journal(segment_bytes=6_000, totals=self.totals, disk=disk)
        self.clock = ManualClock(at_ms, boot=boot, up_ms=60_000, sync=sync)
        self.tallier = Tallier(self.journal, self.totals, zone=zone)
        self.writer = JournalWriter(
            self.journal, clock=self.clock, tallier=self.tallier, now=lambda: self.now
        )
        self.submit(BOOT, Boot("1").to_body())

    def submit(self, kind: str, content: Mapping[str, object]) -> None:
        self.writer.submit("x", kind, content, self.clock.stamp())
        self.turn()

    def visit(self, *values: int, **more: object) -> None:
        for value in values:
            self.submit(RESPONSE, body(value=value) | {"salt": new_salt()} | more)

    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += 1.0
            self.clock.advance(1_000)
            self.writer.step()

    def sleep(self, until_ms: int) -> None:
        self.clock.set(until_ms)
        self.turn(3)

    def records(self) -> list[Record]:
        entries = self.journal.entries(1, self.journal.head.seq)
        return [decode(entry.line) for entry in entries if not entry.line.startswith(b"lost")]

    def tallies(self) -> list[TallyTold]:
        return [TallyTold.from_body(one.body) for one in self.records() if one.kind == TALLY]

    def confirm(self) -> None:
        """Have everything receipted, and let it go."""
        journal = self.journal
        receipt = Receipt(KIOSK, journal.stream, journal.head.seq, journal.head.link, at=self.clock.at_ms)
        Acknowledged(self.home.acknowledged).store(pack_receipt(receipt, self.home.collector.key.sign))
        self.turn(2)

    def stop(self) -> None:
        self.writer.stop()

    def die(self) -> None:
        """End without a word, as by a power cut that everything on the disk survives."""
        self.journal.close()


def recounted(kiosk: Kiosk) -> list[bool]:
    """Whether each tally is what somebody who has all records counts."""
    totals, found = RunningTotals(), []
    for record in kiosk.records():
        if record.kind == TALLY:
            told = TallyTold.from_body(record.body)
            mine = totals.told(kiosk.journal.stream, day=told.day, closes=told.closes)
            found.append(told == mine)
        totals.take(record.seq, record.kind, record.body)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_the_totals_are_told_at_local_midnight_once(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.visit(4, 3)
    kiosk.sleep(EVENING_MS + HOUR - 10_000)
    assert kiosk.tallies() == []
    kiosk.sleep(EVENING_MS + HOUR)
    kiosk.turn(20)
    (told,) = kiosk.tallies()
    assert (told.day, told.upto, told.since, told.closes) == ("2026-01-02", 4, 0, False)
    assert set(told.sums) == {"/", "/pulse@1", "/pulse@1/rest"}
    assert recounted(kiosk) == [True]
    kiosk.stop()


def test_midnight_is_that_of_the_units_zone(home: Home) -> None:
    kiosk = Kiosk(home, at_ms=EVENING_MS - 2 * HOUR - 60_000, zone=JAYAPURA)
    kiosk.visit(4)
    kiosk.sleep(EVENING_MS - HOUR - 30_000)
    assert kiosk.tallies() == []
    kiosk.sleep(EVENING_MS - HOUR)
    assert [told.day for told in kiosk.tallies()] == ["2026-01-02"]
    kiosk.stop()


def test_a_month_that_ends_is_closed_and_each_day_is_told(home: Home) -> None:
    kiosk = Kiosk(home, at_ms=EVENING_MS + 28 * DAY)
    for day in range(1, 5):
        kiosk.visit(*range(1, 5))
        kiosk.sleep(EVENING_MS + (28 + day) * DAY)
    told = kiosk.tallies()
    assert [(one.day, one.closes) for one in told] == [
        ("2026-01-30", False),
        ("2026-01-31", False),
        ("2026-02-01", True),
        ("2026-02-02", False),
    ]
    assert [one.set_since for one in told] == [0, 0, 0, told[2].upto]
    assert recounted(kiosk) == [True] * 4
    kiosk.stop()


def test_a_clock_that_becomes_trusted_late_has_its_tally_then(home: Home) -> None:
    kiosk = Kiosk(home, at_ms=0, sync=False)
    kiosk.visit(4, 4)
    kiosk.turn(10)
    assert kiosk.tallies() == [], "nobody knows the day"
    kiosk.clock.jump(
        EVENING_MS + 2 * HOUR
    )  # it is one in the morning, and the kiosk has been up for a minute
    kiosk.clock.sync = True
    kiosk.turn(5)
    assert kiosk.tallies() == [], "the stream began today"
    kiosk.die()
    again = Kiosk(home, at_ms=0, boot=2, sync=False)
    again.visit(1)
    again.clock.jump(EVENING_MS + 5 * DAY)
    again.clock.sync = True
    again.turn(5)
    assert [told.day for told in again.tallies()] == ["2026-01-06"], "midnights went by without power"
    assert recounted(again) == [True]
    again.stop()


def test_where_a_boot_never_knew_the_time_a_midnight_may_have_passed(home: Home) -> None:
    kiosk = Kiosk(home, at_ms=0, sync=False)
    kiosk.visit(4)
    kiosk.die()
    again = Kiosk(home, boot=2)
    again.turn(5)
    (told,) = again.tallies()
    assert (told.day, told.closes) == ("2026-01-01", True)
    assert recounted(again) == [True]
    again.stop()


@pytest.mark.parametrize("gracefully", [True, False])
def test_a_restart_goes_on_counting_also_where_the_records_are_gone(home: Home, gracefully: bool) -> None:
    kept: list[Record] = []
    for boot in range(1, 4):
        kiosk = Kiosk(home, at_ms=EVENING_MS + boot * 2 * HOUR, boot=boot)
        kiosk.visit(*([4, 3, 2, 1] * 10))
        kept += kiosk.records()
        kiosk.confirm()
        _ = kiosk.stop() if gracefully else kiosk.die()
    kiosk = Kiosk(home, at_ms=EVENING_MS + DAY + 2 * HOUR, boot=4)
    assert next(kiosk.journal.entries(1, 10_000)).seq > 40, "the first segments are gone"
    kiosk.turn(5)
    told = kiosk.tallies()[-1]
    totals = RunningTotals()
    everything = {record.seq: record for record in (*kept, *kiosk.records())}
    for seq in sorted(everything):
        record = everything[seq]
        if seq <= told.upto:
            totals.take(seq, record.kind, record.body)
    assert totals.parts["/pulse@1"].n == 120
    assert told == totals.told(kiosk.journal.stream, day=told.day, closes=told.closes)
    assert told.since == 0
    kiosk.stop()


def test_nothing_goes_that_is_not_counted(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.visit(*([4] * 60))
    newest = kiosk.journal.closed_through
    assert newest > 0
    assert kiosk.totals.through(kiosk.journal.stream) >= newest
    journal = home.paths.journal
    before = len(segment_paths(journal))
    kiosk.totals._through = {}
    kiosk.writer._tallier = None
    kiosk.confirm()
    assert len(segment_paths(journal)) == before
    assert kiosk.journal._storage._ballast.spend(), "the disk is full now"
    kiosk.visit(4)
    kiosk.confirm()
    assert len(segment_paths(journal)) == 1, "room comes first"
    kiosk.stop()


@pytest.mark.parametrize("cut", range(1, 14))
def test_power_cut_at_any_flush_around_midnight_tells_no_wrong_sum(home: Home, cut: int) -> None:
    disk = MortalDisk()
    kiosk = Kiosk(home, disk=disk)
    kiosk.visit(4, 3, 2)
    flushes = 0

    def count() -> None:
        nonlocal flushes
        flushes += 1
        if flushes == cut:
            raise failing()

    disk.before_sync = count
    kiosk.clock.set(EVENING_MS + HOUR)
    kiosk.turn(4)
    kiosk.visit(1)
    kiosk.die()
    disk.before_sync = lambda: None
    disk.cut_power(home.folder)
    again = Kiosk(home, boot=2, at_ms=EVENING_MS + HOUR + 600_000, disk=disk)
    again.visit(2)
    again.turn(5)
    assert {told.day for told in again.tallies()} == {"2026-01-02"}
    assert recounted(again) == [True] * len(again.tallies())
    assert len(again.tallies()) == 1
    again.stop()


def test_a_lost_totals_file_costs_nothing_while_the_records_are_here(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.visit(4, 3)
    kiosk.sleep(EVENING_MS + HOUR)
    kiosk.stop()
    home.paths.totals.write_bytes(b"rot")
    again = Kiosk(home, boot=2, at_ms=EVENING_MS + DAY + HOUR)
    again.turn(3)
    assert [told.since for told in again.tallies()] == [0, 0]
    assert recounted(again) == [True, True]
    again.stop()


def test_lost_totals_of_lost_records_begin_anew_and_say_so(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.visit(*([4] * 60))
    kiosk.confirm()
    kiosk.stop()
    home.paths.totals.unlink()
    again = Kiosk(home, boot=2)
    again.turn(3)
    (anew,) = again.tallies()
    assert anew.begins_anew
    assert anew.sums == {}
    again.visit(1)
    again.sleep(EVENING_MS + HOUR)
    told = again.tallies()[-1]
    assert (told.since, set(told.sums)) == (anew.upto, {"/", "/pulse@1", "/pulse@1/rest"})
    totals = RunningTotals()
    for record in again.records()[-3:]:
        if record.seq <= told.upto:
            totals.take(record.seq, record.kind, record.body)
    assert totals.parts["/pulse@1"].n == 1
    again.stop()
    third = Kiosk(home, boot=3, at_ms=EVENING_MS + DAY + HOUR)
    third.turn(4)
    assert [one.since for one in third.tallies()] == [anew.upto] * 3, "it is said once"
    third.stop()


def test_a_record_lost_after_it_was_counted_is_counted_no_more(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.visit(4, 3, 2)
    lost = next(one.seq for one in kiosk.records() if one.body.get("answers") == {"kepuasan": 3})
    kiosk.stop()
    (_, path), *_ = segment_paths(home.paths.journal)
    content = path.read_bytes()
    at = content.index(b'"kepuasan":3')
    path.write_bytes(content[: at - 40] + b"damaged beyond what any bit explains" + content[at - 4 :])
    again = Kiosk(home, boot=2)
    assert again.journal.losses == lost
    again.visit(1)
    again.sleep(EVENING_MS + HOUR)
    anew, told = again.tallies()
    assert anew.begins_anew
    assert told.since == anew.upto >= lost
    again.stop()


def test_a_successor_begins_with_nothing(home: Home, tmp_path: Path) -> None:
    kiosk = Kiosk(home)
    kiosk.visit(4, 3)
    kiosk.sleep(EVENING_MS + HOUR)
    former = kiosk.journal.stream
    kiosk.stop()
    shutil.rmtree(home.paths.journal)
    again = Kiosk(home, at_ms=EVENING_MS + 2 * HOUR)
    assert again.journal.stream != former
    again.visit(1)
    again.sleep(EVENING_MS + DAY + HOUR)
    assert recounted(again) == [True]
    assert [told.day for told in again.tallies()] == ["2026-01-03"]
    again.stop()


def test_a_full_disk_puts_the_tally_off_until_there_is_room(home: Home) -> None:
    disk = FaultyDisk()
    kiosk = Kiosk(home, disk=disk)
    kiosk.visit(*([4] * 60))
    head = kiosk.journal.head.seq
    disk.append_faults.extend([full()] * 2)
    kiosk.clock.set(EVENING_MS + HOUR)
    kiosk.turn(90)
    assert (kiosk.journal.accepting, kiosk.journal.head.seq) == (False, head)
    kiosk.confirm()  # files go, and the reserve is there again
    kiosk.turn(90)
    (told,) = kiosk.tallies()
    assert (told.day, told.upto, told.since) == ("2026-01-02", head, 0)
    kiosk.stop()


def test_a_press_does_no_work_for_the_totals(home: Home) -> None:
    """Between the press and the thanks nothing is read, written or counted for a tally, not even at midnight."""
    disk = FaultyDisk()
    kiosk = Kiosk(home, disk=disk)
    kiosk.visit(4)
    kiosk.clock.set(EVENING_MS + HOUR)
    touched: list[str] = []
    kiosk.tallier.step = lambda _stamp: touched.append("step")  # type: ignore[method-assign]
    kiosk.journal.entries = lambda *_: touched.append("read") or iter(())  # type: ignore[method-assign,func-returns-value]
    syncs = disk.syncs
    kiosk.writer.submit("thanks", RESPONSE, body() | {"salt": new_salt()}, kiosk.clock.stamp())
    submitted = kiosk.writer._queue.get()
    assert submitted is not None
    result = kiosk.writer._write(submitted)
    assert isinstance(result, Written)
    assert (touched, disk.syncs - syncs) == ([], 1)
    kiosk.die()


def test_the_totals_file_is_the_kiosks_alone(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.visit(4)
    kiosk.stop()
    assert home.paths.totals.stat().st_mode & 0o077 == 0


def test_a_disk_that_fails_while_totals_are_read_is_the_journals_trouble(home: Home) -> None:
    kiosk = Kiosk(home)

    def fails(*_: int) -> object:
        raise JournalBroken("a file cannot be read")

    kiosk.visit(4)
    kiosk.journal.entries = fails  # type: ignore[method-assign,assignment]
    accepting = []
    for _ in range(4):
        kiosk.visit(3)
        accepting.append(kiosk.writer.state().accepting)
    assert False in accepting
    del kiosk.journal.entries
    kiosk.turn(5)
    assert kiosk.writer.state().accepting
    kiosk.sleep(EVENING_MS + HOUR)
    assert recounted(kiosk) == [True]
    kiosk.stop()
