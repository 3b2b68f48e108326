"""The short code under which anybody finds a release again: on a poster, in a report, in a QR code."""

import secrets

from collector.releases.models import Release

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""None that is mistaken for another when it is read aloud or typed from paper."""
LENGTH = 8


def fresh() -> str:
    """Give an address that no release has."""
    while True:
        address = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if not Release.objects.filter(address=address).exists():
            return address


def read(text: str) -> str | None:
    """Give an address as it is kept, from what somebody typed; None where it can be none."""
    plain = text.upper().replace("-", "").replace(" ", "")
    return plain if len(plain) == LENGTH and set(plain) <= set(LETTERS) else None
