"""The secret that keys of records and cells are made from: whoever publishes needs it, commands and pages, and nobody outside."""

import secrets

from django.conf import settings

from collector.errors import NotSetUp
from collector.trust.keys import write_secret

_BYTES = 32
FILE = "cells.seed"


def seed() -> bytes:
    """Give the seed, 32 bytes; the first who asks makes it, beside the database, for the same group, and it never changes.

    Raises:
        NotSetUp: it is no seed, or cannot be read or written.
    """
    path = settings.IKM_DATA / FILE
    try:
        if not path.exists():
            write_secret(path, lambda: secrets.token_bytes(_BYTES))
            path.chmod(0o640)
        found: bytes = path.read_bytes()
    except OSError as error:
        raise NotSetUp("not_set_up", path=path, reason=error.strerror) from error
    if len(found) != _BYTES:
        raise NotSetUp("not_set_up", path=path, reason=f"{len(found)} bytes")
    return found
