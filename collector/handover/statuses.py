"""What the other side's words for a report's state come to here.

The words are those that public pages of SP4N-LAPOR! and agencies' own tables use; none of them was confirmed by a rule or by its operators
(looked up in November 2026). So they are data: another word is a bad row, and is added here once somebody has seen it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from collector.complaints.models import TicketStatus


class Meaning(NamedTuple):
    """What a state of theirs is here."""

    status: TicketStatus
    returns: bool
    """Whether the complaint is ours again."""
    must_say: bool
    """Whether it needs an answer that its citizen can read."""


_UNDER_WAY = Meaning(TicketStatus.HANDLED, returns=False, must_say=False)
_WAITS = Meaning(TicketStatus.FORWARDED, returns=False, must_say=False)
_DECLINED = Meaning(TicketStatus.HANDLED, returns=True, must_say=True)
"""What they archive or refuse is no answer of the unit's: it comes back, and the office decides."""

MEANINGS: Mapping[str, Meaning] = {
    "belum terverifikasi": _WAITS,
    "terverifikasi": _WAITS,
    "belum ditindaklanjuti": _WAITS,
    "proses": _UNDER_WAY,
    "dalam proses": _UNDER_WAY,
    "tunda": _UNDER_WAY,
    "selesai": Meaning(TicketStatus.DONE, returns=True, must_say=True),
    "arsip": _DECLINED,
    "ditolak": _DECLINED,
}


def read(word: str) -> Meaning | None:
    """Give what a word of theirs means, however it is spaced and capitalised; None for one nobody has seen."""
    return MEANINGS.get(" ".join(word.lower().replace("_", " ").split()))
