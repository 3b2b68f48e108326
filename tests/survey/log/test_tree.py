"""RFC 6962's tree against the vectors of transparency-dev/merkle, against the RFC's own words, and against altered proofs."""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.log import tree
from tests.survey.log.keys import subtrees_of

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def proof(vector: dict[str, object]) -> list[bytes]:
    return [raw(one) for one in vector["proof"] or []]  # type: ignore[attr-defined]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda one: one["name"])
def test_inclusion_as_published(vector: dict[str, object]) -> None:
    held = tree.is_included(
        raw(vector["leafHash"]),  # type: ignore[arg-type]
        vector["leafIdx"],  # type: ignore[arg-type]
        size=vector["treeSize"],  # type: ignore[arg-type]
        root=raw(vector["root"]),  # type: ignore[arg-type]
        hashes=proof(vector),
    )
    assert held is not vector["wantErr"]


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda one: one["name"])
def test_consistency_as_published(vector: dict[str, object]) -> None:
    held = tree.is_consistent(
        vector["size1"],  # type: ignore[arg-type]
        raw(vector["root1"]),  # type: ignore[arg-type]
        size=vector["size2"],  # type: ignore[arg-type]
        root=raw(vector["root2"]),  # type: ignore[arg-type]
        hashes=proof(vector),
    )
    assert held is not vector["wantErr"]


def test_the_vectors_hold_both_kinds() -> None:
    for kind in ("inclusion", "consistency"):
        assert {one["wantErr"] for one in VECTORS[kind]} == {True, False}


@pytest.mark.parametrize(
    "found, wanted",
    [
        (tree.EMPTY_ROOT, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (tree.leaf_hash(b""), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (tree.leaf_hash(b"L123456"), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
        (
            tree.node_hash(b"N123", b"N456"),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb",
        ),
    ],
)
def test_hashes_as_published(found: bytes, wanted: str) -> None:
    assert found.hex() == wanted


def by_the_rfc(entries: Sequence[bytes]) -> bytes:
    """The root as RFC 6962, section 2.1, words it."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    middle = 1
    while middle * 2 < len(entries):
        middle *= 2
    return hashlib.sha256(b"\1" + by_the_rfc(entries[:middle]) + by_the_rfc(entries[middle:])).digest()


def leaves(number: int) -> list[bytes]:
    return [tree.leaf_hash(f"{at}".encode()) for at in range(number)]


@given(st.integers(0, 70))
def test_the_root_is_the_rfcs(number: int) -> None:
    assert tree.root_of(leaves(number)) == by_the_rfc([f"{at}".encode() for at in range(number)])


def test_every_leaf_of_every_small_tree_is_shown_and_no_other() -> None:
    for size in range(1, 34):
        have = leaves(size)
        root, subtree = tree.root_of(have), subtrees_of(have)
        for index in range(size):
            hashes = tree.proof(tree.inclusion_path(index, size), subtree)
            assert len(hashes) <= (size - 1).bit_length()
            for other in range(size):
                held = tree.is_included(have[index], other, size=size, root=root, hashes=hashes)
                assert held is (other == index), (index, other, size)
            assert not tree.is_included(tree.leaf_hash(b"else"), index, size=size, root=root, hashes=hashes)


def test_every_small_tree_goes_on_from_every_smaller_one() -> None:
    for size in range(1, 34):
        have = leaves(size)
        root, subtree = tree.root_of(have), subtrees_of(have)
        for old in range(1, size + 1):
            hashes = tree.proof(tree.consistency_path(old, size), subtree)
            before = tree.root_of(have[:old])
            assert tree.is_consistent(old, before, size=size, root=root, hashes=hashes)
            other = tree.root_of([tree.leaf_hash(b"else"), *have[1:old]])
            assert not tree.is_consistent(old, other, size=size, root=root, hashes=hashes), (old, size)


@given(st.data())
def test_a_proof_that_was_altered_shows_nothing(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    have = leaves(size)
    root, subtree = tree.root_of(have), subtrees_of(have)
    included = tree.proof(tree.inclusion_path(index, size), subtree)
    consistent = tree.proof(tree.consistency_path(old, size), subtree)
    before = tree.root_of(have[:old])
    for hashes, holds in (
        (included, lambda one: tree.is_included(have[index], index, size=size, root=root, hashes=one)),
        (consistent, lambda one: tree.is_consistent(old, before, size=size, root=root, hashes=one)),
    ):
        assert holds(hashes)
        at = data.draw(st.integers(0, len(hashes) - 1))
        flipped = bytes([hashes[at][0] ^ 1 << data.draw(st.integers(0, 7))]) + hashes[at][1:]
        assert not holds([*hashes[:at], flipped, *hashes[at + 1 :]])
        assert not holds(hashes[:at] + hashes[at + 1 :])
        assert not holds([*hashes[:at], tree.leaf_hash(b"more"), *hashes[at:]])
        assert not holds([*hashes, root])


@pytest.mark.parametrize("index, size", [(0, 0), (1, 1), (-1, 3)])
def test_there_is_no_path_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion_path(index, size)


def test_a_larger_tree_is_not_before_a_smaller_one() -> None:
    with pytest.raises(ValueError, match="cannot go on"):
        tree.consistency_path(5, 4)
    assert not tree.is_consistent(5, tree.root_of(leaves(5)), size=4, root=tree.root_of(leaves(4)), hashes=[])
