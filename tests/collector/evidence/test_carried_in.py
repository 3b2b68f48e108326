"""The USB door: whole folders or nothing, twice and in any order, and receipts for the way back."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from collector.errors import CollectorError
from collector.evidence.doors.usb import carry_in
from collector.evidence.models import Stream
from collector.trust import keys
from survey.wire.carriage import MANIFEST, StickManifest, batch_name, describe, folder_name, pack_manifest
from survey.wire.messages import unpack_receipt
from tests.collector.fake_kiosk import FakeKiosk

pytestmark = pytest.mark.django_db


def carry(kiosk: FakeKiosk, stick: Path, *spans: tuple[int, int]) -> Path:
    """Write a carry-out as the kiosk does."""
    name = folder_name(kiosk=kiosk.name, stream=kiosk.stream, first=spans[0][0], last=spans[-1][1])
    folder = stick / name
    folder.mkdir()
    files = []
    for first, last in spans:
        name = batch_name(kiosk=kiosk.name, stream=kiosk.stream, first=first, last=last)
        content = kiosk.batch(first, last, prev=True)
        (folder / name).write_bytes(content)
        files.append(describe(name, content, first=first, last=last))
    manifest = StickManifest(kiosk=kiosk.name, stream=kiosk.stream, files=tuple(files))
    (folder / MANIFEST).write_bytes(pack_manifest(manifest))
    return folder


def test_a_stick_is_taken_in_and_gets_its_receipt(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4, 3, 2, 1)
    carry(kiosk, tmp_path, (1, 2), (3, 4))
    taken = carry_in(tmp_path)
    assert (taken.files, taken.records, taken.refused) == (2, 4, [])
    (path,) = taken.receipts
    receipt = unpack_receipt(path.read_bytes(), keys.verifier(keys.load(settings.IKM_KEYS).public_key))
    assert (receipt.stream, receipt.through, receipt.link) == (kiosk.stream, 4, kiosk.links[4])
    assert carry_in(tmp_path).records == 0


def test_a_folder_copied_in_part_is_refused_whole(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4, 3)
    folder = carry(kiosk, tmp_path, (1, 1), (2, 2))
    last = max(folder.glob("*.ikm"))
    last.write_bytes(last.read_bytes()[:-1])
    taken = carry_in(tmp_path)
    assert [(name, why.code) for name, why in taken.refused] == [(folder.name, "carried_file")]
    assert Stream.objects.count() == 0


def test_a_manifest_cannot_name_a_file_outside_its_folder(kiosk: FakeKiosk, tmp_path: Path) -> None:
    kiosk.responses(4)
    folder = carry(kiosk, tmp_path, (1, 1))
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes().replace(b"k-0001-", b"../0001-", 1))
    assert [why.code for _, why in carry_in(tmp_path).refused] == ["manifest_digest"]


def test_an_empty_stick_is_said_to_be_empty(db: None, tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="no batch files"):
        carry_in(tmp_path)
    with pytest.raises(CollectorError, match="does not exist"):
        carry_in(tmp_path / "nothing")


def test_a_strangers_file_is_refused_by_name(kiosk: FakeKiosk, tmp_path: Path) -> None:
    (tmp_path / "a-0-1.ikm").write_bytes(b"junk")
    with pytest.raises(SystemExit):
        call_command("import_files", str(tmp_path))
