"""The kiosk's folder: the one thing its two processes share, and every path in it.

The kiosk process writes `kiosk/` and `journal/`, the uplink `uplink/`; each may read what the other has written for it.
Nobody else spells a path of the folder (`tests/uplink/journal/test_home.py`).
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from survey.record.chain import Verify
from uplink.journal.acknowledged import Receipts
from uplink.journal.segments.folder import JournalFolder

_MAX_STATUS_BYTES = 4_096

log = logging.getLogger(__name__)


class KioskHome(NamedTuple):
    """A kiosk's folder. Making one touches nothing on the disk."""

    path: Path

    # At the top: written by the command `enrol`, read by both processes.

    @property
    def former(self) -> Path:
        """Lives of this machine as a kiosk whose key has ended, each a folder like this one; nobody lets go of anything in there."""
        return self.path / "former"

    def former_life(self, public_key: bytes) -> "KioskHome":
        """Give where the life with this key lies, or would."""
        return KioskHome(self.former / public_key.hex()[:16])

    @property
    def coming(self) -> Path:
        """The life that is being begun beside one that has ended: a folder like this one."""
        return self.path / "coming"

    @property
    def enrolment(self) -> Path:
        """The public facts the kiosk learned at enrolment; written once, last of all, so it says that all is there."""
        return self.path / "enrolment.json"

    # Written by the kiosk process.

    @property
    def journal(self) -> Path:
        """The journal's folder (`JournalFolder` names what is inside); the uplink only reads it."""
        return self.path / "journal"

    @property
    def kiosk_part(self) -> Path:
        """The kiosk process's own folder."""
        return self.path / "kiosk"

    @property
    def signing_key(self) -> Path:
        """The kiosk's signing key: no other user can read it."""
        return self.kiosk_part / "identity" / "signing.key"

    @property
    def pin(self) -> Path:
        """The hash of the staff's PIN."""
        return self.kiosk_part / "identity" / "pin"

    @property
    def pin_tries(self) -> Path:
        """How often a wrong PIN was entered."""
        return self.kiosk_part / "identity" / "pin-tries"

    @property
    def carried_acknowledged(self) -> Path:
        """The collector's receipt that staff brought back on a stick, where the uplink's file is not ours to write."""
        return self.kiosk_part / "acknowledged"

    @property
    def carried_tickets(self) -> Path:
        """The same, where staff brought it on a stick and the uplink's file is not ours to write."""
        return self.kiosk_part / "tickets"

    @property
    def carried_log(self) -> Path:
        """News of the collector's log that staff brought on a stick, where the uplink's folder is not ours to write."""
        return self.kiosk_part / "log-news"

    @property
    def head(self) -> Path:
        """How far the journal has come: a second witness, should the journal lose its end or vanish."""
        return self.kiosk_part / "head"

    @property
    def totals(self) -> Path:
        """The running totals as they last stood: no other user can read them."""
        return self.kiosk_part / "totals"

    @property
    def visit_codes(self) -> Path:
        """Numbers and letters of visits, for whoever comes back with theirs; no answers."""
        return self.kiosk_part / "visit-codes"

    @property
    def settings_good(self) -> Path:
        """The last settings that were applied, for the first frame after a restart."""
        return self.kiosk_part / "settings.good"

    @property
    def settings_told(self) -> Path:
        """The last version of the settings whose fate stands in the journal."""
        return self.kiosk_part / "settings.told"

    @property
    def staff_hours(self) -> Path:
        """The opening hours that staff has set here, until settings say otherwise."""
        return self.kiosk_part / "hours"

    @property
    def stand(self) -> Path:
        """The code of the place where staff says that the kiosk stands."""
        return self.kiosk_part / "place"

    @property
    def case_mark(self) -> Path:
        """When the case was opened, until staff has looked at it."""
        return self.kiosk_part / "case"

    @property
    def speech(self) -> Path:
        """Screens that were turned into sound."""
        return self.kiosk_part / "speech"

    @property
    def played(self) -> Path:
        """Which files of responses were played in: none may count twice."""
        return self.kiosk_part / "played"

    @property
    def playing(self) -> Path:
        """How many rows of the file that is being played were thanked for."""
        return self.kiosk_part / "playing"

    @property
    def kiosk_status(self) -> Path:
        """What the kiosk tells of itself; the uplink passes it on."""
        return self.kiosk_part / "status.json"

    @property
    def send_now(self) -> Path:
        """Touched by whoever stands before the kiosk and wants everything sent at once."""
        return self.kiosk_part / "send-now"

    # Written by the uplink process.

    @property
    def uplink_part(self) -> Path:
        """The uplink process's own folder."""
        return self.path / "uplink"

    @property
    def acknowledged(self) -> Path:
        """The collector's latest receipt; the kiosk checks it for itself before it lets go of anything."""
        return self.uplink_part / "acknowledged"

    @property
    def ahead(self) -> Path:
        """A receipt of the collector that does not fit the journal: the kiosk checks it and goes on behind it."""
        return self.uplink_part / "ahead"

    @property
    def settings(self) -> Path:
        """The newest settings the collector has signed; the kiosk checks them for itself."""
        return self.uplink_part / "settings"

    @property
    def tickets(self) -> Path:
        """How the tickets at the kiosk's unit stand, as the collector has signed it last; each under its own key."""
        return self.uplink_part / "tickets"

    @property
    def ended(self) -> Path:
        """The collector's word that this kiosk's key has ended; the kiosk checks it for itself."""
        return self.uplink_part / "ended"

    @property
    def log(self) -> Path:
        """The newest checkpoint of the collector's log that goes on from all that were seen before."""
        return self.uplink_part / "log"

    @property
    def log_fork(self) -> Path:
        """A checkpoint that does not: the collector has shown two histories. Kept for whoever looks into it."""
        return self.uplink_part / "log-fork"

    @property
    def log_uncosigned(self) -> Path:
        """One that goes on and lacks the cosignatures that this kiosk demands; there until a better one came."""
        return self.uplink_part / "log-uncosigned"

    @property
    def log_other(self) -> Path:
        """One of another log, which does not name what this kiosk saw; there until a better one came."""
        return self.uplink_part / "log-other"

    @property
    def log_policy(self) -> Path:
        """Whom the kiosk demands cosignatures of: written at enrolment, and changed by what the log says and they have cosigned."""
        return self.uplink_part / "log-policy"

    @property
    def log_carried(self) -> Path:
        """News of the log that a stick brought to the uplink."""
        return self.uplink_part / "log-carried"

    @property
    def addresses(self) -> Path:
        """Where broker and collector are, as it was found to be good last; not there before either was ever moved."""
        return self.uplink_part / "addresses"

    @property
    def broker_ca(self) -> Path:
        """The authority that the broker is checked against; written at enrolment, like the two below."""
        return self.uplink_part / "broker" / "ca.crt"

    @property
    def broker_certificate(self) -> Path:
        """The certificate shown to the broker."""
        return self.uplink_part / "broker" / "client.crt"

    @property
    def broker_key(self) -> Path:
        """The key of that certificate; it signs no record."""
        return self.uplink_part / "broker" / "client.key"

    @property
    def uplink_status(self) -> Path:
        """What the uplink tells of itself: connection, trouble, backlog."""
        return self.uplink_part / "status.json"

    # What is asked of the folder as a whole.

    def receipts(self, *, kiosk: str, verify: Verify) -> Receipts:
        """Give where the collector's receipts for `kiosk` lie; `verify` checks the collector's signatures."""
        return Receipts(
            (self.acknowledged, self.carried_acknowledged), kiosk=kiosk, verify=verify, ahead=self.ahead
        )

    def confirmed(self, stream: str, *, kiosk: str, verify: Verify) -> int:
        """Tell how far the collector has confirmed `stream`, over the network or by a stick."""
        return self.receipts(kiosk=kiosk, verify=verify).confirmed(stream)

    def quarantined(self) -> int:
        """Tell how many damaged pieces were set aside."""
        return JournalFolder(self.journal).quarantined()


def read_status(path: Path) -> dict[str, object]:
    """Read one of the two status files; a missing, torn or swollen one says nothing.

    It may be another user's file: what it says is passed on or shown, never relied upon.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_STATUS_BYTES + 1)
        status = json.loads(content) if len(content) <= _MAX_STATUS_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    return status if isinstance(status, dict) else {}


def write_status(path: Path, status: Mapping[str, object]) -> None:
    """Replace one of the two status files; it is not flushed, for it is worthless after a restart."""
    temporary = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(status, sort_keys=True, separators=(",", ":")))
        temporary.chmod(0o640)
        temporary.replace(path)
    except OSError as error:
        log.warning("the status cannot be written: %s", error)
