"""A ticket: the code that a visitor takes along, and the two secrets that follow from it.

The code never leaves the kiosk. Its record holds the `lookup`, a slow hash: whoever reads the record cannot guess the code back, whoever
has the code finds the record. The `key` travels sealed to the collector, which shuts with it what it tells of the complaint: only who has
the code can read that, at any kiosk, and proves with it that a word added later is the visitor's own.

A code can be read aloud and copied by hand: its 23 characters exclude what looks or is written alike (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and
its last character checks the others. The other twelve hold 54 bits.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import NamedTuple

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
"""23 characters: a prime number, so that the check character notices every wrong and every swapped one."""
CODE_CHARACTERS = 13
_GROUPS = (4, 8)
"""Where a shown code is parted."""

LOOKUP_BYTES = 16
KEY_BYTES = 32
_SALT_PREFIX = b"ikm-ticket-1\x00"
_COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 32 * 1024 * 1024}
"""scrypt's: 16 MiB and about 40 ms on a desktop's core, 200 ms on a Raspberry Pi 3's."""


class TicketSecrets(NamedTuple):
    """What follows from a code."""

    lookup: str
    """Names the ticket in records and messages: 32 hexadecimal digits."""
    key: bytes
    """32 bytes that only the code gives."""


def new_code(below: Callable[[int], int] = secrets.randbelow) -> str:
    """Make a ticket code; `below(n)` gives a random number from 0 to n - 1."""
    body = "".join(ALPHABET[below(len(ALPHABET))] for _ in range(CODE_CHARACTERS - 1))
    return body + _check_character(body)


def show_code(code: str) -> str:
    """Give a code as it is shown and read aloud: `ACDE 3467 MNPQR`."""
    first, second = _GROUPS
    return " ".join(part for part in (code[:first], code[first:second], code[second:]) if part)


def read_code(text: str) -> str | None:
    """Read a code as somebody typed it, in any case and with any spaces, points and hyphens; None if it is none."""
    code = "".join(character for character in text.upper() if character not in " .-\u00a0\t\r\n")
    if len(code) != CODE_CHARACTERS or any(character not in ALPHABET for character in code):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def salt_of(collector_key: bytes) -> bytes:
    """Give the salt of a collector's tickets: it follows from the public key that its receipts are signed with."""
    return hashlib.sha256(_SALT_PREFIX + collector_key).digest()


def secrets_of(code: str, salt: bytes) -> TicketSecrets:
    """Give what follows from a code, as `read_code` gives it; takes its time on purpose."""
    made = hashlib.scrypt(code.encode(), salt=salt, dklen=LOOKUP_BYTES + KEY_BYTES, **_COST)
    return TicketSecrets(lookup=made[:LOOKUP_BYTES].hex(), key=made[LOOKUP_BYTES:])


def _check_character(body: str) -> str:
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]
