"""A kiosk remembers the log it was shown: it takes what goes on, and keeps as evidence what does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.log import tree
from survey.log.cosignature import cosign
from survey.log.note import with_lines
from survey.log.witnessing import Answer, Offer
from survey.record.errors import Malformed
from survey.wire.log_news import LogNews, pack_log_news, unpack_log_news
from tests.survey.log.keys import Signer, check, log, subtrees_of, witness
from uplink.forwarder.log_inbox import LogInbox, LogSeen

KIOSK = "k-0001"


def leaves(number: int, *, other: str = "") -> list[bytes]:
    return [tree.leaf_hash(f"{at}{other if at > 4 else ''}".encode()) for at in range(number)]


def news(old: int, size: int, *, other: str = "", kiosk: str = KIOSK, signer: Signer | None = None) -> bytes:
    have = leaves(size, other=other)
    hashes = tree.proof(tree.consistency_path(old, size), subtrees_of(have))
    signed = log().checkpoint(size, tree.root_of(have))
    line = cosign(signed.note, key=witness(1).key, at_s=9, sign=witness(1).sign)
    signed = signed._replace(note=with_lines(signed.note, [line]))
    return pack_log_news(LogNews(kiosk, Offer(old, tuple(hashes), signed)), (signer or log()).sign)


def inbox(folder: Path) -> LogInbox:
    key = log().key.public_key
    return LogInbox(
        folder / "log",
        folder / "log-fork",
        kiosk=KIOSK,
        collector_key=key,
        verify=lambda signature, message: check(key, signature, message),
        check=check,
    )


def test_a_log_that_goes_on_is_remembered_across_a_restart(tmp_path: Path) -> None:
    assert inbox(tmp_path).seen == LogSeen()
    for old, size in ((0, 6), (6, 9), (9, 84)):
        assert inbox(tmp_path).take(news(old, size)) is Answer.GOES_ON
    assert inbox(tmp_path).seen == LogSeen(84, tree.root_of(leaves(84)).hex())


@pytest.mark.parametrize("size", [6, 9, 84])
def test_a_fork_is_refused_kept_and_told_for_good(tmp_path: Path, size: int) -> None:
    kiosk = inbox(tmp_path)
    kiosk.take(news(0, 6))
    forked = news(6, size, other="x")
    assert kiosk.take(forked) is Answer.FORK
    assert (kiosk.seen.size, kiosk.seen.fork) == (6, True)
    assert (tmp_path / "log-fork").read_bytes() == forked
    assert inbox(tmp_path).seen.fork, "after a restart too"
    assert inbox(tmp_path).take(news(6, 9)) is Answer.GOES_ON
    assert inbox(tmp_path).seen.fork


def test_what_is_older_or_goes_on_from_elsewhere_changes_nothing(tmp_path: Path) -> None:
    kiosk = inbox(tmp_path)
    kiosk.take(news(0, 9))
    assert kiosk.take(news(0, 6)) is Answer.OLDER
    assert kiosk.take(news(6, 12)) is Answer.OTHER_PLACE
    assert kiosk.take(news(0, 12)) is Answer.OTHER_PLACE
    assert kiosk.seen == LogSeen(9, tree.root_of(leaves(9)).hex())


def test_what_others_say_is_not_even_looked_at(tmp_path: Path) -> None:
    kiosk = inbox(tmp_path)
    kiosk.take(news(0, 6))
    for payload in (
        news(6, 9, kiosk="k-0002"),
        news(6, 9, other="x", signer=Signer("x", number=5)),
        b"",
        b"IKL1garbage",
    ):
        assert kiosk.take(payload) is None
    assert kiosk.seen == LogSeen(6, tree.root_of(leaves(6)).hex())


def test_the_same_news_again_are_not_written_again(tmp_path: Path) -> None:
    kiosk = inbox(tmp_path)
    payload = news(0, 6)
    kiosk.take(payload)
    (tmp_path / "log").unlink()
    assert kiosk.take(payload) is Answer.SAME
    assert not (tmp_path / "log").exists()


def test_a_damaged_memory_is_begun_anew_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"torn")
    kiosk = inbox(tmp_path)
    assert kiosk.seen == LogSeen()
    assert kiosk.take(news(0, 6)) is Answer.GOES_ON


@given(st.integers(0, 80), st.integers(1, 300))
def test_news_come_back_as_they_were_packed_and_cost_little(old: int, more: int) -> None:
    payload = news(old, old + more)
    assert pack_log_news(unpack_log_news(payload, lambda _s, _m: True), log().sign) == payload
    assert len(payload) < 1_600


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        unpack_log_news(payload, lambda _s, _m: True)
