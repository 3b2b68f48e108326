"""The journal: what it says is written is there, and nothing else ever is."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import where

from survey.record.attachment import attach, belongs
from survey.record.chain import head_message, next_link
from survey.record.predecessors import CUT, Predecessor
from survey.record.record import ALIVE, RESPONSE, Stamp, decode
from survey.wire.messages import Receipt, link_text, pack_receipt
from tests.uplink.fakes import KIOSK, START_MS, FaultyDisk, Home, body, failing, fill, full, read_only, stamp
from uplink.errors import (
    AppendOnly,
    IdentityError,
    JournalBroken,
    JournalError,
    JournalForeign,
    JournalFull,
)
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.enrolment import verifier
from uplink.journal.identity import Identity
from uplink.journal.journal import Journal
from uplink.journal.reader import JournalReader
from uplink.journal.segments.frame import Entry


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def receipt(home: Home, journal: Journal, through: int, *, link: bytes | None = None) -> bytes:
    found = journal.link_at(through) if link is None else link
    assert found is not None
    return pack_receipt(
        Receipt(kiosk=KIOSK, stream=journal.stream, through=through, link=found, at=START_MS),
        home.collector.key.sign,
    )


def files(home: Home) -> list[str]:
    return sorted(path.name for path in home.paths.journal.glob("*.journal"))


def test_records_are_numbered_chained_and_signed(home: Home) -> None:
    journal = home.journal()
    appended = [journal.append(RESPONSE, body(visit=n), stamp=stamp(n)) for n in (1, 2, 3)]
    assert [one.seq for one in appended] == [1, 2, 3]
    entries = list(JournalReader(home.paths.journal).read(1, most=9, most_bytes=99_999))
    verify = verifier(home.identity.public_key)
    for entry, one in zip(entries, appended, strict=True):
        assert next_link(entry.prev, entry.line) == one.link
        assert verify(entry.signature, head_message(stream=journal.stream, seq=entry.seq, link=one.link))
    journal.close()


def test_it_goes_on_where_it_stopped(home: Home) -> None:
    journal = home.journal(segment_bytes=2_000)
    fill(journal, 25)
    stream, head = journal.stream, journal.head
    journal.close()
    journal = home.journal(segment_bytes=2_000)
    assert (journal.stream, journal.head, journal.last_boot) == (stream, head, 1)
    fill(journal, 1)
    assert journal.head.seq == 26
    journal.close()


def test_the_wall_clock_is_written_only_when_it_says_something_new(home: Home) -> None:
    journal = home.journal()

    def said(up_ms: int, at: int, *, boot: int = 1, sync: bool = True) -> int | None:
        seq = journal.append(ALIVE, {}, stamp=Stamp(boot=boot, up_ms=up_ms, at=at, sync=sync)).seq
        assert seq == len(lines())
        return decode(lines()[-1]).stamp.at

    def lines() -> list[bytes]:
        return [entry.line for entry in JournalReader(home.paths.journal).read(1, most=99, most_bytes=99_999)]

    assert said(1_000, 50_000) == 50_000
    assert said(2_000, 51_100) is None
    assert said(3_000, 52_101) == 52_101
    assert said(4_000, 53_101, sync=False) == 53_101
    assert said(5_000, 54_101, sync=False) is None
    assert said(100, 54_301, boot=2, sync=False) == 54_301
    journal.close()


def test_the_whole_api_of_tinydb_reads_it(home: Home) -> None:
    journal = home.journal(segment_bytes=1_500)
    fill(journal, 8)
    journal.append(ALIVE, {"presses": 3}, stamp=stamp(9))
    table = journal.records
    assert len(table) == 9
    assert table.get(doc_id=9)["body"] == {"presses": 3}
    assert table.get(doc_id=99) is None
    assert table.get(where("kind") == ALIVE).doc_id == 9
    assert [one.doc_id for one in table.search(where("body").visit > 6)] == [7, 8]
    assert table.count(where("kind") == RESPONSE) == 8
    assert table.contains(doc_id=1)
    assert not table.contains(where("kind") == "nothing")
    assert [one.doc_id for one in table.all()] == list(range(1, 10))
    journal.close()


def test_what_would_rewrite_a_record_is_refused(home: Home) -> None:
    journal = home.journal()
    fill(journal, 3)
    table = journal.records
    for rewrite in (
        lambda: table.update({"kind": "x"}),
        lambda: table.upsert({"kind": "x"}, where("seq") == 1),
        table.truncate,
        lambda: table.remove(doc_ids=[2]),
        lambda: table.remove(where("seq") == 3),
        table.remove,
    ):
        with pytest.raises(AppendOnly):
            rewrite()
    assert len(table) == 3
    journal.close()


def test_release_unlinks_whole_segments_and_only_behind_a_true_receipt(home: Home) -> None:
    journal = home.journal(segment_bytes=2_000)
    fill(journal, 20)
    before = files(home)
    assert len(before) > 3
    stranger = Home(home.folder / "other")
    acknowledged = Acknowledged(home.acknowledged)
    for false in (
        receipt(home, journal, 20, link=bytes(32)),
        receipt(stranger, journal, 20),
        pack_receipt(
            Receipt(kiosk=KIOSK, stream="ff" * 16, through=20, link=journal.head.link, at=1),
            home.collector.key.sign,
        ),
        pack_receipt(
            Receipt(kiosk=KIOSK, stream=journal.stream, through=21, link=journal.head.link, at=1),
            home.collector.key.sign,
        ),
        b"nonsense",
    ):
        acknowledged.store(false)
        assert journal.release() is None
    assert files(home) == before
    acknowledged.store(receipt(home, journal, 12))
    released = journal.release()
    assert released is not None
    assert released.through == 12
    assert journal.waiting == 8
    kept = [int(name.split(".")[0]) for name in files(home)]
    assert kept[0] <= 13 < kept[1]
    assert [one.doc_id for one in journal.records.all()] == list(range(13, 21))
    acknowledged.store(receipt(home, journal, 20))
    assert journal.release() is not None
    assert len(files(home)) == 1
    assert journal.release() is None
    journal.close()
    journal = home.journal(segment_bytes=2_000)
    assert (journal.next_seq, journal.confirmed, journal.waiting) == (21, 20, 0)
    journal.close()


def test_numbers_never_repeat_though_everything_was_let_go_of(home: Home) -> None:
    journal = home.journal(segment_bytes=600)
    numbers = []
    for _ in range(4):
        fill(journal, 3)
        numbers += [journal.head.seq]
        Acknowledged(home.acknowledged).store(receipt(home, journal, journal.head.seq))
        journal.release()
        journal.close()
        journal = home.journal(segment_bytes=600)
    assert numbers == [3, 6, 9, 12]
    journal.close()


def test_numbers_of_records_that_this_disk_has_lost_are_not_given_again(home: Home) -> None:
    journal = home.journal()
    fill(journal, 10)
    Acknowledged(home.acknowledged).store(receipt(home, journal, 8))
    stream, link = journal.stream, journal.link_at(8)
    assert link is not None
    journal.close()
    (path,) = home.paths.journal.glob("*.journal")
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"\n", len(content) // 2) + 1])
    journal = home.journal()
    assert journal.predecessors == (Predecessor(stream, 8, link_text(link), CUT),)
    assert journal.next_seq == 1
    fill(journal, 1)
    journal.close()
    journal = home.journal()
    assert journal.stream != stream
    assert journal.next_seq == 2
    journal.close()


def test_attachments_travel_beside_their_record(home: Home) -> None:
    journal = home.journal()
    text = attach("text", b"antre\tlama\nsekali")
    journal.append("complaint", {"attached": {"text": text.digest}}, stamp=stamp(), attachments=[text])
    (entry,) = JournalReader(home.paths.journal).read(1, most=1, most_bytes=1)
    ((seq, found),) = entry.opened_attachments()
    assert (seq, found) == (1, text)
    assert belongs(found, decode(entry.line).body)
    journal.close()


def test_one_process_and_one_key_write_a_journal(home: Home) -> None:
    journal = home.journal()
    with pytest.raises(JournalForeign, match="another process"):
        home.journal()
    journal.close()
    with pytest.raises(JournalForeign, match="another key"):
        Journal.open(home.paths.journal, stream_key=Identity.ephemeral(KIOSK))
    home.journal().close()


def test_a_record_that_is_too_long_is_refused_and_costs_no_number(home: Home) -> None:
    journal = home.journal()
    with pytest.raises(JournalError, match="at most"):
        journal.append(RESPONSE, {"text": "x" * 20_000}, stamp=stamp())
    assert journal.next_seq == 1
    journal.close()


def test_an_identity_is_made_once(home: Home) -> None:
    with pytest.raises(IdentityError, match="has a key already"):
        Identity.create(home.folder)
    assert Identity.load(home.folder).public_key == home.identity.public_key


# Disks that fail.


def test_a_full_disk_gives_up_the_ballast_and_then_says_so(home: Home) -> None:
    disk = FaultyDisk()
    journal = home.journal(disk=disk)
    fill(journal, 2)
    assert journal.accepting
    disk.append_faults.extend([full()])
    disk.partial_bytes = 30
    fill(journal, 1)
    assert journal.head.seq == 3
    assert not journal.accepting
    disk.append_faults.extend([full()])
    with pytest.raises(JournalFull, match="carry the records out"):
        fill(journal, 1)
    fill(journal, 1)
    assert journal.head.seq == 4
    journal.close()
    journal = home.journal()
    assert (journal.head.seq, journal.damaged) == (4, 0)
    assert [one["seq"] for one in journal.records.all()] == [1, 2, 3, 4]
    journal.close()


def test_a_full_disk_is_emptied_by_a_receipt(home: Home) -> None:
    disk = FaultyDisk()
    journal = home.journal(disk=disk, segment_bytes=1_000)
    fill(journal, 6)
    disk.append_faults.extend([full()])
    fill(journal, 1)
    assert not journal.accepting
    Acknowledged(home.acknowledged).store(receipt(home, journal, 7))
    assert journal.release() is not None
    assert journal.accepting
    journal.close()


@pytest.mark.parametrize("fault", [failing, read_only])
@pytest.mark.parametrize("where_it_fails", ["append", "sync"])
@pytest.mark.parametrize("partial", [0, 40])
def test_a_failing_disk_is_never_trusted_again_before_it_is_read_back(
    home: Home, fault: object, where_it_fails: str, partial: int
) -> None:
    disk = FaultyDisk()
    journal = home.journal(disk=disk)
    fill(journal, 3)
    disk.partial_bytes = partial
    (disk.append_faults if where_it_fails == "append" else disk.sync_faults).append(fault())  # type: ignore[operator]
    with pytest.raises(JournalBroken):
        fill(journal, 1)
    with pytest.raises(JournalBroken, match="not read back"):
        fill(journal, 1)
    journal.reopen()
    # Where only the flush failed the line may stand; it then keeps its number. Nobody was thanked either way.
    expected = 3 if where_it_fails == "append" else 4
    assert journal.head.seq == expected
    fill(journal, 1)
    assert [one["seq"] for one in journal.records.all()] == list(range(1, expected + 2))
    journal.close()


def test_a_disk_that_stays_broken_stays_out_of_service(home: Home) -> None:
    disk = FaultyDisk()
    journal = home.journal(disk=disk)
    fill(journal, 1)
    disk.sync_faults.extend([failing(), read_only(), read_only()])  # the head file's too
    with pytest.raises(JournalBroken):
        fill(journal, 1)
    with pytest.raises(JournalBroken, match="takes no writes"):
        journal.reopen()
    journal.reopen()
    fill(journal, 1)
    journal.close()


def test_a_full_disk_between_two_segments_loses_nothing(home: Home) -> None:
    disk = FaultyDisk()
    journal = home.journal(disk=disk, segment_bytes=400)
    fill(journal, 1)
    disk.append_faults.extend([full()])
    fill(journal, 1)
    assert not journal.accepting
    disk.append_faults.extend([full()])
    with pytest.raises(JournalFull):
        fill(journal, 1)
    fill(journal, 1)
    assert [one["seq"] for one in journal.records.all()] == [1, 2, 3]
    journal.close()


def test_the_limit_refuses_and_drops_nothing(home: Home) -> None:
    journal = home.journal(limit_bytes=2_000)
    with pytest.raises(JournalFull, match="limit"):
        fill(journal, 50)
    kept = len(journal.records)
    assert 2 < kept < 50
    assert not journal.accepting
    journal.close()


# Against a model.


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(
        st.sampled_from(["append", "append", "append", "reopen", "confirm", "full", "broken"]), max_size=40
    )
)
def test_it_behaves_like_a_list(tmp_path_factory: pytest.TempPathFactory, deeds: list[str]) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    disk = FaultyDisk()
    journal = home.journal(disk=disk, segment_bytes=1_200)
    model: list[int] = []
    confirmed = 0
    for count, deed in enumerate(deeds):
        if deed == "append":
            journal.append(RESPONSE, body(visit=count), stamp=stamp(count))
            model.append(count)
        elif deed == "reopen":
            journal.close()
            journal = home.journal(disk=disk, segment_bytes=1_200)
        elif deed == "confirm" and model:
            confirmed = len(model)
            Acknowledged(home.acknowledged).store(receipt(home, journal, confirmed))
            journal.release()
        elif deed == "full":
            disk.append_faults.extend([full(), full()])
            with pytest.raises(JournalFull):
                journal.append(RESPONSE, body(visit=count), stamp=stamp(count))
            disk.append_faults.clear()
        elif deed == "broken":
            disk.append_faults.append(failing())
            with pytest.raises(JournalBroken):
                journal.append(RESPONSE, body(visit=count), stamp=stamp(count))
            journal.reopen()
        assert journal.head.seq == len(model)
        assert journal.waiting == len(model) - confirmed
    found = [one["body"]["visit"] for one in journal.records.all()]
    assert found == model[confirmed:]
    journal.close()


def test_an_entry_shows_its_records_fields() -> None:
    entry = Entry.of(3, {"kind": "alive", "body": {"presses": 1}})
    assert dict(entry) == {"kind": "alive", "body": {"presses": 1}}
    assert json.loads(entry.line) == dict(entry)
    assert len(Entry(seq=1, line=b"lost xyz")) == 0
