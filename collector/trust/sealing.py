"""Opening what was sealed, in two halves; and sealing, of what a citizen writes on a page.

The holder of the private keys makes of a sealed content's first 36 bytes the key of that one content; whoever asked opens it with that.
So what citizens wrote and what sticks carry never passes through the holder, and no private key leaves it.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.wire.sealing import HEAD_BYTES, WRITTEN, key_id, parts

_NONCE = bytes(12)  # the key is used once


def seal(content: bytes, public_key: bytes) -> bytes:
    """Seal what a citizen wrote on a page, as kiosks do (`uplink.journal.sealing`): the pages can write it, and never read it back.

    `public_key` is of our own file (`collector.trust.public`).
    """
    once = X25519PrivateKey.generate()
    key = _derived(once.exchange(X25519PublicKey.from_public_bytes(public_key)), WRITTEN)
    ciphertext = ChaCha20Poly1305(key).encrypt(_NONCE, content, None)
    return key_id(public_key) + once.public_key().public_bytes_raw() + ciphertext


def content_key(once: bytes, key: X25519PrivateKey, *, info: bytes) -> bytes | None:
    """Give the key of one content, from the public key that was made for it; None where that is none."""
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(once))
    except ValueError:
        return None
    return _derived(shared, info)


def head_of(sealed: bytes) -> bytes:
    """Give what the holder of the keys must see of a sealed content."""
    return sealed[:HEAD_BYTES]


def open_with(sealed: bytes, key: bytes | None) -> bytes | None:
    """Give what was sealed, or None where there is no key for it, or it is damaged."""
    found = parts(sealed)
    if found is None or key is None:
        return None
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, found.ciphertext, None)
    except InvalidTag:
        return None


def _derived(shared: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
