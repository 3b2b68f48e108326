"""A journal that goes back, ends early or is gone: numbers are never given again, and nobody who was thanked is forgotten."""

import base64
import json
import shutil
from pathlib import Path

import pytest

from survey.record.attachment import attach
from survey.record.bodies import Boot, Carried
from survey.record.chain import head_message, next_link
from survey.record.predecessors import CUT, DELETED, RESTORED, Predecessor
from survey.record.record import BOOT, CARRIED, CLOCK, COMPLAINT, RESPONSE, decode
from survey.wire.messages import Receipt, link_text, pack_receipt
from survey.wire.trouble import trouble
from tests.uplink.fakes import (
    KIOSK,
    START_MS,
    FakeTransport,
    FaultyDisk,
    Home,
    MortalDisk,
    body,
    fill,
    full,
    stamp,
)
from tests.uplink.forwarder.test_courier import Trip
from uplink.errors import JournalBroken
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.enrolment import verifier
from uplink.journal.head import HeadFile
from uplink.journal.journal import Journal
from uplink.journal.losses import declared
from uplink.journal.reader import JournalReader
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.segment import segment_paths
from uplink.journal.stamp import ManualClock
from uplink.journal.verify import verify
from uplink.journal.writer import JournalWriter
from uplink.journal.written import Written


class Kiosk:
    """The kiosk process, turn by turn, with a clock that moves only when told."""

    def __init__(self, home: Home, *, boot: int = 1, disk: Disk = REAL_DISK) -> None:
        self.home = home
        self.now = 0.0
        self.journal: Journal = home.journal(segment_bytes=4_000, disk=disk)
        self.clock = ManualClock(START_MS, boot=boot, up_ms=60_000, sync=False)
        self.writer = JournalWriter(self.journal, clock=self.clock, now=lambda: self.now)
        self.thanked: list[tuple[str, int]] = []
        self.count = 0
        self.submit(BOOT, Boot("1").to_body())

    def submit(self, kind: str, content: dict[str, object]) -> None:
        self.writer.submit("x", kind, content, self.clock.stamp())
        self.turn()

    def play(self, visitors: int) -> None:
        for _ in range(visitors):
            self.count += 1
            self.submit(RESPONSE, body(visit=self.count))

    def turn(self, seconds: float = 1.0) -> None:
        self.now += seconds
        self.writer.step()
        while not self.writer.results.empty():
            result = self.writer.results.get()
            assert isinstance(result, Written)
            self.thanked.append((result.stream, result.seq))

    def stop(self) -> None:
        self.writer.stop()


def held(home: Home) -> set[tuple[str, int, bytes]]:
    """What the collector holds, under its first place and as carried, each once."""
    found = set()
    for stream, lines in home.collector.lines.items():
        for line in lines:
            record = decode(line)
            if record.kind == CARRIED:
                carried = Carried.from_body(record.body)
                found.add((carried.stream, decode(carried.line.encode()).seq, carried.line.encode()))
            else:
                found.add((stream, record.seq, line))
    return found


def drain(kiosk: Kiosk, trip: Trip, *, turns: int = 60) -> None:
    for _ in range(turns):
        trip.go(1, seconds=1.0)
        trip.courier.look_at_acknowledged()
        kiosk.turn()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.enrol()
    return home


def bytes_of(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def lines_of(kiosk: Kiosk) -> dict[tuple[str, int], bytes]:
    journal = kiosk.journal
    found = JournalReader(kiosk.home.paths.journal).read(1, most=10_000, most_bytes=1 << 24)
    return {(journal.stream, entry.seq): entry.line for entry in found}


def test_a_restored_card_goes_on_by_itself_and_everybody_thanked_is_held(home: Home) -> None:
    kiosk = Kiosk(home)
    transport = FakeTransport(home.collector)
    kiosk.play(5)
    drain(kiosk, Trip(home, transport), turns=5)
    kiosk.stop()
    copy = home.folder.parent / "copy"
    shutil.copytree(home.folder, copy)
    kiosk = Kiosk(home, boot=2)
    kiosk.play(10)
    drain(kiosk, Trip(home, transport), turns=5)
    kiosk.stop()
    assert home.collector.held() == 17
    (stream,) = home.collector.lines
    there = home.collector.links[stream][-1]
    shutil.rmtree(home.folder)
    copy.rename(home.folder)

    kiosk = Kiosk(home, boot=2)
    kiosk.count = 100
    kiosk.play(33)
    thanked = lines_of(kiosk)
    assert kiosk.journal.stream == stream, "without a road nobody knows"
    trip = Trip(home, transport)
    drain(kiosk, trip)
    kiosk.play(4)
    drain(kiosk, trip, turns=10)
    assert kiosk.journal.stream != stream
    (predecessor,) = kiosk.journal.predecessors
    assert (predecessor.stream, predecessor.seq, predecessor.why) == (stream, 17, RESTORED)
    assert predecessor.link == link_text(there)
    first = decode(home.collector.lines[kiosk.journal.stream][0])
    assert Boot.from_body(first.body).predecessors == (predecessor,)
    assert kiosk.writer.state().notice == trouble("journal_restored", seq=17)
    assert kiosk.writer.state().accepting

    everything = held(home)
    visits = [decode(line).body["visit"] for *_, line in everything if decode(line).kind == RESPONSE]
    assert sorted(visits) == sorted([*range(1, 6), *range(1, 11), *range(101, 138)]), "each once"
    for (_, seq), line in thanked.items():
        assert (stream, seq, line) in everything
    assert kiosk.journal.waiting == 0
    assert home.collector.refused == []
    assert not JournalFolder(home.paths.journal).former.exists(), "confirmed, so let go of"
    kiosk.stop()


def blank(folder: Path, *lost: int) -> None:
    """Take the bytes of records, so that nobody can tell what they were."""
    for path in folder.glob("*.journal"):
        lines = path.read_bytes().split(b"\n")
        for place, line in enumerate(lines[1:], 1):
            number = line.split(b" ", 2)[-1].split(b"\t")[0]
            if number.isdigit() and int(number) in lost:
                lines[place] = bytes(len(line))
        path.write_bytes(b"\n".join(lines))


def test_a_restored_card_is_seen_though_damage_hides_where_the_histories_part(home: Home) -> None:
    """Else the collector's receipt for other records lets go of these, and nobody ever has them."""
    kiosk = Kiosk(home)
    transport = FakeTransport(home.collector)
    kiosk.play(5)
    drain(kiosk, Trip(home, transport), turns=5)
    kiosk.stop()
    copy = home.folder.parent / "copy"
    shutil.copytree(home.folder, copy)
    kiosk = Kiosk(home, boot=2)
    kiosk.play(10)
    drain(kiosk, Trip(home, transport), turns=5)
    kiosk.stop()
    (stream,) = home.collector.lines
    shutil.rmtree(home.folder)
    copy.rename(home.folder)
    kiosk = Kiosk(home, boot=2)
    kiosk.count = 100
    kiosk.play(33)
    thanked = lines_of(kiosk)
    kiosk.stop()
    blank(home.paths.journal, 17, 18)

    kiosk = Kiosk(home, boot=3)
    assert kiosk.journal.stream == stream
    drain(kiosk, Trip(home, transport))
    kiosk.play(1)
    drain(kiosk, Trip(home, transport), turns=20)
    (predecessor,) = kiosk.journal.predecessors
    assert (predecessor.stream, predecessor.seq, predecessor.why) == (stream, 17, RESTORED)
    everything = held(home)
    assert [
        key for key, line in thanked.items() if key[1] not in {17, 18} and (*key, line) not in everything
    ] == []
    assert home.collector.refused == []
    kiosk.stop()


def test_carried_records_prove_their_former_place_and_bring_their_attachments(home: Home) -> None:
    journal = home.journal()
    fill(journal, 3)
    text = attach("text", b"antre lama")
    journal.append(COMPLAINT, {"attached": {"text": text.digest}}, stamp=stamp(4), attachments=[text])
    stream = journal.stream
    home.collector.links[stream] = [b"x" * 32] * 10
    Acknowledged(home.paths.ahead).store(home.collector.receipt(stream, through=9))
    journal.close()
    kiosk = Kiosk(home)
    for _ in range(5):
        kiosk.turn()
    records = list(kiosk.journal.records.all())
    assert [one["kind"] for one in records] == ["boot", *["carried"] * 4]
    verify = verifier(home.identity.public_key)
    for seq, record in enumerate(records[1:], 1):
        carried = Carried.from_body(record["body"])
        assert carried.stream == stream
        line = carried.line.encode()
        assert decode(line).seq == seq
        link = next_link(bytes_of(carried.prev), line)
        assert verify(bytes_of(carried.signature), head_message(stream=stream, seq=seq, link=link))
    (entry,) = JournalReader(home.paths.journal).read(len(records), most=1, most_bytes=1)
    assert entry.opened_attachments() == ((len(records), text),)
    assert records[-1]["body"]["attached"] == {"text": text.digest}
    kiosk.stop()


def test_a_card_that_went_another_way_says_how_far_it_had_come_itself(home: Home) -> None:
    """What it wrote since it was set back, and may have lost, nobody else can tell of."""
    journal = home.journal()
    fill(journal, 6)
    stream, link = journal.stream, journal.head.link
    home.collector.links[stream] = [b"x" * 32] * 10
    Acknowledged(home.paths.ahead).store(home.collector.receipt(stream, through=9))
    journal.close()
    kiosk = Kiosk(home)
    there = link_text(b"x" * 32)
    assert kiosk.journal.predecessors == (Predecessor(stream, 9, there, RESTORED, 6, link_text(link)),)
    kiosk.stop()


@pytest.mark.parametrize("while_running", [True, False])
def test_what_damage_takes_from_the_new_stream_is_carried_over_again(
    home: Home, *, while_running: bool
) -> None:
    """The former stream's files stay until the collector has confirmed what came out of them."""
    journal = home.journal()
    fill(journal, 6)
    stream = journal.stream
    home.collector.links[stream] = [b"x" * 32] * 10
    Acknowledged(home.paths.ahead).store(home.collector.receipt(stream, through=9))
    journal.close()
    kiosk = Kiosk(home)
    for _ in range(5):
        kiosk.turn()
    fourth = b'"carried","seq":4'
    segment = next(path for path in home.paths.journal.glob("*.journal") if fourth in path.read_bytes())
    content = segment.read_bytes()
    start = content.index(fourth)
    segment.write_bytes(content[: start - 100] + bytes(200) + content[start + 100 :])
    if while_running:
        kiosk.writer._undeclared = lambda: 4  # the uplink says where it stands
    else:
        kiosk.stop()
        kiosk = Kiosk(home)
    for _ in range(5):
        kiosk.turn()
    carried = [
        json.loads(Carried.from_body(one["body"]).line)["seq"]
        for one in kiosk.journal.records.all()
        if one.get("kind") == "carried"
    ]
    assert sorted(carried) == [1, 2, 3, 4, 5, 6]
    assert carried != sorted(carried), "what was lost stands behind what came through"
    kiosk.stop()


def test_a_power_cut_at_any_step_of_a_succession_is_gone_on_from(home: Home) -> None:
    journal = home.journal()
    fill(journal, 6)
    stream = journal.stream
    home.collector.links[stream] = [b"x" * 32] * 10
    Acknowledged(home.paths.ahead).store(home.collector.receipt(stream, through=9))
    journal.close()
    for _ in range(4):  # each process carries a little and is killed
        kiosk = Kiosk(home)
        kiosk.turn()
        kiosk.journal.close()
    kiosk = Kiosk(home)
    for _ in range(3):
        kiosk.turn()
    carried = [
        Carried.from_body(one["body"]) for one in kiosk.journal.records.all() if one["kind"] == "carried"
    ]
    assert [json.loads(one.line)["seq"] for one in carried] == [1, 2, 3, 4, 5, 6]
    kiosk.stop()


def test_a_deleted_journal_is_named_by_its_successor(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(16)
    stream, head = kiosk.journal.stream, kiosk.journal.head
    kiosk.stop()
    shutil.rmtree(home.paths.journal)
    kiosk = Kiosk(home)
    (predecessor,) = kiosk.journal.predecessors
    assert predecessor == Predecessor(stream, head.seq, link_text(head.link), DELETED, exact=True)
    assert kiosk.journal.stream != stream
    assert kiosk.writer.state().notice == trouble("journal_deleted", seq=17)
    first = kiosk.journal.records.get(doc_id=1)
    assert Boot.from_body(first["body"]).predecessors == (predecessor,)  # type: ignore[index]
    kiosk.stop()
    kiosk = Kiosk(home, boot=2)
    assert kiosk.journal.predecessors == (predecessor,)
    boots = [one for one in kiosk.journal.records.all() if one["kind"] == BOOT]
    assert [Boot.from_body(one["body"]).predecessors for one in boots] == [(predecessor,)] * 2
    kiosk.stop()


def test_a_journal_lost_right_after_its_first_record_is_named(home: Home) -> None:
    kiosk = Kiosk(home)
    stream = kiosk.journal.stream
    kiosk.journal.close()  # killed before anything else was done
    (path,) = home.paths.journal.glob("*.journal")
    path.write_bytes(bytes(path.stat().st_size))
    kiosk = Kiosk(home)
    (predecessor,) = kiosk.journal.predecessors
    assert (predecessor.stream, predecessor.seq, predecessor.why) == (stream, 1, DELETED)
    kiosk.stop()


def test_news_of_the_clock_wait_for_the_boot_that_names_the_stream_before(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    kiosk.stop()
    shutil.rmtree(home.paths.journal)
    journal = home.journal()
    clock = ManualClock(START_MS, boot=2, up_ms=60_000, sync=True)
    now = 10.0
    writer = JournalWriter(journal, clock=clock, now=lambda: now)
    writer.step()
    assert journal.head.seq == 0
    now = 20.0
    writer.submit("x", BOOT, Boot("1").to_body(), clock.stamp())
    writer.step()
    writer.stop()
    journal = home.journal()
    first, second = journal.records.all()
    assert len(Boot.from_body(first["body"]).predecessors) == 1
    assert second["kind"] == CLOCK
    journal.close()


def test_the_head_file_follows_within_five_seconds(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    kiosk.turn(5.0)
    known = HeadFile(home.paths.head, public_key=home.identity.public_key).read()
    assert known is not None
    assert (known.stream, known.seq, known.link) == (kiosk.journal.stream, *kiosk.journal.head)
    assert HeadFile(home.paths.head, public_key=bytes(32)).read() is None, "of another key"
    kiosk.stop()


def test_a_lost_last_page_is_named_and_its_numbers_are_not_given_again(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(8)
    stream, head = kiosk.journal.stream, kiosk.journal.head
    kept = lines_of(kiosk)
    kiosk.stop()
    path = max(home.paths.journal.glob("*.journal"))
    content = path.read_bytes()
    path.write_bytes(content[:-1_500] + bytes(1_500))
    kiosk = Kiosk(home, boot=2)
    for _ in range(3):
        kiosk.turn()
    assert kiosk.journal.predecessors == (
        Predecessor(stream, head.seq, link_text(head.link), CUT, exact=True),
    )
    carried = [
        Carried.from_body(one["body"]) for one in kiosk.journal.records.all() if one["kind"] == "carried"
    ]
    assert 0 < len(carried) < 9
    for one in carried:
        line = one.line.encode()
        assert kept[stream, decode(line).seq] == line
    kiosk.stop()


def test_a_torn_line_that_nobody_was_thanked_for_is_no_loss(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(4)
    stream, head = kiosk.journal.stream, kiosk.journal.head
    kiosk.stop()
    path = max(home.paths.journal.glob("*.journal"))
    with path.open("ab") as file:  # its last sector came through, an earlier one did not
        file.write(b"1234abcd 400 6\tAAAA" + bytes(300) + b'"version":"1"}}\n')
    kiosk = Kiosk(home, boot=2)
    assert kiosk.journal.stream == stream
    assert kiosk.journal.head.seq == head.seq + 1
    assert not JournalFolder(home.paths.journal).losses.exists()
    assert [one["kind"] for one in kiosk.journal.records.all()][-1] == BOOT
    kiosk.stop()


def test_a_forged_receipt_begins_nothing(home: Home) -> None:
    journal = home.journal()
    fill(journal, 3)
    stranger = Home(home.folder.parent / "stranger")
    forged = [
        stranger.collector.receipt(journal.stream, through=9, link=b"x" * 32),
        home.collector.receipt("ff" * 16, through=9, link=b"x" * 32),
        pack_receipt(
            Receipt(kiosk="k-0002", stream=journal.stream, through=9, link=b"x" * 32, at=1),
            home.collector.key.sign,
        ),
        home.collector.receipt(journal.stream, through=2, link=journal.link_at(2)),
        b"nonsense",
    ]
    for payload in forged:
        Acknowledged(home.paths.ahead).store(payload)
        assert not journal.follow()
    assert home.identity.kiosk == KIOSK
    journal.close()


@pytest.mark.parametrize("what", ["unlinked", "replaced", "renamed", "folder deleted"])
@pytest.mark.parametrize("busy", [True, False])
def test_a_file_that_is_taken_away_under_the_running_kiosk_is_put_back(
    home: Home, what: str, busy: bool
) -> None:
    kiosk = Kiosk(home)
    kiosk.play(5)
    stream = kiosk.journal.stream
    path = max(home.paths.journal.glob("*.journal"))
    content = path.read_bytes()
    if what == "folder deleted":
        shutil.rmtree(home.paths.journal)
    elif what == "renamed":
        path.rename(path.with_suffix(".old"))
    else:
        path.unlink()
        if what == "replaced":
            path.write_bytes(content[: content.index(b"\n") + 1])
    if busy:
        kiosk.play(1)
    else:
        kiosk.turn()
    assert path.read_bytes()[: len(content)] == content
    kiosk.play(4)
    assert kiosk.journal.stream == stream
    here = {(stream, entry["seq"]) for entry in kiosk.journal.records.all()}
    assert set(kiosk.thanked) <= here
    state = kiosk.writer.state()
    assert (state.accepting, state.notice) == (True, trouble("journal_rescued"))
    kept = list(JournalFolder(home.paths.journal).quarantine.glob("*-replaced-*"))
    assert [one.read_bytes() for one in kept] == (
        [content[: content.index(b"\n") + 1]] if what == "replaced" else []
    )
    kiosk.stop()
    assert verify(home.folder).clean


@pytest.mark.parametrize("busy", [True, False])
def test_a_file_that_was_taken_away_and_is_put_back_outlives_a_power_cut_at_once(
    home: Home, busy: bool
) -> None:
    disk = MortalDisk()
    kiosk = Kiosk(home, disk=disk)
    kiosk.play(5)
    kiosk.turn(5.0)
    max(home.paths.journal.glob("*.journal")).unlink()
    if busy:
        kiosk.play(1)
    else:
        kiosk.turn()
    kiosk.journal.close()
    disk.cut_power(home.paths.journal)
    kiosk = Kiosk(home, boot=2)
    assert not kiosk.journal.predecessors
    assert kiosk.journal.head.seq == (8 if busy else 7)
    kiosk.stop()


def test_a_file_that_is_taken_away_where_there_is_no_room_to_put_it_back_is_named_at_once(home: Home) -> None:
    disk = FaultyDisk()
    kiosk = Kiosk(home, disk=disk)
    kiosk.play(5)
    stream, head = kiosk.journal.stream, kiosk.journal.head
    max(home.paths.journal.glob("*.journal")).unlink()
    disk.append_faults.extend([full(), full()])  # once more after the ballast was given up
    kiosk.turn()
    assert (kiosk.journal.stream != stream, kiosk.journal.head.seq) == (True, 1), (
        "its boot does not wait for a visitor"
    )
    (predecessor,) = kiosk.journal.predecessors
    assert predecessor == Predecessor(stream, head.seq, link_text(head.link), DELETED, exact=True)
    kiosk.stop()


def test_what_is_lost_with_a_file_is_known_beside_it_before_it_is_read_back(home: Home) -> None:
    """The head file may lag five seconds; where something is found to be wrong, it does not."""
    journal = home.journal()
    fill(journal, 3)
    journal.keep_head()
    fill(journal, 4)
    head = journal.head
    shutil.rmtree(home.paths.journal)
    home.paths.journal.write_text("no folder can be made here")
    with pytest.raises(JournalBroken):
        fill(journal, 1)
    with pytest.raises(JournalBroken):
        journal.reopen()
    journal.close()
    known = HeadFile(home.paths.head, public_key=home.identity.public_key).read()
    assert known is not None
    assert (known.seq, known.link) == head


def test_a_file_that_is_cut_under_the_running_kiosk_is_noticed_before_anybody_is_thanked(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(5)
    stream, head = kiosk.journal.stream, kiosk.journal.head
    with max(home.paths.journal.glob("*.journal")).open("r+b") as file:
        file.truncate(100)
    kiosk.submit(RESPONSE, body(visit=6))
    # What was written behind the cut is whole, so the stream goes on behind what is lost.
    assert kiosk.journal.stream == stream
    assert list(declared(home.paths.journal).records) == list(range(1, head.seq + 1))
    here = {(stream, entry.get("seq")) for entry in kiosk.journal.records.all()}
    assert set(kiosk.thanked[6:]) <= here
    kiosk.stop()


def boots(kiosk: Kiosk) -> list[bool]:
    """Whether each boot of the stream says that the run before it ended without a word."""
    found = [one for one in kiosk.journal.records.all() if one["kind"] == BOOT]
    return [Boot.from_body(one["body"]).uncertain for one in found]


def test_a_boot_says_whether_the_run_before_it_ended_in_order(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    kiosk.stop()
    kiosk = Kiosk(home, boot=2)
    kiosk.play(3)
    kiosk.turn(9.0)
    kiosk.journal.close()  # killed, or the power went: that the head file is up to date is not known
    kiosk = Kiosk(home, boot=3)
    assert boots(kiosk) == [False, False, True]
    kiosk.stop()
    kiosk = Kiosk(home, boot=4)
    assert boots(kiosk) == [False, False, True, False]
    kiosk.stop()
    home.paths.head.unlink()
    kiosk = Kiosk(home, boot=5)
    assert boots(kiosk)[-1], "nothing says so"
    kiosk.stop()


def test_a_kiosk_that_was_killed_before_it_wrote_anything_did_not_end_in_order(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    kiosk.stop()
    home.journal().close()
    kiosk = Kiosk(home, boot=2)
    assert boots(kiosk) == [False, True]
    kiosk.stop()


def test_a_successor_says_whether_the_end_of_the_one_before_is_certain(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    kiosk.turn(5.0)
    kiosk.play(2)
    stream = kiosk.journal.stream
    kiosk.journal.close()  # killed: the head file lags
    shutil.rmtree(home.paths.journal)
    kiosk = Kiosk(home, boot=2)
    (predecessor,) = kiosk.journal.predecessors
    assert (predecessor.stream, predecessor.seq, predecessor.exact) == (stream, 4, False)
    assert boots(kiosk) == [False], "of the new stream nothing can be gone"
    kiosk.play(2)
    kiosk.stop()
    shutil.rmtree(home.paths.journal)
    kiosk = Kiosk(home, boot=3)
    assert [one.exact for one in kiosk.journal.predecessors] == [True, False]
    kiosk.stop()


def test_what_a_cut_takes_of_what_was_carried_over_is_carried_again_with_the_next_answer(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(20)
    kiosk.stop()
    path = segment_paths(home.paths.journal)[-1][1]
    with path.open("r+b") as file:  # the end is lost: the stream is left, and carried over
        file.truncate(path.stat().st_size - 5)
    kiosk = Kiosk(home, boot=2)
    for _ in range(10):
        kiosk.turn()
    there = carried(home)
    assert len(there) > 5
    path = segment_paths(home.paths.journal)[-1][1]
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    kiosk.submit(RESPONSE, body(visit=500))
    assert declared(home.paths.journal).records, "some of it is gone with the end of the file"
    assert carried(home) == there
    kiosk.stop()


def carried(home: Home) -> set[bytes]:
    """What a journal carries over from other streams."""
    entries = JournalReader(home.paths.journal).read(1, most=10_000, most_bytes=1 << 24)
    records = [decode(one.line) for one in entries if one.get("kind") == CARRIED]
    return {Carried.from_body(record.body).line.encode() for record in records}
