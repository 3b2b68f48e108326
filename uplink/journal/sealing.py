"""Sealing: the kiosk can write for the collector alone, and never read it back. It takes the collector's public key only.

X25519 with a key made for this one content, HKDF-SHA256 over the shared secret, ChaCha20-Poly1305. The result is the id of the
collector's key (4 bytes), the one-time public key (32 bytes) and the ciphertext. The nonce is zero because the key is used once.
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.wire.sealing import WRITTEN, key_id
from uplink.errors import IdentityError

_NONCE = bytes(12)


def seal(content: bytes, public_key: bytes, *, info: bytes = WRITTEN) -> bytes:
    """Seal `content` so that only the holder of the private half of `public_key` (raw X25519) can open it.

    `info` says what it is: what was sealed as one thing cannot be opened as another.

    Raises:
        IdentityError: `public_key` is no X25519 key.
    """
    once = X25519PrivateKey.generate()
    try:
        shared = once.exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError as error:
        raise IdentityError(f"the collector's sealing key is no X25519 key: {error}") from error
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
    return (
        key_id(public_key)
        + once.public_key().public_bytes_raw()
        + ChaCha20Poly1305(key).encrypt(_NONCE, content, None)
    )
