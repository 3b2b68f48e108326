"""Streams that are lost one after the other, before the collector heard of any: each goes on to name those before it."""

import shutil
from pathlib import Path

import pytest

from survey.record.bodies import Boot
from survey.record.predecessors import CUT, DELETED, MOST_PREDECESSORS, RESTORED, Predecessor
from survey.record.record import BOOT
from survey.wire.messages import link_text
from tests.uplink.fakes import FakeTransport, Home, fill
from tests.uplink.forwarder.test_courier import Trip
from tests.uplink.journal.test_lineage import Kiosk, drain
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.head import HeadFile, KnownHead
from uplink.journal.journal import Journal
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.headers import known_header, second_copy
from uplink.journal.segments.segment import Header, pack_header, scan, segment_path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.enrol()
    return home


def kept(home: Home) -> KnownHead:
    head = HeadFile(home.paths.head, public_key=home.identity.public_key).read()
    assert head is not None
    return head


def here(journal: Journal, why: str) -> Predecessor:
    """What a successor must say of a journal as it stands."""
    return Predecessor(journal.stream, journal.head.seq, link_text(journal.head.link), why)


def lose(kiosk: Kiosk) -> Predecessor:
    """Stop a kiosk and delete its journal; gives what its successor must say of it."""
    left = here(kiosk.journal, DELETED)._replace(exact=True)
    kiosk.stop()
    shutil.rmtree(kiosk.home.paths.journal)
    return left


def test_a_second_loss_does_not_take_the_first_one_with_it(home: Home) -> None:
    """57 records of which 41 were sent, then five of which none was, then neither is there any more."""
    kiosk = Kiosk(home)
    kiosk.play(40)
    drain(kiosk, Trip(home, FakeTransport(home.collector)), turns=5)
    kiosk.play(16)
    assert (kiosk.journal.head.seq, kiosk.journal.confirmed) == (57, 41)
    first = lose(kiosk)
    kiosk = Kiosk(home)
    kiosk.play(4)
    assert kiosk.journal.predecessors == (first,)
    assert kept(home).before == (first,)
    second = lose(kiosk)
    kiosk = Kiosk(home)
    assert [(one.seq, one.why) for one in kiosk.journal.predecessors] == [(5, DELETED), (57, DELETED)]
    assert kiosk.journal.predecessors == (second, first)
    kiosk.play(30)
    kiosk.stop()

    kiosk = Kiosk(home, boot=2)
    assert len(list(home.paths.journal.glob("*.journal"))) > 1
    boots = [one for one in kiosk.journal.records.all() if one["kind"] == BOOT]
    assert [Boot.from_body(one["body"]).predecessors for one in boots] == [(second, first)] * 2
    for header in (
        known_header(home.paths.journal),
        known_header(home.paths.journal, newest=False),
        second_copy(home.paths.journal),
    ):
        assert header is not None
        assert header.predecessors == (second, first), "whichever of them is damaged"
    assert kept(home).before == (second, first)
    kiosk.stop()


def test_what_the_collector_has_heard_is_said_again_for_it_may_be_set_back(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    first = lose(kiosk)
    kiosk = Kiosk(home)
    kiosk.play(3)
    assert kept(home).before == (first,)
    drain(kiosk, Trip(home, FakeTransport(home.collector)), turns=5)
    kiosk.turn(5.0)
    assert kept(home) == KnownHead(kiosk.journal.stream, *kiosk.journal.head, before=(first,))
    assert kiosk.journal.predecessors == (first,), "a stream's boots say the same to its end"
    second = lose(kiosk)
    kiosk = Kiosk(home)
    assert kiosk.journal.predecessors == (second, first)
    kiosk.stop()


@pytest.mark.parametrize("through", [0, 1])
def test_no_receipt_ends_a_chain(home: Home, through: int) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    first = lose(kiosk)
    kiosk = Kiosk(home)
    kiosk.play(3)
    link = kiosk.journal.link_at(through) if through else None
    Acknowledged(home.carried).store(home.collector.receipt(kiosk.journal.stream, through=through, link=link))
    second = lose(kiosk)
    kiosk = Kiosk(home)
    assert kiosk.journal.predecessors == (second, first)
    kiosk.stop()


@pytest.mark.parametrize("killed_at", [0, 1])
def test_an_end_that_is_lost_after_a_whole_stream_names_both(home: Home, killed_at: int) -> None:
    """The successor is begun in two steps, and the program may be killed between them."""
    kiosk = Kiosk(home)
    kiosk.play(3)
    first = lose(kiosk)
    kiosk = Kiosk(home)
    kiosk.play(6)
    second = here(kiosk.journal, CUT)._replace(exact=True)
    kiosk.stop()
    (path,) = home.paths.journal.glob("*.journal")
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"\n", len(content) // 2) + 1])
    if killed_at:
        journal = home.journal()
        journal.close()
        for begun in home.paths.journal.glob("*.journal"):
            begun.unlink()
    kiosk = Kiosk(home)
    assert kiosk.journal.predecessors == (second, first)
    for _ in range(3):
        kiosk.turn()
    assert "carried" in {one["kind"] for one in kiosk.journal.records.all()}
    kiosk.stop()


def test_a_journal_that_is_set_back_names_what_the_head_file_knew_of_all_others(home: Home) -> None:
    """The folder is put back as it was two streams ago; the head file beside it is not."""
    kiosk = Kiosk(home)
    kiosk.play(3)
    kiosk.journal.keep_head()
    copy = home.folder.parent / "copy"
    shutil.copytree(home.paths.journal, copy)
    kiosk.play(2)
    first = lose(kiosk)
    kiosk = Kiosk(home)
    kiosk.play(3)
    second = lose(kiosk)._replace(why=RESTORED)
    copy.rename(home.paths.journal)
    kiosk = Kiosk(home)
    assert kiosk.journal.predecessors == (second, first)
    kiosk.stop()


def test_a_stream_without_a_record_is_not_named_and_takes_nothing_with_it(home: Home) -> None:
    kiosk = Kiosk(home)
    kiosk.play(3)
    first = lose(kiosk)
    home.journal().close()
    shutil.rmtree(home.paths.journal)
    kiosk = Kiosk(home)
    assert kiosk.journal.predecessors == (first,)
    kiosk.stop()


def test_a_head_file_that_lags_behind_two_streams_begins_no_third_one(home: Home) -> None:
    """Its disk refused it while the journal's went on."""
    kiosk = Kiosk(home)
    kiosk.play(3)
    lagging = kept(home)
    lose(kiosk)
    kiosk = Kiosk(home)
    kiosk.play(3)
    lose(kiosk)
    kiosk = Kiosk(home)
    stream = kiosk.journal.stream
    kiosk.stop()
    HeadFile(home.paths.head, public_key=home.identity.public_key).store(lagging)
    kiosk = Kiosk(home, boot=2)
    assert kiosk.journal.stream == stream
    kiosk.stop()


def test_of_twelve_losses_in_a_row_the_newest_seven_and_the_oldest_are_named(home: Home) -> None:
    lost: list[Predecessor] = []
    for _ in range(12):
        journal = home.journal()
        fill(journal, 2)
        journal.keep_head()
        lost.insert(0, here(journal, DELETED))
        journal.close()
        shutil.rmtree(home.paths.journal)
    journal = home.journal()
    assert journal.predecessors == (*lost[:7], lost[-1])
    journal.close()
    journal = home.journal()
    assert journal.predecessors == (*lost[:7], lost[-1]), "read back"
    journal.close()


def test_the_longest_chain_finds_room_in_a_header_and_in_the_head_file(home: Home) -> None:
    most = 2**53 - 1
    link = link_text(b"\xff" * 32)
    chain = tuple(
        Predecessor(f"{one:032x}", most, link, RESTORED, most, link) for one in range(MOST_PREDECESSORS)
    )
    key = home.identity.public_key
    head = KnownHead("ab" * 16, most, b"\xff" * 32, chain)
    HeadFile(home.paths.head, public_key=key).store(head)
    assert kept(home) == head
    header = Header("ab" * 16, key, most, b"\xff" * 32, most, chain)
    folder = home.folder / "elsewhere"
    folder.mkdir()
    segment_path(folder, most).write_bytes(pack_header(header))
    assert known_header(folder) == header
    assert scan(segment_path(folder, most), most).header == header
    assert not JournalFolder(folder).stream.exists(), "nobody else told"
