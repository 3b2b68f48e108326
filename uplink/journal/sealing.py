"""Sealing: the kiosk can write for the collector alone, and never read it back. It takes the collector's public key only.

X25519 with a key made for this one content, HKDF-SHA256 over the shared secret, ChaCha20-Poly1305. The result is the id of the
collector's key (4 bytes), the one-time public key (32 bytes) and the ciphertext. The nonce is zero because the key is used once.
"""

from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.record.errors import Malformed
from survey.record.ticket import TicketSecrets
from survey.wire.sealing import SEAL_KEY, WRITTEN, key_id, read_key
from survey.wire.ticket_states import STATE_NONCE_BYTES, TicketState, state_context
from uplink.errors import IdentityError
from uplink.journal.enrolment import Enrolment
from uplink.journal.told import signed_settings

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


def open_state(sealed: bytes, secrets: TicketSecrets) -> TicketState | None:
    """Open what the collector tells of a ticket; None where this code does not open it, or it is damaged."""
    nonce, ciphertext = sealed[:STATE_NONCE_BYTES], sealed[STATE_NONCE_BYTES:]
    try:
        content = ChaCha20Poly1305(secrets.key).decrypt(nonce, ciphertext, state_context(secrets.lookup))
        return TicketState.from_bytes(content)
    except (InvalidTag, ValueError, Malformed):
        return None


def current_key(home: Path, enrolment: Enrolment) -> bytes:
    """Give the collector's key to seal to: of the newest settings it has signed for this kiosk, else the enrolment's."""
    stated = (read_key(one.content.get(SEAL_KEY)) for one in signed_settings(home, enrolment))
    return next((key for key in stated if key is not None), enrolment.seal_key)
