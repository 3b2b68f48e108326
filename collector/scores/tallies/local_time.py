"""Local days and hours of many moments, fast: the offset of a zone is asked for once a quarter of an hour."""

from functools import lru_cache

from collector.local import local_time
from collector.scores.tallies.keys import LAST_DAY

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
STEP_MS = 15 * MINUTE_MS  # every zone's changes fall on a quarter of an hour


def local_ms(at_ms: int, zone: str) -> int:
    """Give a moment as milliseconds of local time since 1970-01-01 00:00, kept within the days that can be counted."""
    at_ms = min(max(at_ms, 0), (LAST_DAY - 1) * DAY_MS)
    return max(at_ms + offset_ms(zone, at_ms // STEP_MS), 0)


@lru_cache(maxsize=4_096)
def offset_ms(zone: str, step: int) -> int:
    """Give how far local time is ahead of UTC in the quarter of an hour that `step` counts from 1970."""
    step = min(max(step, 0), LAST_DAY * DAY_MS // STEP_MS)
    offset = local_time(step * STEP_MS, zone).utcoffset()
    return int(offset.total_seconds() * 1000) if offset is not None else 0
