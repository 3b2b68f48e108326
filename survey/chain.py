"""The hash chain over a stream's records, and what its signatures sign.

`link(0) = SHA-256(stream id ‖ kiosk public key)` and `link(n) = SHA-256(link(n−1) ‖ record line n)`. A signature
covers a fixed prefix and one link, and thereby every record before it.
"""

import hashlib
from collections.abc import Callable, Iterable

Sign = Callable[[bytes], bytes]
"""Give the 64-byte Ed25519 signature of a message."""
Verify = Callable[[bytes, bytes], bool]
"""Tell whether `(signature, message)` belong together under a known public key."""

LINK_BYTES = 32
SIGNATURE_BYTES = 64
STREAM_BYTES = 16
LINK_PREFIX = b"ikm-link-1\x00"


def first_link(*, stream: str, public_key: bytes) -> bytes:
    """Give link(0) of a stream, from its id (32 hexadecimal digits) and the kiosk's raw public key (32 bytes)."""
    return hashlib.sha256(bytes.fromhex(stream) + public_key).digest()


def next_link(link: bytes, line: bytes) -> bytes:
    """Give the link after `link` when `line` is the next record."""
    return hashlib.sha256(link + line).digest()


def link_through(link: bytes, lines: Iterable[bytes]) -> bytes:
    """Give the link that follows all of `lines`."""
    for line in lines:
        link = hashlib.sha256(link + line).digest()
    return link


def link_message(link: bytes) -> bytes:
    """Give the bytes that the kiosk's signature of `link` covers."""
    return LINK_PREFIX + link
