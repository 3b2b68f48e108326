"""The file of a release as a stranger gets it: read, with no word of it believed yet."""

import hashlib
import json
import zlib
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
"""Of a file that is unpacked."""
_GZIP = b"\x1f\x8b"
_MOST_LEAVES = 1_000


@dataclass(frozen=True, slots=True)
class Logged:
    """Leaves, with what shows that they are in a log."""

    entries: Mapping[int, bytes]
    """By their numbers, in their order."""
    leaves: Mapping[int, Leaf]
    nodes: Mapping[str, bytes]
    checkpoint: SignedCheckpoint

    def is_logged(self, number: int) -> bool:
        """Tell whether a leaf is in the tree of the checkpoint."""
        point = self.checkpoint.point
        if not 0 <= number < point.size:
            return False
        path = [self.nodes.get(f"{first}-{last}", b"") for first, last in inclusion_path(number, point.size)]
        return is_included(
            leaf_hash(self.entries[number]), number, size=point.size, root=point.root, hashes=path
        )


@dataclass(frozen=True, slots=True)
class TestsFile(Logged):
    """What the file of a release's test visits holds."""

    content: bytes
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ProofFile(Logged):
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
    heads: Mapping[int, Any]
    """What opens heads among the leaves, as it is given."""

    def digest(self, what: bytes) -> str:
        """Give a digest as leaves state it."""
        return hashlib.sha256(what).hexdigest()

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
    """Read a file, packed or not.

    Raises:
        Malformed: it is none, or a part of it cannot be read (`proof_file`).
    """
    fields, logged = _read(content)
    release = values.text(fields, "release").encode()
    counters = values.text(fields, "counters").encode()
    number = values.whole(fields, "leaf")
    if number not in logged.entries:
        raise wrong("leaf")
    return ProofFile(
        logged.entries,
        logged.leaves,
        logged.nodes,
        logged.checkpoint,
        release=release,
        said=_object(release, "release"),
        counters=counters,
        told=_object(counters, "counters") if counters else {},
        number=number,
        heads={_number(name): one for name, one in values.obj(fields, "heads").items()},
    )


def read_tests(content: bytes) -> TestsFile:
    """Read the file of a release's test visits, packed or not.

    Raises:
        Malformed: it is none, or a part of it cannot be read (`proof_file`).
    """
    fields, logged = _read(content)
    tests = values.text(fields, "tests").encode()
    return TestsFile(
        logged.entries,
        logged.leaves,
        logged.nodes,
        logged.checkpoint,
        content=tests,
        told=_object(tests, "tests"),
    )


def _read(content: bytes) -> tuple[dict[str, Any], Logged]:
    fields = _object(_plain(content), "file")
    if values.whole(fields, "format") != FORMAT:
        raise Malformed("proof_file", "this proof is of another version; use a newer ikm-verify")
    given, nodes = values.obj(fields, "leaves"), values.obj(fields, "nodes")
    entries = {_number(name): values.text(given, name).encode() for name in given}
    entries = {number: entries[number] for number in sorted(entries)}
    if len(entries) > _MOST_LEAVES:
        raise wrong("leaf")
    return fields, Logged(
        entries,
        {number: read_leaf(entry) for number, entry in entries.items()},
        {name: values.unhex(nodes[name]) for name in nodes},
        read_checkpoint(values.text(fields, "checkpoint").encode()),
    )


def _plain(content: bytes) -> bytes:
    """Unpack a file; however small it is, no more comes out of it than one may have."""
    if content.startswith(_GZIP):
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            content = unpacking.decompress(content, MAX_BYTES + 1)
        except zlib.error as error:
            raise Malformed("proof_file", "the file cannot be unpacked") from error
        if len(content) <= MAX_BYTES and (not unpacking.eof or unpacking.unused_data):
            raise Malformed("proof_file", "the file is not whole")
    if len(content) > MAX_BYTES:
        raise Malformed("proof_file", f"a proof has at most {MAX_BYTES} bytes")
    return content


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
