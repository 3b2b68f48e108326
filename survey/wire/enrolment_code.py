"""The code that makes a machine a kiosk: a secret for the collector, and whom to tell it to.

`7K2MP-9QX4R-F3TN-8WZC-0HJD-V61S`: ten letters of secret, sixteen of the fingerprint of the collector's certificate authority.
With the fingerprint a kiosk knows the right collector from the first contact, also where no public authority vouches for it.
The code is read out over the telephone and typed, so it is in Crockford's alphabet.
"""

import hashlib
import re
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is mistaken for a digit when it is read out."""
SECRET_LETTERS = 10
"""50 bits, for a day: guessing over the network is hopeless."""
FINGERPRINT_LETTERS = 16
"""80 bits: a second certificate with the same letters is beyond anybody's means, for a day and for good."""
WHOLE = SECRET_LETTERS + FINGERPRINT_LETTERS
_MEANT = str.maketrans("OIL", "011", "- ")
_ENDS = (5, 10, 14, 18, 22)
_LINE = re.compile(r"IKM (https?://\S+) (\S+)")


class EnrolmentCode(NamedTuple):
    """A code taken apart."""

    secret: str
    fingerprint: str = ""
    """Of the collector's authority; empty in a code that names none."""

    def __str__(self) -> str:
        """Give the code as it is read out."""
        return grouped(self.secret + self.fingerprint)


class SheetLine(NamedTuple):
    """What the QR code on a code's sheet holds: a reader at the kiosk types it in one go."""

    collector: str
    code: str

    def __str__(self) -> str:
        """Give the line; it begins like no address, so that no telephone opens it."""
        return f"IKM {self.collector} {self.code}"


def read_line(text: str) -> SheetLine | None:
    """Read the line of a sheet's QR code, whatever stands before it; None where it is none."""
    found = _LINE.search(text.strip())
    return SheetLine(found[1], found[2]) if found is not None else None


def grouped(letters: str) -> str:
    """Give the letters of a code, or the first of them, as they are read out."""
    starts = (0, *(end for end in _ENDS if end < len(letters)))
    return "-".join(
        letters[start:end] for start, end in zip(starts, (*starts[1:], len(letters)), strict=True)
    )


def meant(typed: str) -> str:
    """Give the letter of a code that is meant by a typed one; nothing where it stands in none."""
    letter = typed.upper().translate(_MEANT)
    return letter if len(letter) == 1 and letter in ALPHABET else ""


def parse(text: str) -> EnrolmentCode:
    """Read a code as somebody typed it: small letters, spaces and mistaken letters are forgiven.

    Raises:
        ValueError: it is too short or too long, or has a character that stands in no code.
    """
    plain = text.strip().upper().translate(_MEANT)
    if len(plain) not in (SECRET_LETTERS, WHOLE):
        raise ValueError(f"a code has {WHOLE} letters and digits, this one has {len(plain)}")
    if strange := sorted(set(plain) - set(ALPHABET)):
        raise ValueError(f"{strange[0]!r} stands in no code")
    return EnrolmentCode(secret=plain[:SECRET_LETTERS], fingerprint=plain[SECRET_LETTERS:])


def fingerprint_of(certificate: bytes) -> str:
    """Give the fingerprint of an authority's certificate (DER)."""
    digest = hashlib.sha256(b"ikm-authority-1\x00" + certificate).digest()
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - FINGERPRINT_LETTERS * 5)
    return "".join(ALPHABET[number >> shift & 31] for shift in range((FINGERPRINT_LETTERS - 1) * 5, -1, -5))
