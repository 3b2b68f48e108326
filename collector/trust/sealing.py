"""Opening what kiosks sealed: only the collector's private half can."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.wire.sealing import key_id, parts

_NONCE = bytes(12)  # the key is used once


def open_sealed(sealed: bytes, key: X25519PrivateKey, *, info: bytes) -> bytes | None:
    """Give what was sealed to `key` as `info`, or None where it was sealed to another key, as something else, or is damaged."""
    found = parts(sealed)
    if found is None or found.key_id != key_id(key.public_key().public_bytes_raw()):
        return None
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(found.once))
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
        return ChaCha20Poly1305(derived).decrypt(_NONCE, found.ciphertext, None)
    except (InvalidTag, ValueError):
        return None
