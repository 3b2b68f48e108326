"""How often somebody may ask in a minute.

Whoever shows no token that works is counted by each of the pages' processes for itself: a stranger causes no write to the database, which has evidence to take in.
Tokens are counted for all processes together: each tells the database of a tenth of the limit at a time, and hears what the others told. So a token gets its limit, and at
most a tenth of it more for each process.
"""

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db import OperationalError
from django.db.models import F

from collector.api.models import Asked

OF_TOKEN = 600
OF_NETWORK = 600
"""Of whoever shows no token, at each process."""
WRONG = 30
"""Of tokens that open nothing, at each process."""
SHARE = 10
"""Into how many parts a token's limit is cut; a process tells of one at a time."""
_NAMES = 20_000
"""As many are remembered in a minute; whoever comes after them is bounded by the proxy alone."""
_FORGET = 60


@dataclass
class _Count:
    told: int = 0
    """What all processes told the database, when this one asked last."""
    kept: int = 0
    """What came here since."""


class Counts:
    """What one process counts in the running minute."""

    def __init__(self) -> None:
        self._window = 0
        self._counts: dict[str, _Count] = {}
        self._lock = Lock()

    def take(self, name: str, most: int, now: datetime) -> bool:
        """Count a request here; tells whether it is within the limit."""
        return self._take(name, most, _window(now)) is not None

    def take_of_all(self, name: str, most: int, now: datetime) -> bool:
        """Count a request for all processes together; tells whether it is within the limit."""
        window = _window(now)
        count = self._take(name, most, window)
        if count is None:
            return False
        with self._lock:
            if count.kept < max(1, most // SHARE):
                return True
            telling, count.kept = count.kept, 0
            count.told += telling  # meanwhile, for whoever asks while the database is asked
        try:
            told = _tell(name, telling, window)
        except OperationalError:
            return True  # it is busy: no reading fails for its being counted
        with self._lock:
            count.told = max(count.told, told)
        return told <= most

    def _take(self, name: str, most: int, window: int) -> _Count | None:
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            count = self._counts.get(name)
            if count is None:
                count = _Count()
                if len(self._counts) < _NAMES:
                    self._counts[name] = count
            if count.told + count.kept >= most:
                return None
            count.kept += 1
            return count


COUNTS = Counts()
"""Of this process."""


def seconds_left(now: datetime) -> int:
    """Give after how many seconds the next minute begins."""
    return 60 - int(now.timestamp()) % 60


def _window(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _tell(name: str, number: int, window: int) -> int:
    """Add to what all processes counted; gives the sum."""
    rows = Asked.objects.filter(name=name)
    for _ in range(2):  # another process may make the row in between
        if rows.filter(window=window).update(count=F("count") + number):
            return rows.values_list("count", flat=True).first() or number
        if rows.filter(window__lt=window).update(window=window, count=number):
            return number
        if Asked.objects.get_or_create(name=name, defaults={"window": window, "count": number})[1]:
            Asked.objects.filter(window__lt=window - _FORGET).delete()
            return number
    return number  # a machine whose clock is ahead has the row: this one counts by itself for the while
