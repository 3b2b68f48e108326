"""The tell-tale of the case: its switch looked at once a second, told once, and remembered until staff has looked for themselves.

What is opened while the power is off is not seen. Whoever knows of the switch can hold it down: it tells of the curious, not of the skilled.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from survey.wire.trouble import Trouble, trouble

log = logging.getLogger(__name__)

_EVERY_SECONDS = 1.0


class CaseWatch:
    """Belongs to the frame loop."""

    def __init__(self, mark: Path, *, is_open: Callable[[], bool | None], tell: Callable[[], None]) -> None:
        self._mark = mark
        self._is_open = is_open
        """Whether the case is open now; None where no switch tells."""
        self._tell = tell
        """Record that it was opened."""
        self._looked = float("-inf")
        self._was_open = False
        self.opened = mark.exists()
        """Whether it was opened since staff looked at it last."""

    def look(self, now: float) -> None:
        """See whether it is open: for two looks in a row, or a bad contact would cry wolf."""
        if now < self._looked + _EVERY_SECONDS:
            return
        self._looked = now
        is_open = self._is_open() is True
        if is_open and self._was_open and not self.opened:
            self.opened = True
            log.warning("the case was opened")
            self._tell()
            try:
                self._mark.parent.mkdir(parents=True, exist_ok=True)
                self._mark.touch()
            except OSError as error:  # it is in the journal all the same
                log.warning("that the case was opened cannot be marked: %s", error)
        self._was_open = is_open

    def check(self) -> None:
        """Begin anew: staff has looked at it."""
        self.opened = self._was_open = False
        try:
            self._mark.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the mark that the case was opened cannot be deleted: %s", error)

    def fault(self) -> Trouble | None:
        """Give what staff and centre are told, or None."""
        return trouble("case_opened") if self.opened else None
