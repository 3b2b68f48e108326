"""The code that makes a machine a kiosk: a secret for the collector, and whom to tell it to.

`7K2MP-9QX4R-F3TN-8WZC-0HJD-V61S`: ten letters of secret, sixteen of the fingerprint of the collector's certificate authority.
With the fingerprint a kiosk knows the right collector from the first contact, also where no public authority vouches for it.
The code is read out over the telephone and typed, so it is in Crockford's alphabet.
"""

import hashlib
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is mistaken for a digit when it is read out."""
SECRET_LETTERS = 10
"""50 bits, for a day: guessing over the network is hopeless."""
FINGERPRINT_LETTERS = 16
"""80 bits: a second certificate with the same letters is beyond anybody's means, for a day and for good."""
_MEANT = str.maketrans("OIL", "011", "- ")


class EnrolmentCode(NamedTuple):
    """A code taken apart."""

    secret: str
    fingerprint: str = ""
    """Of the collector's authority; empty in a code that names none."""

    def __str__(self) -> str:
        """Give the code as it is read out."""
        letters, half = self.fingerprint, SECRET_LETTERS // 2
        groups = [letters[start : start + 4] for start in range(0, len(letters), 4)]
        return "-".join((self.secret[:half], self.secret[half:], *groups))


def parse(text: str) -> EnrolmentCode:
    """Read a code as somebody typed it: small letters, spaces and mistaken letters are forgiven.

    Raises:
        ValueError: it is too short or too long, or has a character that stands in no code.
    """
    plain = text.strip().upper().translate(_MEANT)
    whole = SECRET_LETTERS + FINGERPRINT_LETTERS
    if len(plain) not in (SECRET_LETTERS, whole):
        raise ValueError(f"a code has {whole} letters and digits, this one has {len(plain)}")
    if strange := sorted(set(plain) - set(ALPHABET)):
        raise ValueError(f"{strange[0]!r} stands in no code")
    return EnrolmentCode(secret=plain[:SECRET_LETTERS], fingerprint=plain[SECRET_LETTERS:])


def fingerprint_of(certificate: bytes) -> str:
    """Give the fingerprint of an authority's certificate (DER)."""
    digest = hashlib.sha256(b"ikm-authority-1\x00" + certificate).digest()
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - FINGERPRINT_LETTERS * 5)
    return "".join(ALPHABET[number >> shift & 31] for shift in range((FINGERPRINT_LETTERS - 1) * 5, -1, -5))
