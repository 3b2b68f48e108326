"""What is held of a key, looked up where a record is carried over: in its other streams, and before it in its own."""

from collections.abc import Mapping
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet

from collector.evidence.intake import ledger
from collector.evidence.intake.repeated import IsHeld, Place, carried_in, first_carried
from collector.evidence.models import NamedBefore, Stream
from collector.evidence.standing import COUNTING
from survey.record.chain import stated_link

_READ_AHEAD = 1_000


def held_elsewhere(stream_id: int, key_id: int) -> IsHeld:
    """Look a record up among the streams of a key that count: under its own number in all, carried in those held before and here."""
    return partial(_is_held, _Others(stream_id, key_id))


class _Others:
    """The key's other streams, read as far as they are asked for."""

    def __init__(self, stream_id: int, key_id: int) -> None:
        self._stream_id, self._key_id = stream_id, key_id
        self._streams: Mapping[str, int] | None = None
        self._carried: dict[Place, bytes] | None = None
        self._here: dict[Place, tuple[bytes, int]] | None = None
        self._lines: dict[Place, bytes] = {}
        self._read: dict[str, int] = {}

    def at(self, place: Place) -> bytes | None:
        """Give the line held under its own number."""
        if self._streams is None:
            self._streams = dict(self._others().values_list("uid", "pk"))
        uid, seq = place
        if uid in self._streams and not self._read.get(uid, 0) - _READ_AHEAD < seq <= self._read.get(uid, 0):
            last = seq + _READ_AHEAD - 1
            found = ledger.numbered(self._streams[uid], first=seq, last=last)
            self._lines = {(uid, number): line for number, line in found}
            self._read = {uid: last}
        return self._lines.get(place)

    def carried(self, place: Place) -> bytes | None:
        """Give the line that a stream in between has carried over."""
        if self._carried is None:
            self._carried = {}
            between = self._others().filter(pk__lt=self._stream_id).order_by("pk")
            for pk, names in between.values_list(
                "pk", Exists(NamedBefore.objects.filter(stream=OuterRef("pk")))
            ):
                if not names and not _lost_its_beginning(pk):
                    continue  # it follows nobody, and has nothing to carry over
                self._carried = carried_in(ledger.lines(pk)) | self._carried
        return self._carried.get(place)

    def carried_here(self, place: Place, seq: int) -> bytes | None:
        """Give the line that the stream itself has carried over before a number; what is held of it is read whole."""
        if self._here is None:
            runs = ledger.runs(self._stream_id)
            self._here = first_carried(one for run in runs for one in enumerate(run.lines, start=run.first))
        line, first = self._here.get(place, (None, seq))
        return line if first < seq else None

    def _others(self) -> QuerySet[Stream]:
        """Give the streams; made only where something is carried over, for nearly nothing is."""
        counting = Stream.objects.filter(key_id=self._key_id, standing__in=COUNTING)
        return counting.exclude(pk=self._stream_id)


def _lost_its_beginning(stream_id: int) -> bool:
    """Tell whether the record that says whom a stream follows is not held."""
    return all(stated_link(line) is not None for line in ledger.lines(stream_id, last=1))


def _is_held(others: _Others, place: Place, line: bytes, seq: int) -> bool:
    return line in (others.at(place), others.carried(place), others.carried_here(place, seq))
