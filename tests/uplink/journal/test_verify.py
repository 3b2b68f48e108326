"""`ikm-kiosk verify`: what was done to a journal's files is named, record by record."""

from collections.abc import Callable
from pathlib import Path

import pytest

from survey.record.chain import head_message
from survey.wire.messages import Receipt, pack_receipt
from tests.uplink.fakes import KIOSK, START_MS, Home, fill
from uplink.errors import JournalForeign
from uplink.journal.acknowledged import Acknowledged
from uplink.journal.identity import Identity
from uplink.journal.journal import Journal
from uplink.journal.reader import JournalReader
from uplink.journal.segments.frame import Entry, Frame, frame, frames, pack_entry, unpack_entry
from uplink.journal.segments.segment import segment_paths
from uplink.journal.verify import verify

COUNT = 8


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.enrol()
    journal = home.journal(segment_bytes=2_000)
    fill(journal, COUNT)
    confirm(home, journal, 0)
    journal.close()
    return home


def confirm(home: Home, journal: Journal, through: int) -> None:
    if through:
        link = journal.link_at(through)
        assert link is not None
        receipt = Receipt(kiosk=KIOSK, stream=journal.stream, through=through, link=link, at=START_MS)
        Acknowledged(home.acknowledged).store(pack_receipt(receipt, home.collector.key.sign))


def rewrite(home: Home, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Change the journal's files as somebody would who knows the format: checksums are right again."""
    headers, entries = [], []
    for _, path in segment_paths(home.paths.journal):
        first, *rest = (one.payload for one in frames(path.read_bytes()) if isinstance(one, Frame))
        headers.append((path, first))
        entries += [unpack_entry(payload) for payload in rest]
    for path, _ in headers[1:]:
        path.unlink()
    path, header = headers[0]
    path.write_bytes(frame(header) + b"".join(frame(pack_entry(one)) for one in change(entries)))


def stream_of(home: Home) -> str:
    header = JournalReader(home.paths.journal).header()
    assert header is not None
    return header.stream


def with_line(
    entry: Entry, line: bytes, *, identity: Identity | None = None, stream: str = "00" * 16
) -> Entry:
    changed = Entry(seq=entry.seq, line=line, prev=entry.prev, signature=entry.signature)
    if identity is None:
        return changed
    head = head_message(stream=stream, seq=entry.seq, link=changed.link)
    return Entry(seq=entry.seq, line=line, prev=entry.prev, signature=identity.sign(head))


def found(home: Home) -> list[tuple[str, int, int]]:
    return [(fault.finding.value, fault.first, fault.last) for fault in verify(home.folder).faults]


def test_an_untouched_journal_is_clean(home: Home) -> None:
    verdict = verify(home.folder)
    assert verdict.clean
    assert (verdict.first, verdict.last) == (1, COUNT)
    assert verify(home.paths.journal).clean


def test_a_deleted_record_is_missing(home: Home) -> None:
    rewrite(home, lambda entries: entries[:3] + entries[4:])
    assert found(home) == [("missing", 4, 4)]


def test_an_altered_record_is_named(home: Home) -> None:
    def better(entries: list[Entry]) -> list[Entry]:
        line = entries[4].line.replace(b'"kepuasan":3', b'"kepuasan":4')
        assert line != entries[4].line
        return [*entries[:4], with_line(entries[4], line), *entries[5:]]

    rewrite(home, better)
    assert found(home) == [("altered", 5, 5)]


def test_records_that_changed_places_are_reordered(home: Home) -> None:
    rewrite(home, lambda entries: [*entries[:2], entries[3], entries[2], *entries[4:]])
    assert found(home) == [("reordered", 3, 3)]


def test_a_record_put_in_is_foreign(home: Home) -> None:
    stranger = Identity.ephemeral(KIOSK)
    rewrite(
        home,
        lambda entries: [
            *entries[:5],
            with_line(entries[4], entries[4].line + b" ", identity=stranger),
            *entries[5:],
        ],
    )
    assert found(home) == [("foreign", 5, 5)]


def test_a_record_signed_twice_with_two_contents_is_a_copied_card(home: Home) -> None:
    rewrite(
        home,
        lambda entries: [
            *entries,
            with_line(entries[6], entries[6].line + b" ", identity=home.identity, stream=stream_of(home)),
        ],
    )
    assert found(home) == [("duplicated", 7, 7)]


def test_a_replayed_record_is_repeated(home: Home) -> None:
    rewrite(home, lambda entries: [*entries, entries[1]])
    assert found(home) == [("repeated", 2, 2)]


def test_an_end_that_a_receipt_vouches_for_is_cut_off(home: Home) -> None:
    journal = home.journal(segment_bytes=2_000)
    Acknowledged(home.acknowledged).store(
        pack_receipt(
            Receipt(kiosk=KIOSK, stream=journal.stream, through=COUNT, link=journal.head.link, at=START_MS),
            home.collector.key.sign,
        )
    )
    journal.close()
    rewrite(home, lambda entries: entries[:5])
    assert found(home) == [("cut", 6, COUNT)]


def test_another_key_is_told(home: Home) -> None:
    stranger = Identity.ephemeral(KIOSK)
    rewrite(home, lambda entries: [with_line(one, one.line, identity=stranger) for one in entries])
    assert found(home) == [("wrong_key", 1, COUNT)]


def test_what_was_let_go_of_needs_a_receipt(home: Home) -> None:
    journal = home.journal(segment_bytes=2_000)
    confirm(home, journal, 5)
    released = journal.release()
    assert released is not None
    assert released.segments >= 1
    journal.close()
    verdict = verify(home.folder)
    assert verdict.clean
    assert verdict.first > 1
    home.acknowledged.unlink()
    assert found(home) == [("missing", 1, verdict.first - 1)]


def test_no_journal_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(JournalForeign, match="no journal"):
        verify(tmp_path)


def test_an_end_that_nobody_vouches_for_is_uncertain_unless_it_is_still_written(home: Home) -> None:
    journal = home.journal()
    fill(journal, 3)
    journal.keep_head()
    assert verify(home.folder).uncertain == (), "the kiosk runs"
    journal.close()
    found = verify(home.folder)
    assert (found.clean, found.uncertain) == (True, (found.last,))
    assert "without a word" in found.sentences()[-1]
    journal = home.journal()
    journal.keep_head(exact=True)
    journal.close()
    assert verify(home.folder).uncertain == ()
