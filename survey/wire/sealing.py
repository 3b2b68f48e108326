"""What is sealed to the collector, as bytes: the key it is sealed to, a public key made for this once, the ciphertext.

The cryptography is not here: the kiosk seals (`uplink.journal.sealing`), the collector opens (`collector.trust.sealing`).
"""

import hashlib
from typing import NamedTuple

WRITTEN = b"ikm-seal-1"
"""Says that it is what a citizen wrote; what was sealed as one thing cannot be opened as another."""
ROUTED = b"ikm-route-1"
"""Says that it is what a complaint is about, or of which kind an addition is: the collector opens it by itself, to know whom it goes to."""
CARRIED = b"ikm-carry-1"
"""Says that it is a batch on a stick."""

SEAL_KEY = "seal_key"
"""Under this key an enrolment and signed settings say what is sealed to from now on."""
KEY_BYTES = 32
KEY_ID_BYTES = 4
ONCE_BYTES = 32
HEAD_BYTES = KEY_ID_BYTES + ONCE_BYTES


class SealedParts(NamedTuple):
    """What is sealed, taken apart."""

    key_id: bytes
    once: bytes
    """The X25519 public key made for this content."""
    ciphertext: bytes


def key_id(public_key: bytes) -> bytes:
    """Give the short name of a sealing key: it stands before everything that is sealed to it."""
    return hashlib.sha256(b"ikm-seal-key-1\x00" + public_key).digest()[:KEY_ID_BYTES]


def read_key(value: object) -> bytes | None:
    """Read a sealing key as settings state it: an X25519 public key in 64 hexadecimal digits; None where it is none."""
    try:
        key = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def parts(sealed: bytes) -> SealedParts | None:
    """Take sealed bytes apart; None where they are too short to be any."""
    if len(sealed) < HEAD_BYTES:
        return None
    return SealedParts(sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:HEAD_BYTES], sealed[HEAD_BYTES:])
