"""Keys of logs and witnesses for tests, and Ed25519 as `survey.log` is given it."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survey.log import tree
from survey.log.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from survey.log.note import COSIGNATURE, ED25519, VerifierKey


def subtrees_of(leaves: Sequence[bytes]) -> tree.Subtree:
    """The hashes of ranges of leaves that are all at hand."""
    return lambda first, last: tree.root_of(leaves[first:last])


def check(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Signer:
    """A log or a witness with its private key, the same in every run."""

    def __init__(self, name: str, *, number: int = 1, kind: int = ED25519) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
        self.key = VerifierKey(name, kind, self.private.public_key().public_bytes_raw())
        self.sign = self.private.sign

    def checkpoint(self, size: int, root: bytes) -> SignedCheckpoint:
        point = Checkpoint(self.key.name, size, root)
        return sign_checkpoint(point, public_key=self.key.public_key, sign=self.sign)


def log() -> Signer:
    return Signer("ikm.example/log")


def witness(number: int) -> Signer:
    return Signer(f"saksi-{number}.example", number=100 + number, kind=COSIGNATURE)
