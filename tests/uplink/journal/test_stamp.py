"""Clocks: which boot it is, what is known of the time, and what is news."""

import json
from pathlib import Path

import pytest

from uplink.journal import stamp as stamp_module
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.stamp import ManualClock, SystemClock

NOW = 1_767_225_600_000


class Machine:
    """The machine's clocks, as the test sets them; patched in, for they are the kernel's and not ours to pass."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.up_ms, self.at_ms, self.trusted = 10_000, 10_000, False
        self.boot_id = folder / "boot_id"
        self.boot_id.write_text("first")
        monkeypatch.setattr(stamp_module, "_BOOT_ID", self.boot_id)
        monkeypatch.setattr(stamp_module, "_TIMESYNC", folder / "synchronized")
        monkeypatch.setattr(stamp_module, "_kernel_says_synchronised", lambda: self.trusted)
        monkeypatch.setattr(stamp_module, "_up_ms", lambda: self.up_ms)
        monkeypatch.setattr(stamp_module, "_both_clocks", lambda: (self.up_ms, self.at_ms))

    def pass_ms(self, elapsed: int) -> None:
        self.up_ms += elapsed
        self.at_ms += elapsed


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_restart_of_the_program_is_the_same_boot_and_a_restart_of_the_machine_is_not(
    tmp_path: Path, machine: Machine
) -> None:
    assert SystemClock(tmp_path).boot == 1
    assert SystemClock(tmp_path, last_boot=1).boot == 1
    machine.boot_id.write_text("second")
    assert SystemClock(tmp_path, last_boot=1).boot == 2
    machine.boot_id.write_text("third")
    assert SystemClock(tmp_path, last_boot=7).boot == 8


@pytest.mark.parametrize("content", ["", "{", "[]", '{"boot_id": 1}', '{"boot_id": "first", "boot": "x"}'])
def test_a_damaged_count_of_boots_goes_on_from_the_journals(
    tmp_path: Path, machine: Machine, content: str
) -> None:
    JournalFolder(tmp_path).boots.write_text(content)
    assert SystemClock(tmp_path, last_boot=4).boot == 5
    assert json.loads(JournalFolder(tmp_path).boots.read_text())["boot"] == 5


def test_without_a_boot_id_every_start_is_a_boot(tmp_path: Path, machine: Machine) -> None:
    machine.boot_id.unlink()
    assert [SystemClock(tmp_path).boot for _ in range(3)] == [1, 2, 3]


def test_it_is_news_once_that_the_clock_is_trusted(tmp_path: Path, machine: Machine) -> None:
    clock = SystemClock(tmp_path)
    assert clock.news() is None
    assert clock.stamp().sync is False
    machine.at_ms, machine.trusted = NOW, True
    machine.pass_ms(1_000)
    news = clock.news()
    assert news is not None
    assert news.to_body() == {"source": "ntp", "reason": "sync"}
    assert clock.news() is None
    assert (clock.stamp().at, clock.stamp().sync) == (NOW + 1_000, True)


def test_a_jump_of_a_trusted_clock_is_news(tmp_path: Path, machine: Machine) -> None:
    machine.at_ms, machine.trusted = NOW, True
    clock = SystemClock(tmp_path)
    clock.news()
    machine.pass_ms(5_000)
    machine.at_ms -= 60_000
    news = clock.news()
    assert news is not None
    assert news.to_body() == {"source": "ntp", "reason": "jump", "was_ms": NOW + 5_000}
    machine.pass_ms(1_000)
    machine.at_ms += 1_500  # a small correction
    assert clock.news() is None


def test_a_fresh_receipt_gives_the_time_to_a_kiosk_without_one(tmp_path: Path, machine: Machine) -> None:
    clock = SystemClock(tmp_path)
    machine.pass_ms(60_000)
    clock.hint(NOW, after_up_ms=machine.up_ms - 600)
    stamp = clock.stamp()
    assert stamp.sync
    assert stamp.at == NOW + 300
    assert clock.trusted
    news = clock.news()
    assert news is not None
    assert news.source == "receipt"
    machine.pass_ms(10_000)
    assert clock.now_ms() == NOW + 10_300
    clock.hint(NOW + 10_500, after_up_ms=machine.up_ms)
    assert clock.now_ms() == NOW + 10_300, "a hint that agrees moves nothing"


def test_a_stale_receipt_says_nothing(tmp_path: Path, machine: Machine) -> None:
    clock = SystemClock(tmp_path)
    clock.hint(NOW, after_up_ms=machine.up_ms - 5_000)
    clock.hint(NOW, after_up_ms=machine.up_ms + 1)
    assert not clock.stamp().sync


def test_the_time_daemon_counts_for_more_than_a_receipt(tmp_path: Path, machine: Machine) -> None:
    clock = SystemClock(tmp_path)
    clock.hint(NOW, after_up_ms=machine.up_ms)
    machine.at_ms, machine.trusted = NOW + 3, True
    machine.pass_ms(1_000)
    assert clock.stamp().at == NOW + 1_003


def test_a_manual_clock_stands_where_it_is_put() -> None:
    clock = ManualClock(NOW)
    clock.set(NOW + 500)
    assert (clock.stamp().at, clock.stamp().up_ms) == (NOW + 500, 500)
    clock.set(NOW)
    assert (clock.stamp().at, clock.stamp().up_ms) == (NOW, 500)
    clock.jump(-1_000)
    assert clock.now_ms() == NOW - 1_000
    assert clock.news() is not None
    assert clock.news() is None
    clock.reboot(at_ms=5, sync=False)
    assert clock.stamp().boot == 2
    assert clock.news() is None


def test_the_real_clocks_are_read(tmp_path: Path) -> None:
    clock = SystemClock(tmp_path)
    first, second = clock.stamp(), clock.stamp()
    assert first.at is not None
    assert first.at > 1_600_000_000_000
    assert 0 < first.up_ms <= second.up_ms
