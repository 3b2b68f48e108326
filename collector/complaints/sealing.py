"""Opening what a citizen wrote: kiosks seal text and contact alike, and only `opening` opens them, for the roles that may."""

from collections.abc import Sequence

from collector.trust import keyholder
from collector.trust.kinds import Errand, Sealed
from survey.record.complaint import written_words
from survey.record.errors import Malformed


def opened(contents: Sequence[bytes], *, errand: Errand) -> list[str | None]:
    """Give what a citizen wrote, part by part; None where one was sealed to another key or is damaged.

    Whoever calls has noted the errand in the trail, and committed that.
    """
    return [_words(plain) for plain in keyholder.opened(contents, kind=Sealed.WRITTEN, errand=errand)]


def _words(plain: bytes | None) -> str | None:
    try:
        return written_words(plain) if plain is not None else None
    except Malformed:
        return None
