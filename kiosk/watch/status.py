"""What a kiosk's folder says of its state, read from outside: works beside a running kiosk, and without one."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from survey.record.errors import Malformed
from survey.wire.messages import unpack_receipt, unpack_settings
from survey.wire.trouble import trouble_of
from uplink.errors import UplinkError
from uplink.journal.acknowledged import read_acknowledged
from uplink.journal.identity import Enrolment, load_enrolment, verifier
from uplink.journal.reader import JournalReader

_ENGLISH = Texts("en")
"""The console's language."""


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """How far the records have come."""

    stream: str
    head: int
    """Number of the newest record."""
    confirmed: int
    """The collector holds everything up to this number, by a receipt whose signature was checked."""
    waiting: int
    set_aside: int
    """Damaged pieces that were kept under another name."""


@dataclass(frozen=True, slots=True)
class KioskStatus:
    """All that can be seen from outside."""

    kiosk: str
    unit: str
    journal: JournalStatus
    uplink: Mapping[str, object]
    """The uplink's own words: connection, transport, trouble."""
    panel: Mapping[str, object]
    """The kiosk's own words: screen, buttons, temperature, last error."""
    settings_version: int

    def to_json(self) -> str:
        """Give it as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    def lines(self) -> list[str]:
        """Give it for people, one fact a line."""
        journal = self.journal
        connected = self.uplink.get("connected")
        transport = f"connected by {self.uplink.get('transport')}" if connected else "not connected"
        told = trouble_of(self.uplink.get("trouble"))
        trouble = trouble_words(told, _ENGLISH) if told is not None else ""
        lines = [
            f"kiosk      {self.kiosk} of {self.unit}",
            f"journal    {journal.head} records, {journal.confirmed} confirmed by the collector, {journal.waiting} waiting",
            f"stream     {journal.stream or 'none yet'}",
            f"uplink     {transport if self.uplink else 'has not run yet'}{f': {trouble}' if trouble else ''}",
            f"settings   {f'version {self.settings_version}' if self.settings_version else 'none received'}",
        ]
        if journal.set_aside:
            lines.append(f"damage     {journal.set_aside} pieces were set aside in the journal's quarantine")
        if self.panel.get("trouble"):
            lines.append(f"trouble    {self.panel['trouble']} (ikm-kiosk doctor says what to do)")
        return lines


def look(home: Path) -> KioskStatus:
    """Read the state of the kiosk in `home`.

    Raises:
        KioskError: it is not enrolled, or its journal cannot be read.
    """
    try:
        enrolment = load_enrolment(home)
        journal = journal_status(home, enrolment)
    except UplinkError as error:
        raise KioskError(str(error)) from error
    return KioskStatus(
        kiosk=enrolment.kiosk,
        unit=enrolment.unit.name,
        journal=journal,
        uplink=_words(home / "uplink" / "status.json"),
        panel=_words(home / "kiosk" / "status.json"),
        settings_version=_settings_version(home, enrolment),
    )


def journal_status(home: Path, enrolment: Enrolment) -> JournalStatus:
    """Read how far the records have come.

    Raises:
        UplinkError: the journal cannot be read.
    """
    folder = home / "journal"
    reader = JournalReader(folder)
    header = reader.header()
    newest = reader.head()
    stream = header.stream if header is not None else ""
    confirmed = _confirmed(home, enrolment, stream)
    head = max(newest.seq if newest is not None else 0, confirmed)
    quarantine = folder / "quarantine"
    return JournalStatus(
        stream=stream,
        head=head,
        confirmed=confirmed,
        waiting=head - confirmed,
        set_aside=sum(1 for _ in quarantine.iterdir()) if quarantine.is_dir() else 0,
    )


def _confirmed(home: Path, enrolment: Enrolment, stream: str) -> int:
    acknowledged = read_acknowledged(home / "uplink" / "acknowledged")
    if acknowledged is None:
        return 0
    try:
        receipt = unpack_receipt(acknowledged.receipt, verifier(enrolment.collector_key))
    except Malformed:
        return 0
    return receipt.through if (receipt.kiosk, receipt.stream) == (enrolment.kiosk, stream) else 0


def _settings_version(home: Path, enrolment: Enrolment) -> int:
    try:
        payload = (home / "uplink" / "settings").read_bytes()
        return unpack_settings(payload, verifier(enrolment.collector_key)).version
    except (OSError, Malformed):
        return 0


def _words(path: Path) -> dict[str, object]:
    """Read one of the two small status files; a missing or torn one says nothing."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
