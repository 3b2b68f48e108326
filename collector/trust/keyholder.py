"""Who holds the private keys: everybody else asks this interface, and never reads a key.

Two implementations: `KeysAtHand` in this process, and `keeper.client.FarKeys`, which asks the keeper over its socket. The setting
`IKM_KEEPER` chooses; one contract test runs both. `held` gives the process's own; it may be asked from every thread.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from collector.trust.at_hand import KeysAtHand
from collector.trust.keeper.client import FarKeys
from collector.trust.kinds import EndedCertificate, Errand, Sealed, Use
from collector.trust.sealing import head_of, open_with


class Keyholder(Protocol):
    """What can be had of the private keys. Whatever signs or opens may be asked again without harm.

    Every method raises `CollectorError`: the keys are missing (`NotSetUp`), the keeper is away (`KeeperAway`), or refuses.
    """

    def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        """Give the Ed25519 signatures (64 bytes) of messages, each of a kind of `Signed`; one exchange for all of them."""

    def content_keys(self, heads: Sequence[bytes], *, kind: Sealed, errand: Errand) -> list[bytes | None]:
        """Give the key (32 bytes) of each sealed content whose first 36 bytes these are; None where no key here opens it."""

    def certify(self, csr_pem: str, *, name: str, use: Use, errand: Errand) -> str:
        """Give a certificate, as PEM, for the key in a request."""

    def revoke(self, ended: Sequence[EndedCertificate], *, errand: Errand) -> str:
        """Give the signed list of all certificates that have ended, as PEM."""

    def make_sealing_key(self, *, errand: Errand) -> str:
        """Make a new sealing key, which is sealed to from now on; gives its id. The older ones still open."""

    def destroy_sealing_key(self, key_id: str, *, errand: Errand) -> None:
        """Destroy a sealing key: what was sealed to it is never opened again. The newest one cannot be destroyed."""


def held() -> Keyholder:
    """Give the keyholder that the settings name."""
    return _held(settings.IKM_KEEPER, settings.IKM_KEYS)


def sign(message: bytes) -> bytes:
    """Sign one message."""
    (signature,) = held().sign([message])
    return signature


def opened(contents: Sequence[bytes], *, kind: Sealed, errand: Errand) -> list[bytes | None]:
    """Open sealed contents, in one exchange; None where no key here opens one, or it is damaged.

    Whoever calls has noted in the trail before, and committed, for whom and why.
    """
    keys = held().content_keys([head_of(one) for one in contents], kind=kind, errand=errand)
    return [open_with(one, key) for one, key in zip(contents, keys, strict=True)]


@lru_cache(maxsize=8)
def _held(keeper: str, folder: Path) -> Keyholder:
    return FarKeys(Path(keeper)) if keeper else KeysAtHand(folder)
