"""A witness believes a log that goes on, and tells a fork from everything that is merely late or garbled."""

import base64
import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.log import tree
from survey.log.checkpoint import Checkpoint
from survey.log.proof import LogProof, read_proof
from survey.log.witnessing import Answer, Offer, judge, read_offer
from survey.record.errors import Malformed
from tests.survey.log.keys import Signer, check, log, subtrees_of


def leaves(number: int, *, other: str = "") -> list[bytes]:
    return [tree.leaf_hash(f"{at}{other if at > 4 else ''}".encode()) for at in range(number)]


def offer(old: int, size: int, *, other: str = "", signer: Signer | None = None) -> Offer:
    have = leaves(size, other=other)
    hashes = tree.proof(tree.consistency_path(old, size), subtrees_of(have))
    return Offer(old, tuple(hashes), (signer or log()).checkpoint(size, tree.root_of(have)))


def seen(size: int) -> Checkpoint:
    return Checkpoint(log().key.name, size, tree.root_of(leaves(size)))


def answer(before: Checkpoint | None, what: Offer) -> Answer:
    return judge(before, what, keys=[log().key], check=check)


@pytest.mark.parametrize(
    "before, what, wanted",
    [
        (None, offer(0, 7), Answer.GOES_ON),
        (None, offer(3, 7), Answer.OTHER_PLACE),
        (seen(6), offer(6, 9), Answer.GOES_ON),
        (seen(6), offer(6, 6), Answer.SAME),
        (seen(6), offer(0, 5), Answer.OLDER),
        (seen(6), offer(4, 9), Answer.OTHER_PLACE),
        (seen(6), offer(6, 9, other="x"), Answer.FORK),
        (seen(6), offer(6, 6, other="x"), Answer.FORK),
        (seen(6), offer(6, 9, signer=Signer("ikm.example/log", number=8)), Answer.UNSIGNED),
        (seen(6), offer(6, 9, signer=Signer("ikm.example/two")), Answer.OTHER_LOG),
        (seen(6)._replace(origin="ikm.example/two"), offer(6, 9), Answer.OTHER_LOG),
    ],
)
def test_what_an_offer_is(before: Checkpoint | None, what: Offer, wanted: Answer) -> None:
    assert answer(before, what) is wanted
    assert read_offer(what.text().encode()) == what


@given(st.integers(6, 40), st.integers(1, 40))
def test_a_log_that_was_rewritten_never_goes_on(old: int, more: int) -> None:
    assert answer(seen(old), offer(old, old + more, other="x")) is Answer.FORK
    assert answer(seen(old), offer(old, old + more)) is Answer.GOES_ON


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        read_offer(content)


def hashed(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_a_proofs_file_is_as_published() -> None:
    signed = log().checkpoint(3, bytes(32))
    proof = LogProof(5, tuple(hashlib.sha256(one).digest() for one in (b"hash1", b"hash2")), signed)
    note = signed.note.message()
    head = "c2sp.org/tlog-proof@v1\n"
    assert proof.text() == f"{head}index 5\n{hashed('hash1')}\n{hashed('hash2')}\n\n{note}"
    more = proof._replace(number=10, extra=b"extra information")
    extra = base64.b64encode(b"extra information").decode()
    assert more.text() == f"{head}extra {extra}\nindex 10\n{hashed('hash1')}\n{hashed('hash2')}\n\n{note}"
    assert proof._replace(number=0, hashes=()).text() == f"{head}index 0\n\n{note}"
    for one in (proof, more, proof._replace(hashes=())):
        assert read_proof(one.text()) == one


NOTE = log().checkpoint(3, bytes(32)).note.message()


@pytest.mark.parametrize(
    "text",
    [
        f"wrong-header\nindex 0\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\n\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex notanumber\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex -5\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 05\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{'A' * 86}==\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nindex 0\n{hashed('a')}\n" * 1 + f"{hashed('a')}\n" * 64 + f"\n{NOTE}",
        "c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n",
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_proof(text)


def test_a_proof_proves_its_own_entry_alone() -> None:
    entries = [f"{at}".encode() for at in range(11)]
    have = [tree.leaf_hash(one) for one in entries]
    point = log().checkpoint(11, tree.root_of(have))
    hashes = tree.proof(tree.inclusion_path(7, 11), subtrees_of(have))
    proof = read_proof(LogProof(7, tuple(hashes), point).text())
    assert [one for one in entries if proof.proves(one)] == [b"7"]


def test_each_of_the_one_in_a_hundred_kiosks_that_are_shown_a_fork_refuses_it_at_once() -> None:
    """2,651 kiosks follow a log for a month, not all every night; then the operator shows 26 of them another history."""
    dice, nights = random.Random(2651), [9 + 7 * night for night in range(30)]
    kiosks = [seen(dice.choice(nights[-4:])) for _ in range(2_651)]
    forked = set(dice.sample(range(2_651), 26))
    offers: dict[tuple[int, str], Offer] = {}
    answers = []
    for number, before in enumerate(kiosks):
        other = "x" if number in forked else ""
        key = (before.size, other)
        if key not in offers:
            offers[key] = offer(before.size, nights[-1] + 7, other=other)
        answers.append(answer(before, offers[key]))
    assert {number for number, one in enumerate(answers) if one is Answer.FORK} == forked
    assert set(answers) == {Answer.FORK, Answer.GOES_ON}
