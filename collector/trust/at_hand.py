"""The private keys in this very process: the keeper's inside, and all there is for a demo, tests or a collector of one user."""

import threading
from collections.abc import Sequence
from pathlib import Path

from collector.errors import CollectorError
from collector.trust import ca, keys, public
from collector.trust.keys import CollectorKeys
from collector.trust.kinds import EndedCertificate, Errand, Sealed, Use, kind_of
from collector.trust.sealing import content_key
from survey.wire.sealing import parts


class KeysAtHand:
    """Does with the keys in a folder what `collector.trust.keyholder.Keyholder` promises.

    They are loaded when first needed, and again when the public file is another one: another process of the same user may have made a
    key, or destroyed one. Safe for several threads: what is loaded is replaced whole and never changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: tuple[object, CollectorKeys] | None = None
        self._changing = threading.Lock()

    def load(self) -> CollectorKeys:
        """Give the keys as they are now.

        Raises:
            NotSetUp: they are missing or unreadable.
        """
        edition, loaded = public.edition(self._folder), self._loaded
        if loaded is None or loaded[0] != edition:
            loaded = self._loaded = (edition, keys.load(self._folder))
        return loaded[1]

    def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        """Sign messages that begin with one of our prefixes."""
        if any(kind_of(message) is None for message in messages):
            raise CollectorError("keeper_signs_no_such")
        sign = self.load().sign
        return [sign(message) for message in messages]

    def content_keys(self, heads: Sequence[bytes], *, kind: Sealed, errand: Errand) -> list[bytes | None]:  # noqa: ARG002 - noted by whoever asks, and by the keeper
        """Make the keys of sealed contents from their heads; None for what no key here opens."""
        return [self._content_key(head, kind) for head in heads]

    def certify(self, csr_pem: str, *, name: str, use: Use, errand: Errand) -> str:  # noqa: ARG002 - as above
        """Give a certificate for the key in a request."""
        return ca.issue(self._folder, csr_pem=csr_pem, name=name, use=use)

    def revoke(self, ended: Sequence[EndedCertificate], *, errand: Errand) -> str:  # noqa: ARG002 - as above
        """Give the signed list of ended certificates."""
        return ca.revoke(self._folder, ended)

    def make_sealing_key(self, *, errand: Errand) -> str:  # noqa: ARG002 - as above
        """Make a new sealing key; gives its id."""
        with self._changing:
            return keys.make_sealing(self._folder)

    def destroy_sealing_key(self, key_id: str, *, errand: Errand) -> None:  # noqa: ARG002 - as above
        """Destroy a sealing key."""
        with self._changing:
            keys.destroy_sealing(self._folder, key_id)

    def _content_key(self, head: bytes, kind: Sealed) -> bytes | None:
        found = parts(head)
        key = self.load().sealing.get(found.key_id) if found is not None else None
        return (
            content_key(found.once, key, info=kind.value) if found is not None and key is not None else None
        )
