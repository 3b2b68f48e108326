"""The opening hours in force: the collector's, else the configuration's, until staff sets others at the kiosk.

What staff has set holds for as long as the hours beneath it stay what they were: a later word of the collector on hours ends it, settings that say nothing new of
hours do not. The collector measures attendance against its own hours, whatever is set here.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from survey.settings.hours import DAYS, Hours, read_hours, written_hours
from survey.settings.keys import SettingsContent
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)


class StaffHours:
    """Belongs to the frame loop; read from its file once."""

    def __init__(self, path: Path, *, own: Mapping[str, Hours]) -> None:
        self._path = path
        self._own = own
        self._beneath = own
        self._set: Mapping[str, Hours] | None = None
        self.allowed = True
        """Whether the collector lets staff change them."""

    def heed(self, settings: SettingsContent) -> None:
        """Take what the collector says now; called with the first settings before anything else."""
        self._beneath = self._own if settings.opening_hours is None else settings.opening_hours
        self.allowed = settings.hours_by_staff
        kept = self._kept() if self.allowed else None
        if kept is None:
            self._forget()
        self._set = kept

    @property
    def in_force(self) -> Mapping[str, Hours]:
        """The hours by day; none at all means always open."""
        return self._beneath if self._set is None else self._set

    @property
    def beneath(self) -> Mapping[str, Hours]:
        """The hours that would be in force without a word of staff."""
        return self._beneath

    @property
    def by_staff(self) -> bool:
        """Whether they are those that staff has set."""
        return self._set is not None

    def change(self, hours: Mapping[str, Hours]) -> None:
        """Keep what staff has set; the same as beneath is nothing set.

        Raises:
            OSError: it cannot be kept, and so is not in force.
        """
        if written_hours(hours) == written_hours(self._beneath):
            self._forget()
            self._set = None
            return
        # Every day by its name: without one all are closed, and not open as where nobody has set any hours.
        whole = {day: hours.get(day, ()) for day in DAYS}
        days = {day: written_hours(whole).get(day, []) for day in DAYS}
        replace_file(
            self._path, json.dumps({"hours": days, "beneath": written_hours(self._beneath)}).encode()
        )
        self._set = whole

    def _kept(self) -> Mapping[str, Hours] | None:
        try:
            content = json.loads(self._path.read_bytes())
            same = content["beneath"] == written_hours(self._beneath)
            return read_hours(content["hours"], where="hours") if same else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the hours that staff has set cannot be read: %s", error)
            return None

    def _forget(self) -> None:
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the hours that staff had set cannot be deleted: %s", error)
