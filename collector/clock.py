"""The collector's only door to the machine's clock; tests put a clock of their own in its place.

Ask as `clock.now()`, never by importing the functions themselves: what was imported by name cannot be replaced.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Give this moment, in UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Give this moment in milliseconds since 1970."""
    return int(now().timestamp() * 1000)
