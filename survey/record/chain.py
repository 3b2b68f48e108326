"""The hash chain over a stream's records, and what its signatures sign.

`link(0) = SHA-256(stream id ‖ kiosk public key)` and `link(n) = SHA-256(link(n−1) ‖ record line n)`. A signature
covers a fixed prefix and one link, and thereby every record before it.

A record whose bytes the kiosk's medium has damaged beyond reading is sent as a placeholder,
`lost <link(n) in base64> <signature in base64>`: the link is known from the record behind it, so the chain goes on, its
signatures still hold, and the loss is there for everybody to see. The placeholder has a signature of its own, over stream,
number and link: whoever carries records knows the links too, and must not be able to pass a rating off as lost.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable

Sign = Callable[[bytes], bytes]
"""Give the 64-byte Ed25519 signature of a message."""
Verify = Callable[[bytes, bytes], bool]
"""Tell whether `(signature, message)` belong together under a known public key."""

LINK_BYTES = 32
SIGNATURE_BYTES = 64
STREAM_BYTES = 16
HEAD_PREFIX = b"ikm-head-1\x00"
LOST = b"lost "
"""What begins like this and states no link is no placeholder: the chain goes on over its bytes."""
_LOST_PREFIX = b"ikm-lost-1\x00"


def first_link(*, stream: str, public_key: bytes) -> bytes:
    """Give link(0) of a stream, from its id (32 hexadecimal digits) and the kiosk's raw public key (32 bytes)."""
    return hashlib.sha256(bytes.fromhex(stream) + public_key).digest()


def next_link(link: bytes, line: bytes) -> bytes:
    """Give the link after `link` when `line` is the next record or a lost one's placeholder."""
    if line.startswith(LOST) and (stated := stated_link(line)):
        return stated
    return hashlib.sha256(link + line).digest()


def link_through(link: bytes, lines: Iterable[bytes]) -> bytes:
    """Give the link that follows all of `lines`."""
    sha256 = hashlib.sha256
    for line in lines:
        # Written out for speed: a collector follows a hundred thousand links a second.
        link = next_link(link, line) if line.startswith(LOST) else sha256(link + line).digest()
    return link


def lost_message(*, stream: str, seq: int, link: bytes) -> bytes:
    """Give the bytes that the kiosk signs to declare record `seq` lost."""
    return _LOST_PREFIX + bytes.fromhex(stream) + seq.to_bytes(8, "big") + link


def lost_line(link: bytes, signature: bytes = b"") -> bytes:
    """Give the placeholder for a lost record after which the chain stands at `link`.

    Without a signature it is a place holder that no collector takes: the kiosk has not declared the loss yet.
    """
    parts = (link, signature) if signature else (link,)
    return LOST + b" ".join(base64.b64encode(part).rstrip(b"=") for part in parts)


def stated_link(line: bytes) -> bytes | None:
    """Give the link that a lost record's placeholder states, or None where `line` is an ordinary record."""
    return _stated(line)[0]


def is_declared(line: bytes, *, stream: str, seq: int, verify: Verify) -> bool:
    """Tell whether the kiosk itself has declared the loss that the placeholder `line` stands for."""
    link, signature = _stated(line)
    return link is not None and verify(signature, lost_message(stream=stream, seq=seq, link=link))


def _stated(line: bytes) -> tuple[bytes | None, bytes]:
    if not line.startswith(LOST):
        return None, b""
    link, _, signature = line[len(LOST) :].partition(b" ")
    try:
        parts = [
            base64.b64decode(part + b"=" * (-len(part) % 4), validate=True) for part in (link, signature)
        ]
    except (binascii.Error, ValueError):
        return None, b""
    return (parts[0] if len(parts[0]) == LINK_BYTES else None), parts[1]


def head_message(*, stream: str, seq: int, link: bytes) -> bytes:
    """Give the bytes that the kiosk signs with record `seq`: which stream it is, how far it has come, and the link there.

    So every signature is a whole head: nobody can put another number or another stream to a link that was signed.
    """
    return HEAD_PREFIX + bytes.fromhex(stream) + seq.to_bytes(8, "big") + link
