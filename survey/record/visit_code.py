"""A visit's code: a number and eight letters that its visitor takes along, and that bind the kiosk to what it wrote.

The number is that of the visit's last response in its stream. The letters are a slow hash of the chain's link there, which covers the answers,
the 16 random bytes beside them and everything that was written before. So:

* **nothing follows from a code**: the random bytes are in no sheet, no open data and no counter, and without them nobody can try answers out;
* **the collector cannot invent one**: the link is what the kiosk signs;
* **the kiosk is bound before it knows who asks** (a test visit). Eight letters alone would not bind it: of a fast hash it could find two records with the
  same letters within a second, since their random bytes are its own. Of this one it would have to make some 400,000 after the last answer
  and before the thanks; a Raspberry Pi makes five a second on each core.

A kiosk that gives two visitors the same code is seen through by what belongs to it beside the letters: whoever looks a code up is told when it was given.
"""

import hashlib
import re
from typing import NamedTuple

from survey.record.ticket import ALPHABET

LETTERS = 8
_PREFIX = b"ikm-visit-code-1\x00"
_COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 32 * 1024 * 1024}
"""scrypt's, as a ticket's: 16 MiB and about 40 ms on a desktop's core, 200 ms on a Raspberry Pi 3's."""
_HASH_BYTES = 16
_MARK = r"([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)[ ./#]+([0-9.]{1,20})"
_MOST = 2**53
_BETWEEN = " .,-·/#\u00a0\t\r\n"


class VisitCode(NamedTuple):
    """What a visitor takes along."""

    kiosk: str
    number: int
    letters: str

    @property
    def mark(self) -> str:
        """Give the number with the name of its kiosk, as it is shown and typed: `k-0001/5207`."""
        return f"{self.kiosk}/{self.number}"

    @property
    def fragment(self) -> str:
        """Give it for the fragment of an address, which no server is told."""
        return f"{self.kiosk}.{self.number}.{self.letters}"


def letters_of(*, stream: str, number: int, link: bytes) -> str:
    """Give the letters of the visit whose last response is `number` of a stream, where the chain stands at `link`; takes its time on purpose."""
    salt = hashlib.sha256(_PREFIX + bytes.fromhex(stream) + number.to_bytes(8, "big")).digest()
    rest = int.from_bytes(hashlib.scrypt(link, salt=salt, dklen=_HASH_BYTES, **_COST), "big")
    letters = ""
    for _ in range(LETTERS):
        rest, place = divmod(rest, len(ALPHABET))
        letters += ALPHABET[place]
    return letters


def show_letters(letters: str) -> str:
    """Give letters as they are shown: `ACDE 3467`."""
    return f"{letters[:4]} {letters[4:]}".strip()


def read_letters(text: str) -> str | None:
    """Read letters as somebody typed them, in any case and with any spaces, points and hyphens; None where they are none."""
    letters = "".join(one for one in text.upper() if one not in " .-\u00a0\t\r\n")
    fits = len(letters) == LETTERS and all(one in ALPHABET for one in letters)
    return letters if fits else None


def read_mark(text: str) -> tuple[str, int] | None:
    """Read a kiosk's name and a number as somebody typed them, with points between thousands or without; None where they are none."""
    found = re.fullmatch(_MARK, text.strip().lower())
    digits = found[2].replace(".", "") if found else ""
    if found is None or not digits or not 0 < int(digits) < _MOST:
        return None
    return found[1], int(digits)


def read_code(text: str) -> VisitCode | None:
    """Read a whole code as somebody typed it, or as a QR code carries it: the mark, then the letters; None where it is none."""
    rest, letters = text.strip(), ""
    while rest and len(letters) < LETTERS:
        letters = ("" if rest[-1] in _BETWEEN else rest[-1]) + letters
        rest = rest[:-1]
    mark, found = read_mark(rest.rstrip(_BETWEEN)), read_letters(letters)
    return VisitCode(*mark, found) if mark is not None and found is not None else None
