"""What a group adds to the evidence, written in a few statements for all its streams.

It is put off to the end of the group, and written before anything looks at what is held: whoever does calls `flush`. Only streams of one
kiosk ever ask for one another, so `flush_for` spares all other kiosks that.
"""

from django.db import connection

from collector.evidence.intake import last_hours
from collector.evidence.intake.keeping import Row

_ADD_BATCH = """
INSERT INTO evidence_rawbatch (stream_id, first, count, door, received_ms, before, payload)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_MOVE_STREAM = """
UPDATE evidence_stream SET through = %s, link = %s, received_ms = %s, clock = %s, has_losses = %s WHERE id = %s
"""

Moved = tuple[int, bytes, int, bytes, bool, int]
"""`through, link, received_ms, clock, has_losses` of a stream, and its number."""


class Writing:
    """The rows of one group."""

    def __init__(self) -> None:
        self._batches: list[Row] = []
        self._moved: list[Moved] = []
        self._kiosks: set[int] = set()
        self._hours: set[int] = set()

    def add(self, kiosk: int, batches: list[Row], moved: Moved, *, new_hour: bool) -> None:
        """Put off the batches of a stream and how far it has come; `new_hour`: its kiosk may have come in last in another hour than its row says."""
        self._batches += batches
        self._moved.append(moved)
        self._kiosks.add(kiosk)
        if new_hour:
            self._hours.add(kiosk)

    def flush_for(self, kiosk: int) -> None:
        """Write where another stream of this kiosk waits: what is looked up for one may lie in another."""
        if kiosk in self._kiosks:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if not self._moved:
            return
        with connection.cursor() as cursor:
            cursor.executemany(_ADD_BATCH, self._batches)
            cursor.executemany(_MOVE_STREAM, self._moved)
        last_hours.keep(self._hours)
        self._batches, self._moved = [], []
        self._kiosks.clear()
        self._hours.clear()
