"""A seeded sample of what takes too long to be run whole each time: what is drawn is the same in every run with the same seed."""

import os
from collections.abc import Iterable
from hashlib import sha256

SEED = os.environ.get("IKM_SEED", "0")
"""Another seed draws another sample; `-m long` runs what was not drawn."""


def drawn(keys: Iterable[str], one_in: int) -> set[str]:
    """Draw one in so many of the keys, rounded up."""
    known = sorted(set(keys), key=lambda key: sha256(f"{SEED} {key}".encode()).digest())
    return set(known[: -(-len(known) // one_in)])


def is_drawn(key: str, one_in: int) -> bool:
    """Tell whether a key is one in so many, whatever others there are."""
    return int.from_bytes(sha256(f"{SEED} {key}".encode()).digest()) % one_in == 0
