"""The inboxes of what the collector signs for this kiosk: the newest settings, and how the tickets stand, each in a file the kiosk reads."""

import logging
from collections.abc import Callable
from pathlib import Path

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.wire.messages import Settings, unpack_settings
from survey.wire.ticket_states import TicketStates, unpack_ticket_states
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file

log = logging.getLogger(__name__)


class Inbox:
    """Keeps the highest version of one kind of message that the collector has signed for this kiosk."""

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        unpack: Callable[[bytes, Verify], Settings | TicketStates],
        kiosk: str,
        verify: Verify,
        disk: Disk = REAL_DISK,
    ) -> None:
        self._path = path
        self._name = name
        self._unpack = unpack
        self._kiosk = kiosk
        self._verify = verify
        self._disk = disk
        self.version = self._version_of(path.read_bytes()) if path.exists() else 0

    def take(self, payload: bytes) -> bool:
        """Keep `payload` if it is newer and ours; tells whether it was kept."""
        version = self._version_of(payload)
        if version <= self.version:
            return False
        try:
            replace_file(self._path, payload, disk=self._disk)
        except OSError as error:
            log.warning("%s %d cannot be kept: %s", self._name, version, error)
            return False
        self.version = version
        log.info("%s %d have arrived", self._name, version)
        return True

    def _version_of(self, payload: bytes) -> int:
        try:
            told = self._unpack(payload, self._verify)
        except Malformed as refusal:
            log.warning("%s are refused: %s", self._name, refusal)
            return 0
        return told.version if told.kiosk == self._kiosk else 0


def settings_inbox(path: Path, *, kiosk: str, verify: Verify, disk: Disk = REAL_DISK) -> Inbox:
    """Give the inbox of signed settings."""
    return Inbox(path, name="settings", unpack=unpack_settings, kiosk=kiosk, verify=verify, disk=disk)


def tickets_inbox(path: Path, *, kiosk: str, verify: Verify, disk: Disk = REAL_DISK) -> Inbox:
    """Give the inbox of how the tickets at the kiosk's unit stand."""
    return Inbox(path, name="tickets", unpack=unpack_ticket_states, kiosk=kiosk, verify=verify, disk=disk)
