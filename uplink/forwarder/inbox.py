"""The inbox of signed settings: the newest ones, checked, in a file the kiosk reads."""

import logging
from pathlib import Path

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.wire.messages import unpack_settings
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)


class SettingsInbox:
    """Keeps the highest version that the collector has signed for this kiosk."""

    def __init__(self, path: Path, *, kiosk: str, verify: Verify, disk: Disk = REAL_DISK) -> None:
        self._path = path
        self._kiosk = kiosk
        self._verify = verify
        self._disk = disk
        self.version = self._version_of(path.read_bytes()) if path.exists() else 0

    def take(self, payload: bytes) -> bool:
        """Keep `payload` if it is newer settings of ours; tells whether it was kept."""
        version = self._version_of(payload)
        if version <= self.version:
            return False
        try:
            replace_file(self._path, payload, disk=self._disk)
        except OSError as error:
            log.warning("settings %d cannot be kept: %s", version, error)
            return False
        self.version = version
        log.info("settings %d have arrived", version)
        return True

    def _version_of(self, payload: bytes) -> int:
        try:
            settings = unpack_settings(payload, self._verify)
        except Malformed as refusal:
            log.warning("settings are refused: %s", refusal)
            return 0
        return settings.version if settings.kiosk == self._kiosk else 0
