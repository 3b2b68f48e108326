"""Checkpoints (c2sp.org/tlog-checkpoint): whose log it is, how many leaves it has and the root over them, as a signed note."""

import base64
import re
from collections.abc import Callable
from typing import NamedTuple

from survey.log.note import Note, decoded, read_note, signed
from survey.log.tree import EMPTY_ROOT, HASH_BYTES
from survey.record.errors import Malformed

MOST_LEAVES = 2**53
"""So that every reader has the number exactly."""
_WHOLE = re.compile(r"0|[1-9][0-9]{0,15}")


class Checkpoint(NamedTuple):
    """How far a log has come."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Give what is signed; lines of other makers behind these three are never written here."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class SignedCheckpoint(NamedTuple):
    """A checkpoint and the note it came in, whose signatures are not checked yet."""

    point: Checkpoint
    note: Note


def read_checkpoint(message: bytes) -> SignedCheckpoint:
    """Read a signed checkpoint.

    Raises:
        Malformed: it is no note (`note`), or no checkpoint (`checkpoint`).
    """
    note = read_note(message)
    return SignedCheckpoint(read_body(note.text), note)


def read_body(text: str) -> Checkpoint:
    """Read a checkpoint's text.

    Raises:
        Malformed: it is none (`checkpoint`).
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise Malformed("checkpoint", "a checkpoint has at least three lines, none of them empty")
    size, root = whole(lines[1]), decoded(lines[2])
    if size is None:
        raise Malformed("checkpoint", "a checkpoint's second line is a number of leaves")
    if root is None or len(root) != HASH_BYTES or (size == 0 and root != EMPTY_ROOT):
        raise Malformed("checkpoint", "a checkpoint's third line is a root in base64")
    return Checkpoint(lines[0], size, root)


def sign_checkpoint(
    point: Checkpoint, *, public_key: bytes, sign: Callable[[bytes], bytes]
) -> SignedCheckpoint:
    """Sign a checkpoint as its log: the key's name is the log's origin."""
    return SignedCheckpoint(point, signed(point.text(), name=point.origin, public_key=public_key, sign=sign))


def whole(text: str) -> int | None:
    """Read a number as it is written here, without zeros before it; None where it is none."""
    number = int(text) if _WHOLE.fullmatch(text) else None
    return number if number is not None and number <= MOST_LEAVES else None
