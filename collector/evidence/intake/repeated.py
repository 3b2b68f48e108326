"""Records carried over that are held already: under their own number, or carried before by a stream in between.

A kiosk that went back in time cannot know what of its former stream the collector has received. It writes again whatever no receipt
covers; what is held already counts where it stood first.
"""

from collections.abc import Callable, Iterable

from collector.evidence.intake.lines import read_body, read_line
from survey.record.bodies import Carried
from survey.record.errors import Malformed
from survey.record.record import CARRIED

Place = tuple[str, int]
"""The stream a record was written in, and its number there."""
IsHeld = Callable[[Place, bytes], bool]
"""Tells whether a record is held already, apart from where it is carried."""


def held_nowhere(_place: Place, _line: bytes) -> bool:
    """Stand for a key that has one stream."""
    return False


def carried_in(lines: Iterable[bytes]) -> dict[Place, bytes]:
    """Give what some lines carry: the line that stood at each place."""
    found: dict[Place, bytes] = {}
    for text in lines:
        if b'"carried"' not in text:
            continue
        line = read_line(text)
        read = read_body(line) if line is not None and line.kind == CARRIED else None
        if read is None:
            continue
        try:
            carried = Carried.from_body(read[1])
        except Malformed:
            continue
        inner = read_line(carried.line.encode())
        if inner is not None:
            found.setdefault((carried.stream, inner.seq), carried.line.encode())
    return found
