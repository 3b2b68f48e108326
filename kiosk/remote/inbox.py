"""The inbox of signed settings: read again and again, verified by us, and told about once.

The uplink has checked the signature already, but the uplink is the process with the network: it is not believed. Settings
never touch the journal; what became of a version is recorded there. The last good message is kept, so that a kiosk that is
sent nonsense goes on with what it had, also after a restart.
"""

import logging
from pathlib import Path
from typing import NamedTuple

from survey.record.bodies import SettingsTold
from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.settings.keys import SettingsContent
from survey.settings.shown import SettingsRefused
from survey.wire.messages import Settings, unpack_settings
from uplink.journal.home import KioskHome
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


class News(NamedTuple):
    """What became of a version of the settings."""

    told: SettingsTold
    """What is recorded of it."""
    content: SettingsContent | None
    """None where it was refused."""
    told_before: bool = False
    """It was recorded in an earlier run already."""


class Inbox:
    """Reads the settings of one kiosk; belongs to the frame loop, and looks at one file's time every few seconds."""

    def __init__(self, home: Path, *, kiosk: str, verify: Verify) -> None:
        self._path = KioskHome(home).settings
        self._good = KioskHome(home).settings_good
        self._told = KioskHome(home).settings_told
        self._kiosk = kiosk
        self._verify = verify
        self._seen: tuple[int, int] | None = None
        self._looked = float("-inf")
        self.version = 0
        """The version that was judged last."""
        self.refused = ""
        """Why the latest version was refused, or nothing."""

    def look(self, now: float) -> News | None:
        """Give what is new, at most every few seconds."""
        if now < self._looked + LOOK_SECONDS:
            return None
        self._looked = now
        try:
            status = self._path.stat()
        except OSError:
            return None
        if self._seen == (status.st_mtime_ns, status.st_size):
            return None
        self._seen = (status.st_mtime_ns, status.st_size)
        return self._judge(self._path)

    def last_good(self) -> SettingsContent | None:
        """Give what was applied before the last restart, for the first frame."""
        news = self._judge(self._good)
        return news.content if news is not None else None

    def keep(self, news: News) -> None:
        """Remember that this version was applied or refused, and recorded."""
        try:
            if news.content is not None:
                replace_file(self._good, self._path.read_bytes())
            replace_file(self._told, str(news.told.version).encode())
        except OSError as error:
            log.warning("the settings cannot be kept for the next start: %s", error)

    def _judge(self, path: Path) -> News | None:
        try:
            settings = unpack_settings(path.read_bytes(), self._verify)
        except OSError:
            return None
        except Malformed as error:
            log.warning("the settings in %s are not the collector's: %s", path, error)
            return None
        if settings.kiosk != self._kiosk:
            log.warning("the settings in %s are for %s", path, settings.kiosk)
            return None
        if settings.version <= self.version:
            return None
        self.version = settings.version
        return self._news(settings)

    def _news(self, settings: Settings) -> News:
        from kiosk.remote.settings import check  # noqa: PLC0415 - only where settings have come

        before = self._told_version() >= settings.version
        try:
            content = check(settings.content)
        except SettingsRefused as error:
            self.refused = str(error)
            log.warning("settings %d are refused: %s", settings.version, error)
            told = SettingsTold(settings.version, applied=False, key=error.key, refused=str(error))
            return News(told, None, before)
        self.refused = ""
        return News(SettingsTold(settings.version, applied=True, unknown=content.unknown), content, before)

    def _told_version(self) -> int:
        try:
            return int(self._told.read_text())
        except (OSError, ValueError):
            return 0
