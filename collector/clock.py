"""The collector's one clock. Nothing else here asks what time it is; tests stop it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_stopped: list[datetime] = []


def now() -> datetime:
    """Give the time, in UTC."""
    return _stopped[-1] if _stopped else datetime.now(UTC)


def now_ms() -> int:
    """Give the time in milliseconds since 1970 UTC."""
    return round(_stopped[-1].timestamp() * 1000) if _stopped else time.time_ns() // 1_000_000


@contextmanager
def stopped(moment: datetime) -> Iterator[None]:
    """Stop the clock of this process, for tests."""
    _stopped.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.pop()
