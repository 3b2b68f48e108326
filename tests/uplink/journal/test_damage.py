"""Damage: a cut or a flipped byte costs its own record, by name, and appending goes on."""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.record.chain import first_link, head_message, is_declared, next_link, stated_link
from survey.record.errors import Malformed
from survey.record.findings import Finding
from tests.uplink.fakes import FakeTransport, HastyDisk, Home, fill
from tests.uplink.forwarder.test_courier import Trip
from uplink.errors import UplinkError
from uplink.journal.acknowledged import Acknowledged, read_acknowledged
from uplink.journal.enrolment import verifier
from uplink.journal.journal import Journal
from uplink.journal.losses import declared
from uplink.journal.reader import JournalReader
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.frame import (
    Damage,
    Entry,
    Frame,
    frame,
    frames,
    pack_entry,
    read_frame,
    unpack_entry,
)
from uplink.journal.segments.segment import scan, segment_paths, unpack_header
from uplink.journal.verify import verify

COUNT = 6


class Sample:
    """A journal of six records, kept aside, to be damaged in many ways."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.enrol()
        journal = self.home.journal(ballast_bytes=0)
        fill(journal, COUNT)
        self.stream = journal.stream
        journal.close()
        self.folder = folder / "journal"
        (_, self.path), *_ = segment_paths(self.folder)
        self.content = self.path.read_bytes()
        found = [one for one in frames(self.content) if isinstance(one, Frame)]
        self.header, self.records = found[0], found[1:]
        self.lines = [unpack_entry(one.payload).line for one in self.records]

    def put(self, content: bytes) -> None:
        shutil.rmtree(self.folder / "quarantine", ignore_errors=True)
        for _, path in segment_paths(self.folder):
            path.unlink()
        self.path.write_bytes(content)

    def open(self) -> Journal:
        return self.home.journal(ballast_bytes=0, disk=HastyDisk())

    def read(self) -> list[Entry]:
        return JournalReader(self.folder).read(1, most=99, most_bytes=999_999)

    def quarantine(self) -> list[Path]:
        return sorted((self.folder / "quarantine").glob("*"))


@pytest.fixture(scope="module")
def sample() -> Iterator[Sample]:
    # In memory where there is such a place: thousands of openings flush thousands of times.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Sample(Path(folder))


@pytest.mark.heavy
def test_cut_at_every_byte_of_the_last_three_records(sample: Sample) -> None:
    for cut in range(sample.records[-3].offset, len(sample.content)):
        sample.put(sample.content[:cut])
        whole = sum(1 for one in sample.records if one.end - 1 <= cut)
        journal = sample.open()
        assert journal.head.seq == whole, cut
        torn = cut not in {one.offset for one in sample.records} | {one.end - 1 for one in sample.records}
        assert len(sample.quarantine()) == torn
        fill(journal, 2)
        journal.close()
        assert [entry.line for entry in sample.read()][:whole] == sample.lines[:whole]
        assert len(sample.read()) == whole + 2
        assert cut % 5 or verify(sample.home.folder).clean


@pytest.mark.sampled(3)
@pytest.mark.parametrize("place,flip", [(0, 0x01), (2, 0xFF), (COUNT - 1, 0x10)])
def test_each_byte_of_a_record_damaged_in_turn(sample: Sample, place: int, flip: int) -> None:
    hit = sample.records[place]
    check = verifier(sample.home.identity.public_key)
    for offset in range(hit.offset, hit.end):
        content = bytearray(sample.content)
        content[offset] ^= flip
        sample.put(bytes(content))
        journal = sample.open()
        fill(journal, 1)
        found = sample.read()
        journal.close()
        harmless = offset == hit.end - 1  # the line end: the length says where the record ends
        assert [entry.seq for entry in found] == list(range(1, COUNT + 2)), offset
        lost = [entry.seq for entry in found if stated_link(entry.line) is not None]
        # One bit can be had back; what stands around the record can be written anew; the rest is lost, by name.
        spared = offset < sample.content.index(b"{", hit.offset)
        one_bit = flip.bit_count() == 1
        assert lost == [] or not (harmless or one_bit or spared), offset
        assert set(lost) <= {place + 1}
        assert lost or harmless or one_bit or spared, offset
        assert [entry.line for entry in found if entry.seq <= COUNT and entry.seq not in lost] == [
            line for seq, line in enumerate(sample.lines, 1) if seq not in lost
        ]
        for entry in found:
            if entry.signature:
                assert check(
                    entry.signature, head_message(stream=sample.stream, seq=entry.seq, link=entry.link)
                )
        if not harmless:
            assert len(sample.quarantine()) >= 1
            assert journal.damaged >= 1
            faults = verify(sample.home.folder).faults
            assert {fault.finding for fault in faults} <= {Finding.ALTERED, Finding.MISSING, Finding.LOST}
            assert {(fault.first, fault.last) for fault in faults} == {(seq, seq) for seq in lost}, offset


def damage_records(sample: Sample, first: int, last: int) -> None:
    """A bad block over some records: no bit of it can be had back."""
    begin, end = sample.records[first - 1].offset, sample.records[last - 1].end - 1
    sample.put(sample.content[:begin] + b"\xaa" * (end - begin) + sample.content[end:])


@pytest.mark.parametrize("confirmed", [2, 3, 4])
def test_a_damaged_block_across_the_confirmed_border_hides_nothing_behind_it(
    sample: Sample, confirmed: int
) -> None:
    collector = sample.home.collector
    collector.lines[sample.stream] = list(sample.lines[:confirmed])
    collector.links[sample.stream] = [
        first_link(stream=sample.stream, public_key=sample.home.identity.public_key)
    ]
    for line in sample.lines[:confirmed]:
        collector.links[sample.stream].append(next_link(collector.links[sample.stream][-1], line))
    Acknowledged(sample.home.acknowledged).store(collector.receipt(sample.stream))
    try:
        damage_records(sample, 2, 4)
        journal = sample.open()
        assert journal.confirmed == confirmed
        assert list(declared(sample.folder).records) == list(range(confirmed + 1, 5)) or confirmed == 4
        reader = JournalReader(sample.folder)
        for first in range(confirmed + 1, COUNT + 1):
            found = reader.read(first, most=1, most_bytes=9_999)
            assert [entry.seq for entry in found] == [first]
        Trip(sample.home, FakeTransport(collector)).go()
        assert collector.held() == COUNT
        assert collector.lines[sample.stream][-2:] == sample.lines[-2:]
        assert journal.release() is not None
        assert journal.waiting == 0
        journal.close()
    finally:
        sample.home.acknowledged.unlink()
        JournalFolder(sample.folder).losses.unlink(missing_ok=True)
        collector.lines.clear()
        collector.links.clear()


def test_a_damaged_header_does_not_keep_the_uplink_from_its_work(sample: Sample) -> None:
    sample.put(b"\xff" * 60 + sample.content[60:])
    try:
        Trip(sample.home, FakeTransport(sample.home.collector)).go()
        assert sample.home.collector.held() == COUNT
        assert verify(sample.home.folder).last == COUNT
        assert verify(sample.home.folder).clean
    finally:
        sample.home.acknowledged.unlink()
        sample.home.collector.lines.clear()
        sample.home.collector.links.clear()


def test_a_journal_with_a_lost_record_still_reaches_the_collector(sample: Sample) -> None:
    content = bytearray(sample.content)
    content[sample.records[2].offset + 60] ^= 0xFF
    content[sample.records[3].offset + 60] ^= 0xFF
    sample.put(bytes(content))
    journal = sample.open()
    transport = FakeTransport(sample.home.collector)
    trip = Trip(sample.home, transport)
    trip.go()
    assert sample.home.collector.refused == []
    assert sample.home.collector.held() == COUNT
    assert journal.release() is not None
    assert journal.waiting == 0
    journal.close()
    sample.home.acknowledged.unlink()
    sample.home.collector.lines.clear()
    sample.home.collector.links.clear()


def test_each_byte_of_the_header_damaged_in_turn(sample: Sample) -> None:
    for offset in range(sample.header.end):
        content = bytearray(sample.content)
        content[offset] ^= 0x10
        sample.put(bytes(content))
        journal = sample.open()
        assert journal.head.seq == COUNT, offset
        fill(journal, 1)
        journal.close()
        assert [entry.line for entry in sample.read()][:COUNT] == sample.lines


def test_a_journal_that_lost_every_copy_of_its_stream_says_so(sample: Sample) -> None:
    content = bytearray(sample.content)
    content[20] ^= 0x10
    sample.put(bytes(content))
    kept = JournalFolder(sample.folder).stream.read_bytes()
    JournalFolder(sample.folder).stream.unlink()
    with pytest.raises(UplinkError, match="set it aside"):
        sample.open()
    JournalFolder(sample.folder).stream.write_bytes(kept)


def test_a_file_that_was_never_begun_is_set_aside(sample: Sample) -> None:
    sample.put(sample.content)
    (sample.folder / f"{COUNT + 1:016d}.journal").write_bytes(b"0123")
    journal = sample.open()
    assert journal.next_seq == COUNT + 1
    assert len(sample.quarantine()) == 1
    fill(journal, 1)
    journal.close()


def test_a_segment_that_vanished_is_a_run_of_lost_records(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = home.journal(segment_bytes=1_000)
    fill(journal, 12)
    journal.close()
    paths = segment_paths(tmp_path / "journal")
    paths[1][1].unlink()
    first, behind = paths[1][0], paths[2][0]
    reader = JournalReader(tmp_path / "journal")
    found = reader.read(1, most=99, most_bytes=99_999)
    assert [entry.seq for entry in found] == list(range(1, first)), "nothing goes out past an undeclared loss"
    assert reader.undeclared == first
    journal = home.journal(segment_bytes=1_000)
    found = reader.read(1, most=99, most_bytes=99_999)
    assert [entry.seq for entry in found] == list(range(1, 13))
    assert reader.undeclared is None
    lost = [entry.seq for entry in found if stated_link(entry.line) is not None]
    assert lost == list(range(first, behind))
    check = verifier(home.identity.public_key)
    assert all(
        is_declared(entry.line, stream=journal.stream, seq=entry.seq, verify=check)
        for entry in found
        if entry.seq in lost
    )
    assert journal.link_at(first - 1) is not None
    Trip(home, FakeTransport(home.collector)).go()
    assert home.collector.held() == 12
    assert journal.release() is not None
    journal.close()


@given(content=st.binary(max_size=400))
def test_random_bytes_are_damage(content: bytes) -> None:
    assert b"".join(one.content for one in frames(content) if isinstance(one, Damage)) == content


@given(
    pieces=st.lists(
        st.binary(max_size=30) | st.binary(min_size=1, max_size=40).map(frame) | st.just(b"00000000 5 abc\n"),
        max_size=8,
    )
)
def test_whole_lines_are_found_between_any_damage(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    found = list(frames(content))
    spans = [
        (one.offset, one.end if isinstance(one, Frame) else one.offset + len(one.content)) for one in found
    ]
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    for one in found:
        if isinstance(one, Frame):
            assert read_frame(content, one.offset) == one


@given(payload=st.binary(max_size=200))
def test_a_payload_is_an_entry_or_malformed(payload: bytes) -> None:
    for read in (unpack_entry, unpack_header):
        for content in (payload, b"1\t\t\t" + payload, b"ikm-journal-1\t" + payload):
            try:
                read(content)
            except Malformed:
                continue


entries = st.builds(
    Entry,
    seq=st.integers(1, 10**12),
    line=st.binary(max_size=40).filter(lambda line: b"\t" not in line),
    prev=st.sampled_from([b"", b"p" * 32]),
    signature=st.sampled_from([b"", b"s" * 64]),
)


@given(entry=entries)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    found = read_frame(frame(pack_entry(entry)), 0)
    assert found is not None
    assert unpack_entry(found.payload) == entry


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), whole=st.booleans())
def test_any_file_is_opened_or_refused_with_our_own_error(
    tmp_path_factory: pytest.TempPathFactory, sample: Sample, content: bytes, whole: bool
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    home.paths.journal.mkdir()
    start = sample.content[: sample.header.end] if whole else b""
    (home.paths.journal / f"{1:016d}.journal").write_bytes(start + content)
    home.acknowledged.write_bytes(content)
    assert read_acknowledged(home.acknowledged) is None
    scan(home.paths.journal / f"{1:016d}.journal", 1)
    JournalReader(home.paths.journal).read(1, most=5, most_bytes=5_000)
    try:
        journal = home.journal()
    except UplinkError:
        return
    fill(journal, 1)
    journal.close()


def test_a_page_that_takes_the_header_and_the_first_records_stops_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.enrol()
    journal = home.journal(ballast_bytes=0)
    fill(journal, 6)
    stream = journal.stream
    journal.close()
    ((_, path),) = segment_paths(home.paths.journal)
    content = path.read_bytes()
    begin = content.index(b'"seq":3')
    path.write_bytes(bytes(begin) + content[begin:])
    journal = home.journal(ballast_bytes=0)
    assert (journal.stream, list(declared(home.paths.journal).records)) == (stream, [1, 2, 3])
    Trip(home, FakeTransport(home.collector)).go()
    assert home.collector.refused == []
    assert home.collector.held() == 6
    journal.close()


def test_a_record_written_right_behind_a_lost_page_is_whole(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.enrol()
    journal = home.journal(ballast_bytes=0)
    fill(journal, 4)
    ((_, path),) = segment_paths(home.paths.journal)
    content = path.read_bytes()
    begin = content.index(b'"seq":3')
    with path.open("r+b") as file:  # under the running kiosk: the end of what it has written
        file.seek(begin)
        file.write(bytes(len(content) - begin))
    fill(journal, 2)
    journal.close()
    whole = [one for one in frames(path.read_bytes()) if isinstance(one, Frame)][1:]
    lines = [unpack_entry(one.payload).line for one in whole]
    assert [Entry(seq=1, line=line).get("seq") for line in lines] == [1, 2, 5, 6]
    journal = home.journal(ballast_bytes=0)
    assert list(declared(home.paths.journal).records) == [3, 4]
    Trip(home, FakeTransport(home.collector)).go()
    assert home.collector.lines[journal.stream][4:] == lines[2:]
    assert {(fault.first, fault.last) for fault in verify(home.folder).faults} == {(3, 4)}
    journal.close()
