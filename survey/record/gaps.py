"""The numbers that are missing from a stream, as spans."""

from bisect import bisect_right
from collections.abc import Iterator


class Gaps:
    """The numbers that are missing so far: however wide a gap is that somebody wrote into a file, it costs one entry."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, first: int, last: int) -> None:
        """Note a gap behind all others."""
        self._spans.append((first, last))

    def fill(self, seq: int) -> bool:
        """Take a number out that was found after all; tells whether it was missing."""
        place = bisect_right(self._spans, seq, key=lambda span: span[0]) - 1
        if place < 0 or seq > self._spans[place][1]:
            return False
        first, last = self._spans[place]
        self._spans[place : place + 1] = [
            span for span in ((first, seq - 1), (seq + 1, last)) if span[0] <= span[1]
        ]
        return True

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._spans)
