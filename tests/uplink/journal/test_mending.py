"""Damage that spared what proves a record costs that record nothing, however much is lost around it."""

from pathlib import Path

import pytest

from tests.uplink.fakes import Home, fill
from uplink.journal.losses import declared
from uplink.journal.segments.frame import Frame, entry_seq, frames, unpack_entry
from uplink.journal.segments.segment import segment_paths
from uplink.journal.verify import verify

COUNT = 6


class Damaged:
    """A journal of six records in one file, and what is left of it after damage."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.enrol()
        journal = self.home.journal(ballast_bytes=0)
        fill(journal, COUNT)
        journal.close()
        ((_, self.path),) = segment_paths(self.home.paths.journal)
        self.content = self.path.read_bytes()
        found = (one for one in frames(self.content) if isinstance(one, Frame))
        self.records = {entry_seq(one.payload): one for one in found if entry_seq(one.payload)}

    def proof_of(self, seq: int) -> int:
        """Where the link before a record begins, with which its proof begins."""
        record = self.records[seq]
        return self.content.index(b"%d\t" % seq, record.offset + 9) + len(b"%d\t" % seq)

    def lose(self, begin: int, end: int) -> list[int]:
        """Overwrite bytes, open the journal and give the numbers that it declares lost."""
        self.path.write_bytes(self.content[:begin] + bytes(end - begin) + self.content[end:])
        return self.opened()

    def opened(self) -> list[int]:
        journal = self.home.journal(ballast_bytes=0)
        journal.close()
        return list(declared(self.home.paths.journal).records)

    def lines(self) -> dict[int, bytes]:
        """Give the records that stand whole in the file now, by number."""
        found = (one for one in frames(self.path.read_bytes()) if isinstance(one, Frame))
        return {seq: unpack_entry(one.payload).line for one in found if (seq := entry_seq(one.payload))}


@pytest.fixture
def damaged(tmp_path: Path) -> Damaged:
    return Damaged(tmp_path)


@pytest.mark.parametrize("before", [0, 1, 5, 12])
def test_the_first_record_behind_a_lost_page_is_kept_where_its_proof_is_whole(
    damaged: Damaged, before: int
) -> None:
    written = damaged.lines()
    assert damaged.lose(damaged.records[2].offset, damaged.proof_of(5) - before) == [2, 3, 4]
    assert damaged.lines() == {seq: written[seq] for seq in (1, 5, 6)}
    assert {(fault.first, fault.last) for fault in verify(damaged.home.folder).faults} == {(2, 4)}


def test_so_is_the_first_behind_a_page_that_took_the_header_too(damaged: Damaged) -> None:
    assert damaged.lose(0, damaged.proof_of(4)) == [1, 2, 3]


def test_a_record_is_lost_with_the_first_byte_of_its_proof(damaged: Damaged) -> None:
    assert damaged.lose(damaged.records[2].offset, damaged.proof_of(5) + 1) == [2, 3, 4, 5]


def test_the_last_record_of_all_is_kept_behind_a_lost_page(damaged: Damaged) -> None:
    assert damaged.lose(damaged.records[4].offset, damaged.proof_of(COUNT)) == [4, 5]


def test_neighbours_with_a_flipped_bit_each_come_back_both(damaged: Damaged) -> None:
    content = bytearray(damaged.content)
    for seq in (3, 4):
        content[damaged.records[seq].end - 20] ^= 0x04
    damaged.path.write_bytes(bytes(content))
    assert damaged.opened() == []
    assert damaged.path.read_bytes() == damaged.content


def test_a_record_that_was_altered_is_not_taken_for_proven(damaged: Damaged) -> None:
    there = damaged.records[3]
    left = damaged.content[damaged.proof_of(3) : there.end].replace(b'"kepuasan":3', b'"kepuasan":1')
    lost = bytes(there.end - there.offset - len(left))
    damaged.path.write_bytes(damaged.content[: there.offset] + lost + left + damaged.content[there.end :])
    assert damaged.opened() == [3]


def test_what_was_set_aside_once_is_not_set_aside_again(damaged: Damaged) -> None:
    damaged.lose(damaged.records[2].offset, damaged.proof_of(5))
    quarantine = damaged.home.paths.journal / "quarantine"
    assert len(list(quarantine.iterdir())) == 1
    damaged.opened()
    assert len(list(quarantine.iterdir())) == 1
