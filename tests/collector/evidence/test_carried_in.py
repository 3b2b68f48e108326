"""The USB door: whole folders or nothing, twice and in any order, and receipts for the way back."""

import os
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.core.management import CommandError, call_command

from collector.errors import CollectorError
from collector.evidence.doors.usb import carry_in
from collector.evidence.models import Stream
from collector.trust import keys, public
from survey.wire.carriage import (
    MANIFEST,
    RECEIPT_FOLDER,
    SEALED,
    StickManifest,
    batch_name,
    describe,
    folder_name,
    pack_manifest,
    receipt_name,
)
from survey.wire.messages import unpack_receipt
from survey.wire.sealing import CARRIED
from tests.collector.fake_kiosk import FakeKiosk
from uplink.journal.sealing import seal

pytestmark = pytest.mark.django_db


def sealed(batch: bytes, key: bytes | None = None) -> bytes:
    """Seal a batch as the kiosk does; to this collector's key."""
    return SEALED + seal(batch, key or public.read(settings.IKM_KEYS).seal_key, info=CARRIED)


def carry(kiosk: FakeKiosk, stick: Path, *spans: tuple[int, int]) -> Path:
    """Write a carry-out as the kiosk does."""
    name = folder_name(kiosk=kiosk.name, stream=kiosk.stream, first=spans[0][0], last=spans[-1][1])
    folder = stick / name
    folder.mkdir()
    files = []
    for first, last in spans:
        name = batch_name(kiosk=kiosk.name, stream=kiosk.stream, first=first, last=last)
        content = sealed(kiosk.batch(first, last, prev=True))
        (folder / name).write_bytes(content)
        files.append(describe(name, content, first=first, last=last))
    manifest = StickManifest(kiosk=kiosk.name, stream=kiosk.stream, files=tuple(files))
    (folder / MANIFEST).write_bytes(pack_manifest(manifest))
    return folder


def test_a_stick_is_taken_in_and_gets_its_receipt(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4, 3, 2, 1)
    carry(kiosk, tmp_path, (1, 2), (3, 4))
    taken = carry_in(tmp_path, who="rina")
    assert (taken.files, taken.records, taken.refused) == (2, 4, [])
    (path,) = taken.receipts
    receipt = unpack_receipt(path.read_bytes(), keys.verifier(public.read(settings.IKM_KEYS).signing))
    assert (receipt.stream, receipt.through, receipt.link) == (kiosk.stream, 4, kiosk.links[4])
    assert carry_in(tmp_path, who="rina").records == 0


def test_a_folder_copied_in_part_is_refused_whole(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4, 3)
    folder = carry(kiosk, tmp_path, (1, 1), (2, 2))
    last = max(folder.glob("*.ikm"))
    last.write_bytes(last.read_bytes()[:-1])
    taken = carry_in(tmp_path, who="rina")
    assert [(name, why.code) for name, why in taken.refused] == [(folder.name, "carried_file")]
    assert Stream.objects.count() == 0


def test_a_manifest_cannot_name_a_file_outside_its_folder(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4)
    folder = carry(kiosk, tmp_path, (1, 1))
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes().replace(b"k-0001-", b"../0001-", 1))
    assert [why.code for _, why in carry_in(tmp_path, who="rina").refused] == ["manifest_digest"]


def test_an_empty_stick_is_said_to_be_empty(db: None, tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="no batch files"):
        carry_in(tmp_path, who="rina")
    with pytest.raises(CollectorError, match="does not exist"):
        carry_in(tmp_path / "nothing", who="rina")


def test_a_strangers_file_is_refused_by_name(kiosk: FakeKiosk, tmp_path: Path) -> None:
    (tmp_path / "a-0-1.ikm").write_bytes(b"junk")
    with pytest.raises(SystemExit):
        call_command("import_files", str(tmp_path))


def test_a_link_in_the_receipts_place_cannot_overwrite_the_signing_key(
    kiosk: FakeKiosk, tmp_path: Path
) -> None:
    key = settings.IKM_KEYS / "private" / "signing.key"
    before = key.read_bytes()
    kiosk.responses(4, 3)
    carry(kiosk, tmp_path, (1, 2))
    (tmp_path / RECEIPT_FOLDER).mkdir()
    link = tmp_path / RECEIPT_FOLDER / receipt_name(kiosk=kiosk.name, stream=kiosk.stream)
    link.symlink_to(key)
    taken = carry_in(tmp_path, who="rina")
    assert key.read_bytes() == before
    assert (taken.records, taken.receipts, taken.unwritten) == (2, [link], None)
    assert not link.is_symlink()
    assert link.read_bytes()[:4] == b"IKR1"


def test_a_receipt_folder_that_leads_elsewhere_gets_nothing(
    kiosk: FakeKiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere, stick = tmp_path / "elsewhere", tmp_path / "stick"
    elsewhere.mkdir()
    stick.mkdir()
    kiosk.responses(4)
    carry(kiosk, stick, (1, 1))
    (stick / RECEIPT_FOLDER).symlink_to(elsewhere)
    with pytest.raises(CommandError, match="the records are in, but the receipts cannot be written"):
        call_command("import_files", str(stick))
    assert "1 new records" in capsys.readouterr().out
    assert list(elsewhere.iterdir()) == []


def test_a_source_that_is_a_link_is_not_followed(kiosk: FakeKiosk, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    kiosk.responses(4)
    carry(kiosk, tmp_path / "stick", (1, 1))
    (tmp_path / "link").symlink_to(tmp_path / "stick")
    with pytest.raises(CollectorError, match="is a link"):
        carry_in(tmp_path / "link", who="rina")


def test_a_prepared_stick_hangs_nothing_and_the_rest_comes_in(
    kiosk: FakeKiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.responses(4, 3, 2)
    folder = carry(kiosk, tmp_path, (1, 1), (2, 3))
    os.mkfifo(tmp_path / "pipe.ikm")
    (tmp_path / "folder.ikm").mkdir()
    (tmp_path / "zero.ikm").symlink_to("/dev/zero")
    (tmp_path / "away").symlink_to("/etc")
    (tmp_path / "clean\x1b[2J\nimport: all is well.ikm").write_bytes(b"x")
    with (tmp_path / "sparse.ikm").open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(SystemExit):
        call_command("import_files", str(tmp_path))
    printed = capsys.readouterr()
    assert "3 new records" in printed.out
    for name in (
        "pipe.ikm",
        "folder.ikm",
        "zero.ikm",
        "away",
        "sparse.ikm",
        r"clean\x1b[2J\nimport: all is well.ikm",
    ):
        assert f"{name}: refused (stick_" in printed.err
    assert printed.err.replace("\n", "").isprintable()
    assert folder.exists()


def test_a_pipe_that_the_manifest_names_refuses_its_folder_only(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4, 3)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    piped = carry(kiosk, tmp_path / "a", (1, 1))
    carry(kiosk, tmp_path / "b", (1, 2))
    batch = next(piped.glob("*.ikm"))
    batch.unlink()
    os.mkfifo(batch)
    taken = carry_in(tmp_path, who="rina")
    assert taken.records == 2
    assert {why.code for _, why in taken.refused} == {"stick_no_file", "carried_file"}


def test_thousands_of_files_keep_no_carry_out_from_coming_in(
    kiosk: FakeKiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk.responses(4)
    carry(kiosk, tmp_path, (1, 1))
    chaff = tmp_path / "a"
    chaff.mkdir()
    for number in range(20_000):
        os.close(os.open(chaff / f"{number}.txt", os.O_CREAT | os.O_WRONLY))
    for number in range(2_000):
        (chaff / f"{number}.ikm").symlink_to("/dev/zero")
    started = time.monotonic()
    with pytest.raises(SystemExit):
        call_command("import_files", str(tmp_path))
    assert time.monotonic() - started < 30
    printed = capsys.readouterr()
    assert "1 new records" in printed.out
    assert "and 1900 more were refused" in printed.err


def test_a_loose_file_is_taken_if_it_is_sealed_to_this_collector(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4, 3, 2)
    stranger = X25519PrivateKey.generate().public_key().public_bytes_raw()
    (tmp_path / "a.ikm").write_bytes(sealed(kiosk.batch(1, 1, prev=True), stranger))
    (tmp_path / "b.ikm").write_bytes(kiosk.batch(1, 1, prev=True))
    (tmp_path / "c.ikm").write_bytes(sealed(kiosk.batch(1, 2, prev=True)))
    (tmp_path / "d.ikm").write_bytes(sealed(kiosk.batch(3, 3, prev=True))[:-1])
    taken = carry_in(tmp_path, who="rina")
    assert [(name, why.code) for name, why in taken.refused] == [
        ("a.ikm", "carried_shut"),
        ("b.ikm", "carried_shut"),
        ("d.ikm", "carried_shut"),
    ]
    assert (taken.files, taken.records) == (1, 2)
    assert carry_in(tmp_path / "c.ikm", who="rina").files == 1
