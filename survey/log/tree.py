"""RFC 6962's Merkle tree: hashes of leaves and nodes, and the two proofs that a log gives.

An *inclusion proof* shows that a leaf is in a tree, a *consistency proof* that a tree begins with all leaves of an older one. Which hashes a proof is
made of is told as ranges of leaves (`inclusion_path`, `consistency_path`), so that a log of millions reads a few tiles for one; checking needs
the proof alone.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

HASH_BYTES = 32
MOST_HASHES = 63
"""No proof has more."""
_LEAF, _NODE = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256().digest()
"""The root of a tree without leaves."""

Range = tuple[int, int]
"""Leaves from the first to before the last."""
Subtree = Callable[[int, int], bytes]
"""Give the hash over a range of leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Give the hash of an entry of the log."""
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash over two hashes."""
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the root over hashes of leaves, in their order."""
    if not leaves:
        return EMPTY_ROOT
    sha256, level = hashlib.sha256, list(leaves)
    while len(level) > 1:
        # Pairs from the left, one left over goes up as it is: the same tree as splitting at the largest power of two.
        above = [sha256(_NODE + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = [*above, level[-1]] if len(level) % 2 else above
    return level[0]


def split_of(size: int) -> int:
    """Give how many leaves of a tree of more than one stand left of its top: the largest power of two that is smaller."""
    return int(1 << (size - 1).bit_length() - 1)


def inclusion_path(index: int, size: int) -> list[Range]:
    """Give the ranges whose hashes show that a leaf is in a tree of so many, the leaf's neighbour first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    path, first, last = [], 0, size
    while last - first > 1:
        middle = first + split_of(last - first)
        if index < middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first = middle
    return path[::-1]


def consistency_path(old: int, size: int) -> list[Range]:
    """Give the ranges whose hashes show that a tree of `size` begins with the `old` leaves of an older one.

    Raises:
        ValueError: the older one is larger.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} cannot go on from one of {old}")
    if old in (0, size):
        return []
    path, first, last, is_whole = [], 0, size, True
    while old < last:
        middle = first + split_of(last - first)
        if old <= middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first, is_whole = middle, False
    if not is_whole:  # else whoever checks knows it: it is the older root
        path.append((first, last))
    return path[::-1]


def proof(path: Sequence[Range], subtree: Subtree) -> list[bytes]:
    """Give the hashes of a path."""
    return [subtree(first, last) for first, last in path]


def is_included(leaf: bytes, index: int, *, size: int, root: bytes, hashes: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the leaf with this hash is number `index` of the tree with this root."""
    if not 0 <= index < size or not _are_hashes([leaf]) or not _are_hashes(hashes):
        return False
    found, at, last = leaf, index, size - 1
    for beside in hashes:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_hash(beside, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = node_hash(found, beside)
        at, last = at // 2, last // 2
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, *, size: int, root: bytes, hashes: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the tree with this root begins with all leaves of the older one."""
    if not 0 < old <= size or not _are_hashes(hashes):  # of no leaves everything goes on: that shows nothing
        return False
    if old == size:
        return not hashes and old_root == root
    steps = iter(hashes)
    at, last = old - 1, size - 1
    while at % 2:
        at, last = at // 2, last // 2
    # The proof begins with the hash that both trees share, or that hash is the older root, where the older tree is whole.
    before = after = next(steps, b"") if at else old_root
    return _rises(before, after, steps, at, last) == (old_root, root)


def _rises(
    before: bytes, after: bytes, steps: Iterator[bytes], at: int, last: int
) -> tuple[bytes, bytes] | None:
    """Give the two roots that a consistency proof leads to; None where it is too short or too long."""
    for beside in steps:
        if last == 0:
            return None
        if at % 2 or at == last:
            before, after = node_hash(beside, before), node_hash(beside, after)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            after = node_hash(after, beside)
        at, last = at // 2, last // 2
    return (before, after) if last == 0 else None


def _are_hashes(given: Sequence[bytes]) -> bool:
    return len(given) <= MOST_HASHES and all(len(one) == HASH_BYTES for one in given)
