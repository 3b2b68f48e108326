"""A power cut at any moment: what was said to be kept is kept, in the segments and in every small file beside them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from survey.wire.messages import Settings, pack_settings
from tests.uplink.fakes import KIOSK, HastyDisk, Home, MortalDisk, failing, fill
from uplink.errors import UplinkError
from uplink.forwarder.inbox import settings_inbox
from uplink.journal.acknowledged import Acknowledged, read_acknowledged
from uplink.journal.enrolment import load_enrolment, store_enrolment
from uplink.journal.home import KioskHome
from uplink.journal.identity import Identity
from uplink.journal.losses import Losses, declare, declared
from uplink.journal.reader import JournalReader
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.files import replace_file

Store = Callable[[Home, Disk, int], None]
Load = Callable[[Home], object]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.enrol()
    return home


def store_acknowledged(home: Home, disk: Disk, number: int) -> None:
    Acknowledged(home.acknowledged, disk=disk).store(b"%d" % number)


def load_acknowledged(home: Home) -> object:
    found = read_acknowledged(home.acknowledged)
    return int(found.receipt) if found is not None else None


def enrol(home: Home, disk: Disk, number: int) -> None:
    store_enrolment(home.folder, load_enrolment(home.folder)._replace(agency=str(number)), disk=disk)


def take_settings(home: Home, disk: Disk, number: int) -> None:
    settings = Settings(kiosk=KIOSK, version=number, content={})
    inbox = settings_inbox(home.paths.settings, kiosk=KIOSK, verify=home.collector.verify, disk=disk)
    assert inbox.take(pack_settings(settings, home.collector.key.sign)) or number == 3


def load_settings(home: Home) -> object:
    return settings_inbox(home.paths.settings, kiosk=KIOSK, verify=home.collector.verify).version


def declare_losses(home: Home, disk: Disk, number: int) -> None:
    declare(home.paths.journal, Losses({number: b"lost"}), disk=disk)


SMALL_FILES: dict[str, tuple[Store, Load]] = {
    "acknowledged": (store_acknowledged, load_acknowledged),
    "enrolment": (enrol, lambda home: int(load_enrolment(home.folder).agency)),
    "settings": (take_settings, load_settings),
    "losses": (declare_losses, lambda home: next(iter(declared(home.paths.journal).records))),
}


@pytest.mark.parametrize("file", SMALL_FILES)
def test_a_small_file_outlives_a_power_cut(home: Home, file: str) -> None:
    store, load = SMALL_FILES[file]
    disk = MortalDisk()
    for number in (1, 2):
        store(home, disk, number)
        assert load(home) == number
        disk.cut_power(home.folder)
        if file != "enrolment":
            home.enrol()  # the power took it, for another disk had written it
        assert load(home) == number


@pytest.mark.parametrize("file", SMALL_FILES)
def test_a_small_file_is_as_before_where_the_disk_fails(home: Home, file: str) -> None:
    store, load = SMALL_FILES[file]
    disk = MortalDisk()
    store(home, disk, 1)
    store(home, disk, 2)

    def fail() -> None:
        raise failing()

    disk.before_sync = fail
    try:
        store(home, disk, 3)
    except UplinkError:
        pass
    else:
        assert file == "settings", "the inbox says so in its log and keeps what it has"
    disk.cut_power(home.folder)
    if file != "enrolment":
        home.enrol()
    assert load(home) == 2


def test_the_signing_key_outlives_a_power_cut(tmp_path: Path) -> None:
    disk = MortalDisk()
    identity = Identity.create(tmp_path, disk=disk)
    disk.cut_power(tmp_path)
    assert Identity.load(tmp_path).public_key == identity.public_key


def test_a_file_is_flushed_before_it_takes_its_name_and_its_folder_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "file"
    disk = MortalDisk()
    replace_file(path, b"old", disk=disk)
    seen: list[bytes] = []
    disk.before_sync = lambda: seen.append(path.read_bytes())
    replace_file(path, b"new", disk=disk)
    assert seen == [b"old"]
    assert disk.holds(path)
    disk.cut_power(tmp_path)
    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_small_file_is_readable_by_those_it_is_for(tmp_path: Path) -> None:
    for mode in (0o600, 0o640, 0o644):
        replace_file(tmp_path / "file", b"x", mode=mode)
        assert (tmp_path / "file").stat().st_mode & 0o777 == mode


def test_every_record_that_was_appended_outlives_a_power_cut(home: Home) -> None:
    disk = MortalDisk()
    journal = home.journal(disk=disk, segment_bytes=2_000, ballast_bytes=0)
    for count in range(1, 21):
        fill(journal, 1)
        if count % 7 == 0:
            journal.close()
            disk.cut_power(home.folder)
            journal = home.journal(disk=disk, segment_bytes=2_000, ballast_bytes=0)
        assert journal.head.seq == count
    journal.close()
    assert len(list(home.paths.journal.glob("*.journal"))) > 2


@pytest.mark.parametrize("first", [1, 9, 20])
def test_what_the_reader_gives_is_on_the_medium(home: Home, first: int) -> None:
    journal = home.journal(disk=HastyDisk(), segment_bytes=2_000)
    fill(journal, 20)
    disk = MortalDisk()
    reader = JournalReader(home.paths.journal, disk=disk)
    given: list[int] = []
    while entries := reader.read(given[-1] + 1 if given else first, most=4, most_bytes=100_000):
        given += [entry.seq for entry in entries]
        holding = [path for path in home.paths.journal.glob("*.journal") if _holds(path, entries[-1].line)]
        assert holding
        assert all(disk.holds(path) for path in holding)
    assert given == list(range(first, 21))
    fill(journal, 1)
    assert [entry.seq for entry in reader.read(21, most=4, most_bytes=100_000)] == [21]
    newest = max(home.paths.journal.glob("*.journal"))
    assert disk.holds(newest)
    journal.close()


def _holds(path: Path, line: bytes) -> bool:
    return line in path.read_bytes()


def test_a_declared_loss_outlives_a_power_cut(home: Home) -> None:
    disk = MortalDisk()
    journal = home.journal(disk=disk, ballast_bytes=0)
    fill(journal, 5)
    journal.close()
    (path,) = home.paths.journal.glob("*.journal")
    content = bytearray(path.read_bytes())
    content[content.index(b'"seq":3')] ^= 0xFF
    path.write_bytes(content)
    journal = home.journal(disk=disk, ballast_bytes=0)
    known = declared(home.paths.journal)
    assert list(known.records) == [3]
    journal.close()
    disk.cut_power(home.folder)
    assert declared(home.paths.journal) == known
    assert KioskHome(home.folder).quarantined() == 1
