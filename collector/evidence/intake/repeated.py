"""Records carried over that are held already: under their own number, or carried before, by a stream in between or by the same one.

A kiosk that went back in time cannot know what of its former stream the collector has received. It writes again whatever no receipt
covers, and begins anew where damage took some of what it had carried; what is held already counts where it stood first.
"""

from collections.abc import Callable, Iterable

from collector.evidence.intake.lines import read_body, read_line
from survey.record.bodies import Carried
from survey.record.errors import Malformed
from survey.record.record import CARRIED

Place = tuple[str, int]
"""The stream a record was written in, and its number there."""
IsHeld = Callable[[Place, bytes, int], bool]
"""Tells whether a record is held already, before the number that carries it."""


def held_nowhere(_place: Place, _line: bytes, _seq: int) -> bool:
    """Stand for a key that has one stream."""
    return False


def carried_in(lines: Iterable[bytes]) -> dict[Place, bytes]:
    """Give what some lines carry: the line that stood at each place."""
    return {place: line for place, (line, _) in first_carried(enumerate(lines)).items()}


def first_carried(numbered: Iterable[tuple[int, bytes]]) -> dict[Place, tuple[bytes, int]]:
    """Give what numbered lines carry: the line that stood at each place, and the first number that carries it."""
    found: dict[Place, tuple[bytes, int]] = {}
    for seq, text in numbered:
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
            found.setdefault((carried.stream, inner.seq), (carried.line.encode(), seq))
    return found
