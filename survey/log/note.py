"""Signed notes (c2sp.org/signed-note): a text, and lines with whose keys have signed it.

A line is read by whoever knows the key of that name and id; lines of unknown keys say nothing. Checking is passed in: `Check` is Ed25519.
"""

import base64
import binascii
import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from survey.record.errors import Malformed

Check = Callable[[bytes, bytes, bytes], bool]
"""Tell whether `(public key, signature, message)` belong together."""

ED25519 = 0x01
"""The type of a plain signature over the note's text."""
COSIGNATURE = 0x04
"""The type of a witness's cosignature (`survey.log.cosignature`)."""
KEY_BYTES = 32
MOST_SIGNATURES = 64
MAX_NOTE_BYTES = 64 * 1024
_ID_BYTES = 4
_BEGINS = "— "


class Line(NamedTuple):
    """One signature line of a note."""

    name: str
    key_id: bytes
    signature: bytes
    """What stands behind the key's id; its form follows from the key's type."""

    def text(self) -> str:
        """Give the line."""
        return f"{_BEGINS}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


class Note(NamedTuple):
    """A text and its signature lines; nothing of it was checked yet."""

    text: str
    lines: tuple[Line, ...]

    def message(self) -> str:
        """Give the whole note."""
        return self.text + "\n" + "".join(line.text() for line in self.lines)


class VerifierKey(NamedTuple):
    """A key that somebody is known by: its name, what it signs, and the public key."""

    name: str
    kind: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that name it in a signature line."""
        return key_id(self.name, kind=self.kind, public_key=self.public_key)

    def text(self) -> str:
        """Give it as a text (a *vkey*)."""
        material = base64.b64encode(bytes([self.kind]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"


def key_id(name: str, *, kind: int, public_key: bytes) -> bytes:
    """Give the id of a key under a name."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:_ID_BYTES]


def read_key(text: str) -> VerifierKey:
    """Read a vkey of one of the two types used here.

    Raises:
        Malformed: it is none, or its id does not fit its key (`vkey`).
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_name(parts[0]):
        raise Malformed("vkey", "a key is NAME+ID+KEY")
    material = decoded(parts[2])
    if material is None or len(material) != 1 + KEY_BYTES or material[0] not in (ED25519, COSIGNATURE):
        raise Malformed("vkey", "the key is no Ed25519 key of a log or a witness")
    key = VerifierKey(parts[0], material[0], material[1:])
    if parts[1] != key.key_id.hex():
        raise Malformed("vkey", "the key's id does not fit the key")
    return key


def is_name(text: str) -> bool:
    """Tell whether this can name a key: no spaces, no plus."""
    return bool(text) and "+" not in text and not any(_is_space(one) or ord(one) < 0x20 for one in text)


def read_note(message: bytes) -> Note:
    """Read a note.

    Raises:
        Malformed: it is none (`note`).
    """
    if len(message) > MAX_NOTE_BYTES:
        raise Malformed("note", f"a note has at most {MAX_NOTE_BYTES} bytes")
    try:
        whole = message.decode()
    except UnicodeDecodeError as error:
        raise Malformed("note", "a note is UTF-8") from error
    if any(ord(one) < 0x20 and one != "\n" for one in whole):
        raise Malformed("note", "a note has no control characters")
    text, gap, rest = whole.rpartition("\n\n")
    if not gap or not rest.endswith("\n"):
        raise Malformed("note", "a note's text is followed by an empty line and by signatures")
    return Note(text + "\n", read_lines(rest))


def read_lines(text: str) -> tuple[Line, ...]:
    """Read signature lines, each with its end of line; at least one.

    Raises:
        Malformed: one is none, or there are too many (`note`).
    """
    lines = text.split("\n")
    if lines.pop() or not 1 <= len(lines) <= MOST_SIGNATURES:
        raise Malformed("note", f"a note has 1 to {MOST_SIGNATURES} signature lines")
    return tuple(_line(one) for one in lines)


def signatures_of(note: Note, key: VerifierKey) -> list[bytes]:
    """Give what stands in the lines of one key."""
    return [line.signature for line in note.lines if (line.name, line.key_id) == (key.name, key.key_id)]


def is_signed(note: Note, keys: Iterable[VerifierKey], check: Check) -> bool:
    """Tell whether one of these keys has signed the text, and none of them is there with a signature that does not hold."""
    found = [
        check(key.public_key, signature, note.text.encode())
        for key in keys
        if key.kind == ED25519
        for signature in signatures_of(note, key)
    ]
    return bool(found) and all(found)


def signed(text: str, *, name: str, public_key: bytes, sign: Callable[[bytes], bytes]) -> Note:
    """Sign a text, which ends with an end of line."""
    return Note(text, (Line(name, key_id(name, kind=ED25519, public_key=public_key), sign(text.encode())),))


def with_lines(note: Note, lines: Sequence[Line]) -> Note:
    """Give a note with more signature lines; a line of a key that is there already takes the other's place."""
    fresh = {(line.name, line.key_id) for line in lines}
    kept = [line for line in note.lines if (line.name, line.key_id) not in fresh]
    return Note(note.text, (*kept, *lines))


def decoded(text: str) -> bytes | None:
    """Read base64 as it is written here, with its padding; None where it is not."""
    try:
        found = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if base64.b64encode(found).decode() == text else None


def _line(text: str) -> Line:
    name, _, rest = text.removeprefix(_BEGINS).partition(" ")
    content = decoded(rest)
    if not text.startswith(_BEGINS) or not is_name(name) or content is None or len(content) <= _ID_BYTES:
        raise Malformed("note", "a signature line is a dash, a name and base64")
    return Line(name, content[:_ID_BYTES], content[_ID_BYTES:])


def _is_space(one: str) -> bool:
    return one.isspace() or unicodedata.category(one) in ("Zs", "Zl", "Zp")
