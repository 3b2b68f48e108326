"""The third way out: a stick that carries records, is refused whole when half-copied, and brings receipts back."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from survey.record.attachment import attach
from survey.record.errors import Malformed
from survey.record.record import canonical
from survey.wire.carriage import (
    MANIFEST,
    SUMMARY,
    CarriedFile,
    StickManifest,
    check_file,
    describe,
    pack_manifest,
    receipt_name,
    tickets_name,
    unpack_manifest,
)
from survey.wire.messages import Receipt, Settings, pack_receipt, pack_settings, unpack_batch
from survey.wire.ticket_states import TicketStates, pack_ticket_states
from tests.uplink.fakes import KIOSK, START_MS, Home, fill, stamp
from uplink.errors import CarryOutError
from uplink.forwarder.carry_out import export, take_back
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.reader import JournalReader
from uplink.journal.sealing import current_key


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.enrol()
    return home


def import_folder(home: Home, folder: Path) -> None:
    """What the collector does with a stick."""
    manifest = unpack_manifest((folder / MANIFEST).read_bytes())
    contents = [(one, (folder / one.name).read_bytes()) for one in manifest.files]
    for described, content in contents:
        check_file(described, content)
    for described, content in contents:
        payload = home.collector.opened(content)
        batch = unpack_batch(payload)
        assert (batch.first, batch.last, batch.prev is not None) == (described.first, described.last, True)
        home.collector.accept(payload)


def test_everything_unconfirmed_is_carried_and_counted_once(home: Home, tmp_path: Path) -> None:
    journal = home.journal(segment_bytes=50_000)
    fill(journal, 6_000)
    text = attach("text", b"antre lama")
    journal.append("complaint", {"attached": {"text": text.digest}}, stamp=stamp(6_001), attachments=[text])
    stick = tmp_path / "stick"
    exported = export(home.folder, stick)
    assert exported.folder is not None
    assert (exported.first, exported.last, exported.records, exported.files) == (1, 6_001, 6_001, 2)
    assert exported.folder.name == f"IKM-{KIOSK}-{journal.stream[:8]}-1-6001"
    import_folder(home, exported.folder)
    import_folder(home, exported.folder)
    assert home.collector.held() == 6_001
    assert home.collector.attachments == {(journal.stream, 6_001): ["text", "text"]}
    assert (home.collector.refused, home.collector.conflicts) == ([], 0)
    summary = (exported.folder / SUMMARY).read_text()
    assert "6001 catatan" in summary
    assert "6001 records" in summary
    link = JournalReader(home.paths.journal).link_after(6_001)
    assert link is not None
    assert summary.count(f"{journal.stream} 6001 {link.hex()}\n") == 2, "the head, in both languages"
    journal.close()


def key_in_settings(home: Home, version: int, key: bytes, path: Path, *, kiosk: str = KIOSK) -> None:
    content = {"seal_key": key.hex()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pack_settings(Settings(kiosk, version, content), home.collector.key.sign))


def test_a_stick_is_sealed_to_the_key_of_the_newest_signed_settings(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 3)
    home.collector.sealing = X25519PrivateKey.generate()
    new = home.collector.sealing.public_key().public_bytes_raw()
    key_in_settings(home, 5, new, home.paths.settings)
    exported = export(home.folder, tmp_path / "stick")
    assert exported.folder is not None
    import_folder(home, exported.folder)
    assert home.collector.held() == 3
    journal.close()


def test_no_older_and_no_foreign_message_brings_another_key_in(home: Home) -> None:
    enrolment = home.enrol()
    mine, applied = enrolment.seal_key, bytes([2]) * 32
    assert current_key(home.folder, enrolment) == mine
    home.paths.settings.write_bytes(b"junk")
    assert current_key(home.folder, enrolment) == mine
    key_in_settings(home, 7, b"\x09" * 32, home.paths.settings, kiosk="k-0002")
    assert current_key(home.folder, enrolment) == mine, "another kiosk's settings"
    key_in_settings(home, 4, applied, home.paths.settings_good)
    key_in_settings(home, 3, bytes([3]) * 32, home.paths.settings)
    assert current_key(home.folder, enrolment) == applied, "the inbox was set back"
    key_in_settings(home, 9, b"short", home.paths.settings)
    assert current_key(home.folder, enrolment) == applied
    stranger = Home(home.folder.parent / "stranger")
    key_in_settings(stranger, 99, bytes([4]) * 32, home.paths.settings)
    assert current_key(home.folder, enrolment) == applied, "another collector's signature"


def test_who_carries_the_stick_reads_nothing_on_it(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 50)
    text = attach("text", b"antre lama")
    journal.append(
        "complaint",
        {"lookup": "ab" * 16, "attached": {"text": text.digest}},
        stamp=stamp(51),
        attachments=[text],
    )
    journal.close()
    folder = export(home.folder, tmp_path / "stick").folder
    assert folder is not None
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert everything.count(b"IKC1") == 1
    (batch,) = folder.glob("*.ikm")
    with pytest.raises(Malformed):
        unpack_batch(batch.read_bytes())
    with pytest.raises(Malformed):
        unpack_batch(batch.read_bytes()[4 + 32 :])
    again = export(home.folder, tmp_path / "again").folder
    assert again is not None
    assert (again / batch.name).read_bytes() != batch.read_bytes(), (
        "the same records do not look the same twice"
    )


def test_receipts_come_back_on_the_stick_and_free_the_records(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 10)
    stick = tmp_path / "stick"
    exported = export(home.folder, stick)
    assert exported.folder is not None
    import_folder(home, exported.folder)
    back = stick / "IKM-RECEIPTS"
    back.mkdir()
    (back / receipt_name(kiosk=KIOSK, stream=journal.stream)).write_bytes(
        home.collector.receipt(journal.stream)
    )
    taken = take_back(home.folder, stick)
    assert (taken.receipts, taken.confirmed, taken.news) == (1, 10, True)
    assert journal.release() is not None
    assert journal.waiting == 0
    assert take_back(home.folder, stick).news is False
    fill(journal, 2)
    later = export(home.folder, stick)
    assert (later.first, later.last) == (11, 12)
    journal.close()


def test_how_tickets_stand_comes_back_on_the_stick(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 1)
    back = tmp_path / "IKM-RECEIPTS"
    back.mkdir()
    told = {
        version: pack_ticket_states(
            TicketStates(KIOSK, version, {"ab" * 16: bytes(40)}), home.collector.key.sign
        )
        for version in (3, 4)
    }
    (back / tickets_name(KIOSK)).write_bytes(told[4])
    (back / "older.ikt").write_bytes(told[3])
    (back / "junk.ikt").write_bytes(b"junk")
    other = pack_ticket_states(TicketStates("k-0002", 9, {}), home.collector.key.sign)
    (back / tickets_name("k-0002")).write_bytes(other)
    assert take_back(home.folder, tmp_path).receipts == 0
    assert home.paths.tickets.read_bytes() == told[4]
    journal.close()


def test_nothing_to_carry_writes_nothing(home: Home, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert export(home.folder, stick).folder is None
    journal = home.journal()
    fill(journal, 1)
    Acknowledged(home.acknowledged).store(
        pack_receipt(
            Receipt(kiosk=KIOSK, stream=journal.stream, through=1, link=journal.head.link, at=START_MS),
            home.collector.key.sign,
        )
    )
    assert export(home.folder, stick).folder is None
    assert list(stick.iterdir()) == []
    journal.close()


def test_carrying_the_same_again_replaces_the_folder(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 3)
    journal.close()
    first, second = export(home.folder, tmp_path / "stick"), export(home.folder, tmp_path / "stick")
    assert first.folder == second.folder
    assert [path.name for path in (tmp_path / "stick").iterdir()] == [first.folder.name]  # type: ignore[union-attr]


def test_a_stick_that_cannot_be_written_says_so(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 1)
    journal.close()
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(CarryOutError, match="use a stick with room"):
        export(home.folder, blocked / "stick")
    with pytest.raises(CarryOutError, match="no folder"):
        take_back(home.folder, tmp_path / "nowhere")


@pytest.mark.parametrize("deed", ["cut", "alter", "drop", "cut manifest", "alter manifest"])
def test_a_folder_that_was_copied_in_part_is_refused_whole(home: Home, tmp_path: Path, deed: str) -> None:
    journal = home.journal()
    fill(journal, 40)
    journal.close()
    folder = export(home.folder, tmp_path / "stick").folder
    assert folder is not None
    batch = next(folder.glob("*.ikm"))
    hit = folder / MANIFEST if "manifest" in deed else batch
    content = hit.read_bytes()
    if deed == "drop":
        batch.unlink()
    elif "cut" in deed:
        hit.write_bytes(content[: len(content) // 2])
    else:
        hit.write_bytes(content.replace(content[40:41], bytes((content[40] ^ 1,))))
    with pytest.raises((Malformed, FileNotFoundError)):
        import_folder(home, folder)
    assert home.collector.held() == 0


def test_receipts_of_strangers_and_of_other_histories_move_nothing(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 5)
    stranger = Home(tmp_path / "other")
    stick = tmp_path / "stick"
    stick.mkdir()
    for name, content in {
        "a": b"",
        "b": b"IKR1\x01nonsense",
        "c": stranger.collector.receipt(journal.stream, through=5, link=journal.head.link),
        "d": home.collector.receipt(journal.stream, through=5, link=bytes(32)),
        "e": home.collector.receipt(journal.stream, through=99, link=journal.head.link),
        "f": home.collector.receipt("ff" * 16, through=5, link=journal.head.link),
    }.items():
        (stick / f"{name}.ikr").write_bytes(content)
    assert take_back(home.folder, stick).news is False
    assert not home.acknowledged.exists()
    journal.close()


def test_what_somebody_prepared_on_the_stick_neither_hangs_nor_misleads(home: Home, tmp_path: Path) -> None:
    journal = home.journal()
    fill(journal, 5)
    export(home.folder, tmp_path / "out")
    for batch in sorted((tmp_path / "out").rglob("*.ikm")):
        home.collector.accept(home.collector.opened(batch.read_bytes()))
    stick = tmp_path / "stick"
    (stick / "x.ikr").mkdir(parents=True)
    os.mkfifo(stick / "pipe.ikr")
    (stick / "zero.ikr").symlink_to("/dev/zero")
    (stick / "round").symlink_to(stick)
    with (stick / "sparse.ikr").open("wb") as sparse:
        sparse.truncate(1 << 40)
    (stick / "z").mkdir()
    (stick / "z" / "true.ikr").write_bytes(home.collector.receipt(journal.stream))
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "kept").write_text("kept")
    taken = take_back(home.folder, stick)
    assert (taken.receipts, taken.confirmed) == (1, 5)
    fill(journal, 1)
    (stick / f".ikm-{KIOSK}-part").symlink_to(victim)
    with pytest.raises(CarryOutError):
        export(home.folder, stick)
    assert [path.name for path in victim.iterdir()] == ["kept"]
    journal.close()


def test_a_manifest_comes_back_and_names_no_file_outside_its_folder() -> None:
    described = describe("k-0001-00112233-0000000001-0000000002.ikm", b"batch", first=1, last=2)
    manifest = StickManifest(kiosk=KIOSK, stream="00" * 16, files=(described,))
    assert unpack_manifest(pack_manifest(manifest)) == manifest
    assert (manifest.first, manifest.last) == (1, 2)
    for name in ("../x.ikm", "/x.ikm", "x.txt", "", "X.ikm", "a/b.ikm"):
        forged = StickManifest(
            kiosk=KIOSK,
            stream="00" * 16,
            files=(CarriedFile(name=name, size=1, sha256="0" * 64, first=1, last=1),),
        )
        with pytest.raises(Malformed) as refusal:
            unpack_manifest(pack_manifest(forged))
        assert refusal.value.code == "manifest_field"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(
    fields=st.dictionaries(st.sampled_from(["v", "kiosk", "stream", "files", "x"]), values),
    content=st.binary(max_size=80),
)
def test_any_manifest_is_read_or_malformed(fields: dict[str, object], content: bytes) -> None:
    line = canonical(fields | {"v": 1})
    for candidate in (content, line, line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"):
        with pytest.raises(Malformed):
            unpack_manifest(candidate)
    assert json.loads(line)
