"""Opening what a citizen wrote: kiosks seal text and contact alike, and only `life.read` opens them, for the roles that may."""

from django.conf import settings

from collector.trust import keys
from collector.trust.sealing import open_sealed
from survey.wire.sealing import WRITTEN


def opened(content: bytes) -> str | None:
    """Give what a citizen wrote, or None where it was sealed to another key or is damaged."""
    plain = open_sealed(content, keys.load(settings.IKM_KEYS).sealing, info=WRITTEN)
    return plain.decode("utf-8", "replace") if plain is not None else None
