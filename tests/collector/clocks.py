"""Clocks that tests set, in the place of the machine's."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from collector import clock


@contextmanager
def stopped(moment: datetime) -> Iterator[None]:
    """Let the collector's clock stand at a moment."""
    before = clock.now
    clock.now = lambda: moment.astimezone(UTC)
    try:
        yield
    finally:
        clock.now = before
