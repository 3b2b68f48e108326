"""The writer: one thread, a result for everything submitted, and a journal that comes back by itself."""

from pathlib import Path
from unittest.mock import ANY

import pytest

from survey.record.chain import stated_link
from survey.record.record import ALIVE, CLOCK, Stamp
from survey.wire.messages import Receipt, pack_receipt
from survey.wire.trouble import trouble
from tests.uplink.fakes import (
    KIOSK,
    START_MS,
    FakeTransport,
    FaultyDisk,
    Home,
    body,
    failing,
    fill,
    full,
    stamp,
)
from tests.uplink.forwarder.test_courier import Trip
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.losses import declared
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.segment import segment_paths
from uplink.journal.stamp import ManualClock
from uplink.journal.writer import JournalWriter
from uplink.journal.written import WriteFailed, Written


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def results(writer: JournalWriter) -> list[Written | WriteFailed]:
    found = []
    while not writer.results.empty():
        found.append(writer.results.get())
    return found


def test_each_submission_has_a_result_in_its_order(home: Home) -> None:
    writer = JournalWriter(home.journal())
    writer.start()
    for token in range(20):
        writer.submit(token, "response", body(token), stamp(token))
    writer.stop()
    assert results(writer) == [
        Written(token=token, seq=token + 1, stream=writer._journal.stream, link=ANY) for token in range(20)
    ]
    journal = home.journal()
    assert journal.head.seq == 20
    journal.close()


def test_a_passing_fault_is_survived_without_telling_anybody(home: Home) -> None:
    disk = FaultyDisk()
    writer = JournalWriter(home.journal(disk=disk))
    disk.append_faults.append(failing())
    writer.submit("a", "response", body(1), stamp(1))
    assert writer.step()
    assert results(writer) == [Written(token="a", seq=1, stream=writer._journal.stream, link=ANY)]
    disk.sync_faults.append(failing())
    writer.submit("b", "response", body(2), stamp(2))
    writer.step()
    # The line stood on the disk after all: it is not written a second time.
    assert results(writer) == [Written(token="b", seq=2, stream=writer._journal.stream, link=ANY)]
    assert writer.state().accepting
    writer.stop()


def test_a_lasting_fault_is_told_at_once_and_ends_by_itself(home: Home) -> None:
    now = 0.0
    disk = FaultyDisk()
    writer = JournalWriter(home.journal(disk=disk), now=lambda: now)
    disk.append_faults.extend([failing(), None])
    disk.sync_faults.extend([failing(), failing()])
    writer.submit("a", "response", body(1), stamp(1))
    writer.step()
    (failed,) = results(writer)
    assert isinstance(failed, WriteFailed)
    assert "Input/output error" in failed.reason
    assert not writer.state().accepting
    syncs = disk.syncs
    writer.step()
    assert disk.syncs == syncs, "not again at once"
    now = 1.0
    writer.step()
    assert not writer.state().accepting
    now = 2.9
    writer.step()
    assert not writer.state().accepting, "longer after every failure"
    now = 3.0
    writer.step()
    assert writer.state().accepting
    writer.submit("b", "response", body(2), stamp(2))
    writer.step()
    assert results(writer) == [Written(token="b", seq=1, stream=writer._journal.stream, link=ANY)]
    writer.stop()


def test_a_full_disk_is_no_fault_of_the_record(home: Home) -> None:
    disk = FaultyDisk()
    writer = JournalWriter(home.journal(disk=disk, ballast_bytes=0))
    disk.append_faults.append(full())
    writer.submit("a", "response", body(1), stamp(1))
    writer.submit("b", "response", {"text": "x" * 20_000}, stamp(1))
    writer.submit("c", "response", {"text": object()}, stamp(1))
    for _ in range(3):
        writer.step()
    failed = {one.token: one.reason for one in results(writer) if isinstance(one, WriteFailed)}
    assert list(failed) == ["a", "b", "c"]
    assert "no room" in failed["a"]
    assert "at most" in failed["b"]
    assert writer.state().accepting, "a record that cannot be written is no fault of the disk"
    writer.stop()


def test_ballast_that_is_spent_is_told_while_writing_still_works(home: Home) -> None:
    disk = FaultyDisk()
    writer = JournalWriter(home.journal(disk=disk))
    disk.append_faults.append(full())
    writer.submit("a", "response", body(1), stamp(1))
    writer.step()
    assert results(writer) == [Written(token="a", seq=1, stream=writer._journal.stream, link=ANY)]
    state = writer.state()
    assert not state.accepting
    assert state.trouble == trouble("disk_full")
    writer.stop()


def test_receipts_are_acted_upon_and_date_the_clock(home: Home) -> None:
    hints: list[tuple[int, int]] = []

    class Hinted(ManualClock):
        def hint(self, at_ms: int, *, after_up_ms: int) -> None:
            hints.append((at_ms, after_up_ms))

    journal = home.journal()
    writer = JournalWriter(journal, clock=Hinted(START_MS, up_ms=9_000))
    fill(journal, 3)
    receipt = Receipt(kiosk=KIOSK, stream=journal.stream, through=3, link=journal.head.link, at=START_MS + 77)
    Acknowledged(home.acknowledged).store(pack_receipt(receipt, home.collector.key.sign), arrived_up_ms=9_000)
    writer.step()
    assert writer.state().confirmed == 3
    assert hints == [(START_MS + 77, 3_000)]
    writer.stop()


def test_a_receipt_from_a_stick_frees_records_and_dates_nothing(home: Home) -> None:
    journal = home.journal()
    clock = ManualClock(START_MS)
    writer = JournalWriter(journal, clock=clock)
    fill(journal, 3)
    receipt = Receipt(kiosk=KIOSK, stream=journal.stream, through=3, link=journal.head.link, at=1)
    Acknowledged(home.carried).store(pack_receipt(receipt, home.collector.key.sign))
    writer.step()
    assert writer.state().confirmed == 3
    writer.stop()
    journal = home.journal()
    assert journal.confirmed == 3
    journal.close()


def test_news_of_the_clock_becomes_a_record(home: Home) -> None:
    journal = home.journal()
    clock = ManualClock(START_MS, sync=False)
    now = 0.0
    writer = JournalWriter(journal, clock=clock, now=lambda: now)
    writer.submit("a", ALIVE, {}, clock.stamp())
    writer.step()
    assert journal.head.seq == 1
    clock.sync = True
    now += 1.0
    writer.step()
    record = journal.records.get(doc_id=2)
    assert record is not None
    assert (record["kind"], record["sync"], record["at"]) == (CLOCK, True, START_MS)
    assert record["body"] == {"source": "ntp", "reason": "sync"}
    writer.stop()


def test_times_of_writing_are_told(home: Home) -> None:
    writer = JournalWriter(home.journal())
    assert writer.state().write_ms_p99 == 0.0
    for token in range(5):
        writer.submit(token, ALIVE, {}, Stamp(boot=1, up_ms=token, at=None, sync=False))
        writer.step()
    state = writer.state()
    assert 0.0 < state.write_ms_p50 <= state.write_ms_p99
    assert (state.head, state.waiting, state.damaged) == (5, 5, 0)
    writer.stop()


def test_where_nothing_moves_for_an_hour_the_journal_is_read_back(home: Home) -> None:
    now = 0.0
    writer = JournalWriter(home.journal(), now=lambda: now)
    for token in range(5):
        writer.submit(token, ALIVE, {"token": token}, Stamp(boot=1, up_ms=token, at=None, sync=False))
        writer.step()
    (path,) = home.paths.journal.glob("*.journal")
    content = bytearray(path.read_bytes())
    content[content.index(b'"seq":3')] ^= 0xFF
    path.write_bytes(content)
    now = 3_599.0
    writer.step()
    assert writer.state().damaged == 0
    now = 3_600.0
    writer.step()
    assert writer.state().damaged == 1
    writer.stop()


def test_a_partition_that_is_too_small_says_so(home: Home) -> None:
    class Small(Disk):
        def free_bytes(self, folder: Path) -> int:
            return 3_500_000

        def total_bytes(self, folder: Path) -> int:
            return 4_000_000

    writer = JournalWriter(home.journal(disk=Small()))
    assert writer.state().trouble == trouble("disk_too_small", megabytes=5)
    writer.stop()


def stands_at(trip: Trip) -> int | None:
    """Give the damaged record that the uplink's status names."""
    told = trip.courier.progress.trouble
    return int(dict(told.values)["seq"]) if told is not None and told.code == "record_undeclared" else None


def damage(home: Home, seq: int) -> None:
    (path,) = home.paths.journal.glob("*.journal")
    content = bytearray(path.read_bytes())
    begin = content.index(b'"seq":%d' % seq)
    content[begin : begin + 6] = bytes(6)
    path.write_bytes(content)


def test_a_record_damaged_while_the_kiosk_runs_is_declared_when_the_uplink_stands_at_it(home: Home) -> None:
    now = 0.0
    journal, trip = home.journal(), Trip(home, FakeTransport(home.collector))
    writer = JournalWriter(journal, now=lambda: now, undeclared=lambda: stands_at(trip))
    fill(journal, 5)
    damage(home, 3)
    trip.go()
    assert (home.collector.held(), stands_at(trip)) == (2, 3)
    writer.step()
    trip.go(60, seconds=1.0)
    assert home.collector.held() == 5
    assert stands_at(trip) is None
    writer.stop()


def test_a_damaged_record_that_was_confirmed_is_declared_where_a_collector_that_was_set_back_asks_for_it(
    home: Home,
) -> None:
    now = 0.0
    journal, trip = home.journal(), Trip(home, FakeTransport(home.collector))
    writer = JournalWriter(journal, now=lambda: now, undeclared=lambda: stands_at(trip))
    fill(journal, 6)
    trip.go()
    assert journal.release() is not None
    damage(home, 3)
    journal.reopen()
    assert not declared(home.paths.journal).records, "what is confirmed is no loss"
    stream = journal.stream
    home.collector.lines[stream], home.collector.links[stream] = (
        home.collector.lines[stream][:2],
        home.collector.links[stream][:3],
    )
    fill(journal, 1)
    trip.go(60, seconds=1.0)
    assert (home.collector.held(), stands_at(trip)) == (2, 3)
    writer.step()
    assert list(declared(home.paths.journal).records) == [3]
    trip.go(60, seconds=1.0)
    assert home.collector.held() == 7
    assert home.collector.lines[stream][2] == declared(home.paths.journal).records[3]
    writer.stop()


@pytest.mark.parametrize("confirmed", [0, 3])
@pytest.mark.parametrize("running", [True, False])
def test_the_oldest_file_lost_before_it_was_sent_is_declared_and_what_is_behind_it_goes_on(
    home: Home, confirmed: int, running: bool
) -> None:
    now = 0.0
    journal = home.journal(segment_bytes=50_000)
    if confirmed:
        fill(journal, confirmed)
        Trip(home, FakeTransport(home.collector)).go()
    fill(journal, 400)
    stream = journal.stream
    (oldest, path), (behind, _), *_ = segment_paths(home.paths.journal)
    assert (oldest, behind - confirmed > 60) == (1, True), (
        "more than a courier sends at once while it hears nothing"
    )
    path.unlink()
    if not running:
        journal.close()
        journal = home.journal(segment_bytes=50_000)
    trip = Trip(home, FakeTransport(home.collector), patience_seconds=1.0)
    writer = JournalWriter(journal, now=lambda: now, undeclared=lambda: stands_at(trip))
    for _ in range(200):
        now += 0.5
        trip.go(1, seconds=0.5)
        writer.step()
    assert (journal.stream, home.collector.held()) == (stream, 400 + confirmed)
    lines = home.collector.lines[stream]
    assert [seq for seq, line in enumerate(lines, start=1) if stated_link(line) is not None] == list(
        range(confirmed + 1, behind)
    )
    assert (trip.courier.progress.trouble, journal.waiting) == (None, 0)
    writer.stop()


def test_what_was_let_go_of_is_no_loss_where_the_receipts_are_gone(home: Home) -> None:
    journal = home.journal(segment_bytes=2_000)
    fill(journal, 40)
    Trip(home, FakeTransport(home.collector)).go()
    assert journal.release() is not None
    journal.close()
    home.acknowledged.unlink()
    journal = home.journal(segment_bytes=2_000)
    fill(journal, 3)
    now = 0.0
    trip = Trip(home, FakeTransport(home.collector))
    writer = JournalWriter(journal, now=lambda: now, undeclared=lambda: stands_at(trip))
    for _ in range(60):
        now += 1.0
        trip.go(1, seconds=1.0)
        writer.step()
    assert not declared(home.paths.journal).records
    assert (home.collector.held(), trip.courier.progress.trouble) == (43, None)
    writer.stop()


def test_a_hint_of_the_uplink_alone_declares_nothing_lost(home: Home) -> None:
    now = 0.0
    journal = home.journal()
    asked: list[float] = []
    writer = JournalWriter(journal, now=lambda: now, undeclared=lambda: asked.append(now) or 2)
    fill(journal, 5)
    for _ in range(100):
        writer.step()
        now += 1.0
    assert not declared(home.paths.journal).records
    assert len(asked) == 4, "every half minute"
    writer.stop()
