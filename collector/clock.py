"""The collector's only door to the machine's clock; tests put a clock of their own in its place.

Ask as `clock.now()`, never by importing the functions themselves: what was imported by name cannot be replaced.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """Give this moment, in UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Give this moment in milliseconds since 1970 UTC."""
    return (now() - _EPOCH) // timedelta(milliseconds=1)
