"""Cosignatures (c2sp.org/tlog-cosignature), those with Ed25519: a witness's word that it saw no other history than this one.

ML-DSA-44, the other kind, is read by nobody here: a witness that signs with both is known by its Ed25519 key.
"""

from collections.abc import Callable
from typing import NamedTuple

from survey.log.note import COSIGNATURE, Check, Line, Note, VerifierKey, signatures_of

_TIME_BYTES, _SIGNATURE_BYTES = 8, 64
_MOST_SECONDS = 2**63 - 1


class Cosigned(NamedTuple):
    """That a witness has cosigned, and when by its own clock."""

    key: VerifierKey
    at_s: int
    """Seconds since 1970 UTC."""


def cosigned_message(text: str, at_s: int) -> bytes:
    """Give the bytes that a witness signs for a checkpoint's text."""
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def cosign(note: Note, *, key: VerifierKey, at_s: int, sign: Callable[[bytes], bytes]) -> Line:
    """Give the line by which a witness vouches for a checkpoint."""
    signature = sign(cosigned_message(note.text, at_s))
    return Line(key.name, key.key_id, at_s.to_bytes(_TIME_BYTES, "big") + signature)


def cosigned_by(note: Note, key: VerifierKey, check: Check) -> Cosigned | None:
    """Give that a witness has cosigned a checkpoint; None where it has not, or one of its lines does not hold."""
    found = None
    for content in signatures_of(note, key):
        at_s = int.from_bytes(content[:_TIME_BYTES], "big")
        if (
            key.kind != COSIGNATURE
            or len(content) != _TIME_BYTES + _SIGNATURE_BYTES
            or not 0 < at_s <= _MOST_SECONDS
            or not check(key.public_key, content[_TIME_BYTES:], cosigned_message(note.text, at_s))
        ):
            return None
        found = Cosigned(key, max(at_s, found.at_s if found else 0))
    return found
