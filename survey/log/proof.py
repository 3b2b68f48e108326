"""Proofs that an entry is in a log (c2sp.org/tlog-proof), in one file that needs nothing else: path, checkpoint and cosignatures."""

import base64
from typing import NamedTuple

from survey.log.checkpoint import SignedCheckpoint, read_checkpoint, whole
from survey.log.note import decoded
from survey.log.tree import HASH_BYTES, MOST_HASHES, is_included, leaf_hash
from survey.record.errors import Malformed

_HEAD = "c2sp.org/tlog-proof@v1"


class LogProof(NamedTuple):
    """A proof as it was read; nothing of it was checked yet."""

    number: int
    hashes: tuple[bytes, ...]
    checkpoint: SignedCheckpoint
    extra: bytes = b""
    """What the maker adds; nobody vouches for it."""

    def text(self) -> str:
        """Give the file."""
        extra = f"extra {base64.b64encode(self.extra).decode()}\n" if self.extra else ""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.hashes)
        return f"{_HEAD}\n{extra}index {self.number}\n{hashes}\n{self.checkpoint.note.message()}"

    def proves(self, entry: bytes) -> bool:
        """Tell whether the entry is in the tree of the checkpoint; whose that is, is not its business."""
        point = self.checkpoint.point
        return is_included(
            leaf_hash(entry), self.number, size=point.size, root=point.root, hashes=self.hashes
        )


def read_proof(text: str) -> LogProof:
    """Read a proof.

    Raises:
        Malformed: it is none (`log_proof`), or its checkpoint is none (`note`, `checkpoint`).
    """
    head, gap, rest = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != _HEAD:
        raise Malformed("log_proof", f"a proof begins with {_HEAD}")
    extra: bytes | None = b""
    if lines and lines[0].startswith("extra "):
        extra = decoded(lines.pop(0).removeprefix("extra "))
    index = whole(lines.pop(0).removeprefix("index ")) if lines and lines[0].startswith("index ") else None
    if extra is None or index is None:
        raise Malformed("log_proof", "a proof says the index of its entry")
    return LogProof(index, read_hashes(lines), read_checkpoint(rest.encode()), extra)


def read_hashes(lines: list[str]) -> tuple[bytes, ...]:
    """Read the lines of a proof's hashes.

    Raises:
        Malformed: one is none, or there are too many (`log_proof`).
    """
    hashes = [decoded(line) for line in lines]
    if len(hashes) > MOST_HASHES:
        raise Malformed("log_proof", f"a proof has at most {MOST_HASHES} hashes")
    sound = tuple(one for one in hashes if one is not None and len(one) == HASH_BYTES)
    if len(sound) != len(hashes):
        raise Malformed("log_proof", "a proof's hashes are 32 bytes in base64")
    return sound
