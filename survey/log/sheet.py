"""The rows of an official sheet, each of which opens one line of a list that was logged with the release.

A line is a commitment: SHA-256 over the release's address, the row's code and its answers. The code is long and drawn by chance, so the list says how many
rows there are and nothing of any; whoever holds a row finds its line, and a row in which one answer is another finds none. The lines are sorted by what
they are, so their order says nothing either.
"""

import hashlib
import re
from typing import NamedTuple

from survey.log.tree import HASH_BYTES
from survey.record.errors import Malformed
from survey.record.record import canonical, parse_object

FORMAT = 1
CODE_LETTERS = 20
"""Of an alphabet of 31: 99 bits, which nobody tries out."""
MOST_ROWS = 1_000_000
MAX_LIST_BYTES = 64 * 1024 * 1024
_PREFIX = b"ikm-sheet-row-1\x00"
_CODE = re.compile(rf"[2-9A-HJKMNP-Z]{{{CODE_LETTERS}}}")
_MOST_KEYS = 64


def commitment(*, address: str, code: str, answers: str) -> bytes:
    """Give the line of a row.

    Args:
        address: the release's.
        code: without spaces.
        answers: one character an element, in the order of the list's `keys`.
    """
    content = canonical({"address": address, "answers": answers, "code": code})
    return hashlib.sha256(_PREFIX + content).digest()


def read_code(text: str) -> str | None:
    """Give a row's code from how it is printed; None where this is none."""
    plain = text.replace(" ", "").replace("\u00a0", "")
    return plain if _CODE.fullmatch(plain) else None


class RowList(NamedTuple):
    """The lines of a release's rows."""

    address: str
    keys: tuple[str, ...]
    """The elements in the order in which a line has their answers."""
    asked: tuple[str, ...]
    """The same in the order of the questionnaire, which sheets may follow too."""
    lines: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Give the list as everybody gets it; its SHA-256 stands in the release's leaf."""
        lines = "".join(line.hex() for line in sorted(self.lines))
        said = {"format": FORMAT, "address": self.address, "keys": [*self.keys], "asked": [*self.asked]}
        return canonical({**said, "lines": lines})


def read_rows(content: bytes) -> RowList:
    """Read a list.

    Raises:
        Malformed: it is none (`sheet_rows`, `sheet_rows_json`, `sheet_rows_size`).
    """
    fields = parse_object(content, what="sheet_rows", limit=MAX_LIST_BYTES)
    address, lines = fields.get("address"), fields.get("lines")
    keys, asked = _keys(fields.get("keys")), _keys(fields.get("asked"))
    if fields.get("format") != FORMAT or not isinstance(address, str) or not isinstance(lines, str):
        raise Malformed("sheet_rows", "a list of rows says of which release it is")
    wide = 2 * HASH_BYTES
    if not re.fullmatch(r"[0-9a-f]*", lines) or len(lines) % wide or set(keys) != set(asked):
        raise Malformed(
            "sheet_rows", "a list of rows has a digest for each, and two orders of the same elements"
        )
    found = tuple(bytes.fromhex(lines[at : at + wide]) for at in range(0, len(lines), wide))
    return RowList(address, keys, asked, found)


def _keys(value: object) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or not 0 < len(value) <= _MOST_KEYS
        or len(set(map(str, value))) != len(value)
    ):
        raise Malformed("sheet_rows", "a list of rows names each element once")
    if not all(isinstance(one, str) for one in value):
        raise Malformed("sheet_rows", "an element's key is a text")
    return tuple(value)
