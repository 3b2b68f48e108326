"""The file of a release as a stranger gets it: read, with no word of it believed yet."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.log.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint, whole
from survey.log.facts import Leaf, read_leaf
from survey.log.tree import consistency_path, inclusion_path, is_consistent, is_included, leaf_hash
from survey.record.errors import Malformed
from witness.verify import values
from witness.verify.values import wrong

FORMAT = 1
MAX_BYTES = 4 * 1024 * 1024
_MOST_LEAVES = 1_000


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What a file holds."""

    release: bytes
    said: Mapping[str, Any]
    """What the release says."""
    counters: bytes
    """Empty where none go with it."""
    told: Mapping[str, Any]
    """What the counters say; nothing where there are none."""
    number: int
    """The release's own leaf."""
    entries: Mapping[int, bytes]
    """Leaves by their numbers, in their order."""
    leaves: Mapping[int, Leaf]
    nodes: Mapping[str, bytes]
    checkpoint: SignedCheckpoint
    heads: Mapping[int, Any]
    """What opens heads among the leaves, as it is given."""

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

    def goes_on(self, old: Checkpoint) -> bool | None:
        """Tell whether the log goes on from an older checkpoint; None where the file has not the hashes that show it."""
        point = self.checkpoint.point
        names = (
            [f"{first}-{last}" for first, last in consistency_path(old.size, point.size)]
            if old.size < point.size
            else []
        )
        if not names or not all(name in self.nodes for name in names):
            return None
        hashes = [self.nodes[name] for name in names]
        return is_consistent(old.size, old.root, size=point.size, root=point.root, hashes=hashes)


def read(content: bytes) -> ProofFile:
    """Read a file.

    Raises:
        Malformed: it is none, or a part of it cannot be read (`proof_file`).
    """
    if len(content) > MAX_BYTES:
        raise Malformed("proof_file", f"a proof has at most {MAX_BYTES} bytes")
    fields = _object(content, "file")
    if values.whole(fields, "format") != FORMAT:
        raise Malformed("proof_file", "this proof is of another version; use a newer ikm-verify")
    given = values.obj(fields, "leaves")
    entries = {_number(name): values.text(given, name).encode() for name in given}
    entries = {number: entries[number] for number in sorted(entries)}
    nodes = values.obj(fields, "nodes")
    release = values.text(fields, "release").encode()
    counters = values.text(fields, "counters").encode()
    number = values.whole(fields, "leaf")
    if len(entries) > _MOST_LEAVES or number not in entries:
        raise wrong("leaf")
    return ProofFile(
        release=release,
        said=_object(release, "release"),
        counters=counters,
        told=_object(counters, "counters") if counters else {},
        number=number,
        entries=entries,
        leaves={number: read_leaf(entry) for number, entry in entries.items()},
        nodes={name: values.unhex(nodes[name]) for name in nodes},
        checkpoint=read_checkpoint(values.text(fields, "checkpoint").encode()),
        heads={_number(name): one for name, one in values.obj(fields, "heads").items()},
    )


def _number(name: str) -> int:
    found = whole(name)
    if found is None:
        raise wrong("leaves")
    return found


def _object(content: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed("proof_file", f"the {what} is no JSON") from error
    if not isinstance(found, dict):
        raise wrong(what)
    return found
