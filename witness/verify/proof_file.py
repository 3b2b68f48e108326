"""The file of a release as a stranger gets it: read, with no word of it believed yet."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.log.checkpoint import SignedCheckpoint, read_checkpoint
from survey.log.facts import Leaf, read_leaf
from survey.log.tree import inclusion_path, is_included, leaf_hash
from survey.record.errors import Malformed

FORMAT = 1
MAX_BYTES = 4 * 1024 * 1024
_MOST_LEAVES = 1_000


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What a file holds."""

    release: bytes
    counters: bytes
    """Empty where none go with it."""
    number: int
    """The release's own leaf."""
    entries: Mapping[int, bytes]
    """Leaves by their numbers."""
    nodes: Mapping[str, bytes]
    checkpoint: SignedCheckpoint

    @property
    def said(self) -> dict[str, Any]:
        """What the release says."""
        return _object(self.release, "release")

    @property
    def told(self) -> dict[str, Any]:
        """What goes with it of counters; nothing where there are none."""
        return _object(self.counters, "counters") if self.counters else {}

    @property
    def leaves(self) -> dict[int, Leaf]:
        """The leaves, in their order."""
        return {number: read_leaf(self.entries[number]) for number in sorted(self.entries)}

    def digest(self, what: bytes) -> str:
        """Give a digest as leaves state it."""
        return hashlib.sha256(what).hexdigest()

    def is_logged(self, number: int) -> bool:
        """Tell whether a leaf is in the tree of the checkpoint."""
        point = self.checkpoint.point
        if not 0 <= number < point.size:
            return False
        path = [self.nodes.get(f"{first}-{last}", b"") for first, last in inclusion_path(number, point.size)]
        return is_included(
            leaf_hash(self.entries[number]), number, size=point.size, root=point.root, hashes=path
        )


def read(content: bytes) -> ProofFile:
    """Read a file.

    Raises:
        Malformed: it is none (`proof_file`), or a part of it cannot be read.
    """
    if len(content) > MAX_BYTES:
        raise Malformed("proof_file", f"a proof has at most {MAX_BYTES} bytes")
    fields = _object(content, "proof_file")
    try:
        if fields["format"] != FORMAT:
            raise Malformed("proof_file", "this proof is of another version; use a newer ikm-verify")
        entries = {int(number): text.encode() for number, text in fields["leaves"].items()}
        found = ProofFile(
            release=fields["release"].encode(),
            counters=fields["counters"].encode(),
            number=int(fields["leaf"]),
            entries=entries,
            nodes={name: bytes.fromhex(text) for name, text in fields["nodes"].items()},
            checkpoint=read_checkpoint(fields["checkpoint"].encode()),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("proof_file", "this is no proof of a release") from error
    if len(entries) > _MOST_LEAVES or found.number not in entries:
        raise Malformed("proof_file", "a proof holds its release's leaf, and at most a thousand")
    _ = found.said, found.told, found.leaves
    return found


def _object(content: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed("proof_file", f"the {what} is no JSON") from error
    if not isinstance(found, dict):
        raise Malformed("proof_file", f"the {what} is no JSON object")
    return found
