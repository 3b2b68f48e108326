"""The secret that keys of records and cells are made from: only who publishes needs it, so only that user can read it."""

import secrets

from django.conf import settings

from collector.errors import NotSetUp
from collector.trust.keys import write_secret

_BYTES = 32
FILE = "cells.seed"


def seed() -> bytes:
    """Give the seed, 32 bytes; the first who asks makes it, in `IKM_OWN`, and it never changes.

    Raises:
        NotSetUp: it is no seed, or cannot be read or written.
    """
    path = settings.IKM_OWN / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(path, lambda: secrets.token_bytes(_BYTES))
        found: bytes = path.read_bytes()
    except OSError as error:
        raise NotSetUp("not_set_up", path=path, reason=error.strerror) from error
    if len(found) != _BYTES:
        raise NotSetUp("not_set_up", path=path, reason=f"{len(found)} bytes")
    return found
