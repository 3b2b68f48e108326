"""Attachments on the kiosk: they go out with their record or not at all, and a damaged one only as the kiosk's signed word."""

from pathlib import Path

import pytest

from survey.record.attachment import Attachment, LostAttachment, attach, belongs, lost_message
from survey.record.record import decode
from survey.wire.messages import unpack_batch
from tests.uplink.fakes import KIOSK, Home, fill, stamp
from uplink.forwarder.outbox import Outbox
from uplink.journal.enrolment import verifier
from uplink.journal.journal import Journal
from uplink.journal.reader import JournalReader
from uplink.journal.segments.frame import frame, pack_entry, unpack_entry


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.enrol()
    return home


def complain(journal: Journal, number: int) -> list[Attachment]:
    parts = [attach("text", b"antre lama"), attach("contact", b"0812")]
    body = {"attached": {one.name: one.digest for one in parts}}
    journal.append("complaint", body, stamp=stamp(number), attachments=parts)
    return parts


def without_attachment(folder: Path, name: bytes) -> None:
    """Damage one attachment behind a whole record, as a reader that salvages the record finds it."""
    (path,) = folder.glob("*.journal")
    content = path.read_bytes()
    frames = []
    for one in content.splitlines(keepends=True):
        payload = one.split(b" ", 2)[2][:-1]
        if b'"name":"%b"' % name in payload:
            at = payload.index(b'"name":"%b"' % name)
            begin = payload.rindex(b'"content":"', 0, at) + len(b'"content":"')
            payload = payload[:begin] + bytes((payload[begin] ^ 1,)) + payload[begin + 1 :]
        frames.append(frame(payload))
    path.write_bytes(b"".join(frames))


def test_a_damaged_attachment_of_a_whole_record_waits_for_its_declaration_and_then_travels(
    home: Home,
) -> None:
    journal = home.journal()
    fill(journal, 2)
    parts = complain(journal, 3)
    fill(journal, 1)
    journal.close()
    without_attachment(home.paths.journal, b"text")
    reader = JournalReader(home.paths.journal)
    assert [entry.seq for entry in reader.read(1, most=10, most_bytes=10**6)] == [1, 2]
    assert reader.undeclared == 3, "the uplink cannot declare it"
    journal = home.journal()
    stream = journal.stream
    entries = reader.read(1, most=10, most_bytes=10**6)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert reader.undeclared is None
    carried = {one.name: one for seq, one in entries[2].opened_attachments() if seq == 3}
    assert carried["contact"] == parts[1]
    lost = carried["text"]
    assert isinstance(lost, LostAttachment)
    message = lost_message(stream=stream, seq=3, name="text", digest=parts[0].digest)
    assert verifier(home.identity.public_key)(lost.signature, message)
    before = (home.paths.journal / "losses").read_bytes()
    journal.close()
    home.journal().close()
    assert (home.paths.journal / "losses").read_bytes() == before, "declared once"


def test_a_record_that_lost_all_it_names_waits_for_its_declaration_too(home: Home) -> None:
    journal = home.journal()
    fill(journal, 1)
    parts = complain(journal, 2)
    fill(journal, 1)
    journal.close()
    (path,) = home.paths.journal.glob("*.journal")
    frames = [one.split(b" ", 2)[2][:-1] for one in path.read_bytes().splitlines(keepends=True)]
    kept = pack_entry(unpack_entry(frames[2]))
    bare = unpack_entry(frames[2])
    bare.attachments = ()
    assert kept == frames[2], "the second record is not where this test looks for it"
    frames[2] = pack_entry(bare)
    path.write_bytes(b"".join(map(frame, frames)))
    reader = JournalReader(home.paths.journal)
    assert [entry.seq for entry in reader.read(1, most=10, most_bytes=10**6)] == [1]
    assert reader.undeclared == 2, "the uplink cannot declare it"
    home.journal().close()
    entries = reader.read(1, most=10, most_bytes=10**6)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    lost = {one.name: one for seq, one in entries[1].opened_attachments() if seq == 2}
    assert all(isinstance(one, LostAttachment) for one in lost.values())
    assert set(lost) == {one.name for one in parts}


@pytest.mark.parametrize("max_bytes", [200, 700, 2_000])
def test_no_split_takes_an_attachment_from_its_record(home: Home, max_bytes: int) -> None:
    journal = home.journal()
    for number in range(1, 30):
        if number % 3:
            fill(journal, 1)
        else:
            complain(journal, number)
    outbox = Outbox(
        JournalReader(home.paths.journal),
        kiosk=KIOSK,
        stream=journal.stream,
        max_records=20,
        lazy_seconds=0.0,
    )
    found = 0
    for parcel in outbox.everything_from(1, max_bytes=max_bytes):
        batch = unpack_batch(parcel.payload)
        for seq, line in enumerate(batch.lines, start=batch.first):
            record = decode(line)
            there = [one for number, one in batch.attachments if number == seq]
            assert len(there) == len(record.body.get("attached", {}))  # type: ignore[arg-type]
            assert all(isinstance(one, Attachment) and belongs(one, record.body) for one in there)
            found += len(there)
    assert found == 18
    journal.close()


def complained(home: Home, *, behind: int, known: bool = False) -> tuple[Path, bytes, int]:
    """Two answers, a complaint and `behind` answers more; gives the file, what it holds, and where the complaint's last attachment begins."""
    journal = home.journal(ballast_bytes=0)
    fill(journal, 2)
    complain(journal, 3)
    fill(journal, behind)
    if known:
        journal.keep_head()
    journal.close()
    (path,) = home.paths.journal.glob("*.journal")
    content = path.read_bytes()
    line_end = content.index(b"\n", content.index(b'"complaint"'))
    return path, content, content.rindex(b"\t", 0, line_end) + 9


def spared(home: Home) -> tuple[list[int], list[object]]:
    """What the journal holds after it was opened anew, and what travels with record 3."""
    home.journal(ballast_bytes=0).close()
    entries = JournalReader(home.paths.journal).read(1, most=10, most_bytes=10**6)
    return [entry.seq for entry in entries], [type(one) for _, one in entries[2].opened_attachments()]


@pytest.mark.parametrize("behind", [0, 2])
def test_a_page_that_takes_an_attachment_does_not_take_the_record_before_it(home: Home, behind: int) -> None:
    path, content, last = complained(home, behind=behind)
    end = content.index(b"\n", last)
    path.write_bytes(content[:last] + bytes(end - last) + content[end:])
    there, carried = spared(home)
    assert there[: 3 + behind] == list(range(1, 4 + behind))
    assert carried == [Attachment, LostAttachment]
    before = path.read_bytes()
    spared(home)
    assert path.read_bytes() == before, "once"


def test_a_lost_last_page_does_not_take_a_record_that_is_known_to_have_been_written(home: Home) -> None:
    path, content, last = complained(home, behind=0, known=True)
    path.write_bytes(content[:last] + bytes(len(content) - last))
    there, carried = spared(home)
    assert there[:3] == [1, 2, 3]
    assert carried == [Attachment, LostAttachment]


def test_an_unfinished_line_of_which_nobody_knows_is_cut_off_with_its_record(home: Home) -> None:
    path, content, last = complained(home, behind=0)
    path.write_bytes(content[:last])
    journal = home.journal(ballast_bytes=0)
    journal.close()
    entries = JournalReader(home.paths.journal).read(1, most=10, most_bytes=10**6)
    assert [entry.get("kind") for entry in entries].count("complaint") == 0
    assert not (home.paths.journal / "losses").exists(), "nobody was thanked for it"


def test_a_record_of_another_key_is_not_taken_for_one_that_lost_its_attachments(home: Home) -> None:
    path, content, last = complained(home, behind=1)
    third = content.index(b'"attached"')
    mark = content.rindex(b"\t", 0, third)
    forged = content[: mark - 8] + b"AAAAAAAA" + content[mark:]
    end = forged.index(b"\n", last)
    path.write_bytes(forged[:last] + bytes(end - last) + forged[end:])
    home.journal(ballast_bytes=0).close()
    entries = JournalReader(home.paths.journal).read(1, most=10, most_bytes=10**6)
    assert entries[2].get("kind") != "complaint"
