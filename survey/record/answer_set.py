"""A set of answers, committed to as a whole so that one of them can be opened without telling its place.

The leaves are salted digests of the answers, sorted: their order is chance and says nothing of who came when. A node hashes its two children
in sorted order as well, so that what leads from a leaf to the root needs no left and no right. Leaves and nodes
begin with different bytes: neither can be passed off as the other.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence

from survey.record.record import canonical

LEAF_BYTES = 32
SALT_BYTES = 16
_LEAF = b"\x00ikm-answer-1\x00"
_NODE = b"\x01ikm-answer-1\x00"
_LEAF_SALT = b"ikm-leaf-salt-1\x00"
EMPTY = hashlib.sha256(_NODE).digest()
"""The root of no answers."""


def salt_of(text: str) -> bytes | None:
    """Give the 16 random bytes of a response from its `salt`, or None where there are none."""
    try:
        salt = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return salt if len(salt) == SALT_BYTES else None


def leaf_salt(salt: bytes) -> bytes:
    """Give the salt that opens a response's leaf, and nothing else that its record's own salt hides."""
    return hashlib.sha256(_LEAF_SALT + salt).digest()[:SALT_BYTES]


def leaf_of(salt: bytes, *, instrument: str, answers: Mapping[str, int], complete: bool) -> bytes:
    """Give the leaf of one response; `salt` is `leaf_salt` of its record's, `instrument` is `id@version`."""
    content = canonical({"answers": dict(answers), "complete": complete, "instrument": instrument})
    return hashlib.sha256(_LEAF + salt + content).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the root over some leaves, in whatever order they come."""
    level = sorted(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else EMPTY


def path_of(leaves: Sequence[bytes], leaf: bytes) -> tuple[bytes, ...]:
    """Give what leads from one of the leaves to the root.

    Raises:
        ValueError: it is none of them.
    """
    level = sorted(leaves)
    at = level.index(leaf)
    path = []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, at = _above(level), at // 2
    return tuple(path)


def is_in(root: bytes, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether a leaf is one of those that `root` stands for."""
    for beside in path:
        leaf = _node(leaf, beside)
    return leaf == root


def _above(level: Sequence[bytes]) -> list[bytes]:
    """Give the next level; a last one without a partner goes up as it is."""
    nodes = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*nodes, level[-1]] if len(level) % 2 else nodes


def _node(one: bytes, other: bytes) -> bytes:
    return hashlib.sha256(_NODE + min(one, other) + max(one, other)).digest()
