"""What the uplink has seen of the collector's log, as the kiosk's screens and records tell it.

The uplink's file is another user's: what makes no sense in it is shown to nobody.
"""

from collections.abc import Mapping
from typing import NamedTuple

from survey.record.errors import Malformed
from survey.record.seen_log import SeenLog
from survey.wire.trouble import Trouble, trouble

FORK, UNCOSIGNED, OTHER_LOG = "fork", "uncosigned", "other_log"
_MOST_LETTERS = 60


class LogWatched(NamedTuple):
    """How far the log was seen, and whether all is well with it."""

    seen: SeenLog | None = None
    words: str = ""
    """Three words of its root, for people to compare; empty where nothing was seen."""
    alarm: str = ""
    """`FORK`, `UNCOSIGNED` or `OTHER_LOG`; empty where all is well."""

    def trouble(self) -> Trouble | None:
        """Name what is wrong with it, for staff."""
        match self.alarm:
            case "fork":
                return trouble("log_fork")
            case "uncosigned":
                return trouble("log_uncosigned")
            case "other_log":
                return trouble("log_other")
        return None


def watched(uplink: Mapping[str, object]) -> LogWatched:
    """Read it from the uplink's words."""
    told = uplink.get("log")
    if not isinstance(told, dict):
        return LogWatched()
    words, alarm = told.get("words"), told.get("alarm")
    try:
        seen = SeenLog.from_fields(told)
    except Malformed:
        seen = None
    return LogWatched(
        seen if seen is not None and seen.size else None,
        words[:_MOST_LETTERS] if isinstance(words, str) else "",
        alarm if alarm in (FORK, UNCOSIGNED, OTHER_LOG) else "",
    )
