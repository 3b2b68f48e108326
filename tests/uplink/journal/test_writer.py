"""The writer: one thread, a result for everything submitted, and a journal that comes back by itself."""

from pathlib import Path

import pytest

from survey.record.record import ALIVE, CLOCK, Stamp
from survey.wire.messages import Receipt, pack_receipt
from survey.wire.trouble import trouble
from tests.uplink.fakes import KIOSK, START_MS, FaultyDisk, Home, body, failing, fill, full, stamp
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.segments.disk import Disk
from uplink.journal.stamp import ManualClock
from uplink.journal.writer import JournalWriter, WriteFailed, Written


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
        Written(token=token, seq=token + 1, stream=writer._journal.stream) for token in range(20)
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
    assert results(writer) == [Written(token="a", seq=1, stream=writer._journal.stream)]
    disk.sync_faults.append(failing())
    writer.submit("b", "response", body(2), stamp(2))
    writer.step()
    # The line stood on the disk after all: it is not written a second time.
    assert results(writer) == [Written(token="b", seq=2, stream=writer._journal.stream)]
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
    assert results(writer) == [Written(token="b", seq=1, stream=writer._journal.stream)]
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
    assert results(writer) == [Written(token="a", seq=1, stream=writer._journal.stream)]
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
