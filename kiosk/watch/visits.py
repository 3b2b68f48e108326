"""How many visits some records are of: whoever asks about records means people, and not journal lines."""

from pathlib import Path

from survey.record.record import ADDITION, COMPLAINT, RESPONSE
from uplink.journal.home import KioskHome
from uplink.journal.reader import JournalReader

_AT_ONCE = 2_000
_OF_VISITS = (RESPONSE, COMPLAINT, ADDITION)


def visits_among(home: Path, first: int, last: int) -> int:
    """Count the visits that the records from `first` to `last` are of.

    Raises:
        UplinkError: the journal cannot be read.
    """
    reader = JournalReader(KioskHome(home).journal)
    visits: set[tuple[object, object]] = set()
    while first <= last and (entries := reader.read(first, most=_AT_ONCE, most_bytes=1 << 20)):
        for entry in entries:
            body = entry.get("body")
            if entry.seq <= last and entry.get("kind") in _OF_VISITS and isinstance(body, dict):
                visits.add((entry.get("boot"), body.get("visit")))
        first = entries[-1].seq + 1
    return len(visits)
