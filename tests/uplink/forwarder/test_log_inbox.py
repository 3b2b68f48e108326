"""A kiosk remembers the log it was shown: it takes what goes on, and keeps as evidence what does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.log import tree
from survey.log.cosignature import cosign
from survey.log.following import Believed, Heard
from survey.log.note import with_lines
from survey.log.witnessing import Answer, Offer
from survey.record.errors import Malformed
from survey.wire.log_news import LogNews, pack_log_news, unpack_log_news
from tests.survey.log.keys import Signer, check, log, subtrees_of, witness
from uplink.forwarder.log_inbox import LogFiles, LogInbox, LogSeen, believed_bytes

KIOSK = "k-0001"


def leaves(number: int, *, other: str = "") -> list[bytes]:
    return [tree.leaf_hash(f"{at}{other if at > 4 else ''}".encode()) for at in range(number)]


def news(old: int, size: int, *, other: str = "", kiosk: str = KIOSK, signer: Signer | None = None) -> bytes:
    have = leaves(size, other=other)
    hashes = tree.proof(tree.consistency_path(old, size), subtrees_of(have))
    signed = log().checkpoint(size, tree.root_of(have))
    line = cosign(signed.note, key=witness(1).key, at_s=9, sign=witness(1).sign)
    signed = signed._replace(note=with_lines(signed.note, [line]))
    return pack_log_news(LogNews(kiosk, Heard(Offer(old, tuple(hashes), signed))), (signer or log()).sign)


def files(folder: Path) -> LogFiles:
    return LogFiles(
        seen=folder / "log",
        fork=folder / "log-fork",
        uncosigned=folder / "log-uncosigned",
        other_log=folder / "log-other",
        policy=folder / "log-policy",
        carried=(folder / "carried",),
    )


def inbox(folder: Path) -> LogInbox:
    key = log().key.public_key
    return LogInbox(
        files(folder),
        kiosk=KIOSK,
        collector_key=key,
        verify=lambda signature, message: check(key, signature, message),
        check=check,
    )


def shown(seen: LogSeen) -> tuple[int, str, str]:
    return seen.size, seen.root, seen.origin


def test_a_log_that_goes_on_is_remembered_across_a_restart(tmp_path: Path) -> None:
    assert inbox(tmp_path).seen == LogSeen()
    for old, size in ((0, 6), (6, 9), (9, 84)):
        assert inbox(tmp_path).take(news(old, size)) is Answer.GOES_ON
    assert shown(inbox(tmp_path).seen) == (84, tree.root_of(leaves(84)).hex(), "ikm.example/log")


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
    assert shown(kiosk.seen) == (9, tree.root_of(leaves(9)).hex(), "ikm.example/log")


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
    assert shown(kiosk.seen) == (6, tree.root_of(leaves(6)).hex(), "ikm.example/log")


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


def demand(folder: Path, *numbers: int) -> None:
    """Have the kiosk's enrolment demand all of these witnesses."""
    lines = [f"witness s{one} {witness(one).key.text()}" for one in numbers]
    group = f"group all all {' '.join(f's{one}' for one in numbers)}"
    text = "\n".join([*lines, group, "quorum all", ""])
    (folder / "log-policy").write_bytes(believed_bytes(Believed(text)))


def test_what_lacks_a_demanded_cosignature_is_refused_and_said_until_a_better_one_comes(
    tmp_path: Path,
) -> None:
    demand(tmp_path, 1)
    kiosk = inbox(tmp_path)
    assert kiosk.take(news(0, 6)) is Answer.GOES_ON
    demand(tmp_path, 1, 2)
    kiosk = inbox(tmp_path)
    refused = news(6, 9)
    assert kiosk.take(refused) is Answer.UNCOSIGNED
    assert (kiosk.seen.size, kiosk.seen.refused, kiosk.seen.to_status()["alarm"]) == (
        6,
        "uncosigned",
        "uncosigned",
    )
    assert (tmp_path / "log-uncosigned").read_bytes() == refused
    assert inbox(tmp_path).seen.refused == "uncosigned", "after a restart too"
    demand(tmp_path, 1)
    kiosk = inbox(tmp_path)
    assert kiosk.take(news(6, 12)) is Answer.GOES_ON
    assert (kiosk.seen.refused, kiosk.seen.to_status()["alarm"]) == ("", "")


def test_a_damaged_policy_is_met_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "log-policy").write_bytes(b"torn")
    assert inbox(tmp_path).take(news(0, 6)) is Answer.UNCOSIGNED


def test_what_a_stick_brought_is_taken_once(tmp_path: Path) -> None:
    kiosk = inbox(tmp_path)
    kiosk.look_at_carried()
    assert kiosk.seen == LogSeen()
    (tmp_path / "carried").write_bytes(news(0, 6))
    kiosk.look_at_carried()
    assert kiosk.seen.size == 6
    kiosk.take(news(6, 9))
    kiosk.look_at_carried()
    assert kiosk.seen.size == 9


def test_a_kiosk_that_saw_nothing_says_nothing(tmp_path: Path) -> None:
    assert inbox(tmp_path).seen.to_status() == {}
    kiosk = inbox(tmp_path)
    kiosk.take(news(0, 6))
    assert len(str(kiosk.seen.to_status()["words"]).split()) == 3
