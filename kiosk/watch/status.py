"""What a kiosk's folder says of its state, read from outside: works beside a running kiosk, and without one."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.watch.health import YEAR_9999_MS, address_trouble, road_words
from survey.record.errors import Malformed
from survey.wire.health import KioskHealth, kiosk_health_of
from survey.wire.messages import unpack_settings
from survey.wire.trouble import trouble_of
from uplink.errors import UplinkError
from uplink.journal.enrolment import Enrolment, ended_ms, load_enrolment, verifier
from uplink.journal.home import KioskHome, read_status
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
    clock_trusted: bool
    """Whether the kiosk trusted its clock when it wrote the newest record."""


@dataclass(frozen=True, slots=True)
class KioskStatus:
    """All that can be seen from outside."""

    kiosk: str
    unit: str
    journal: JournalStatus
    uplink: Mapping[str, object]
    """The uplink's own words: connection, transport, trouble."""
    panel: KioskHealth | None
    """The kiosk's own words; None where it has not run yet."""
    settings_version: int
    revoked_ms: int = 0
    """When the collector ended this kiosk's key; 0 where it has not."""

    def to_json(self) -> str:
        """Give it as one line of JSON."""
        panel = self.panel.to_fields() if self.panel is not None else {}
        return json.dumps(asdict(self) | {"panel": panel}, sort_keys=True)

    def lines(self) -> list[str]:
        """Give it for people, one fact a line."""
        journal = self.journal
        connected = self.uplink.get("connected")
        transport = (
            f"connected by {self.uplink.get('transport')}{road_words(self.uplink)}"
            if connected
            else "not connected"
        )
        stopped = trouble_of(self.uplink.get("trouble"))
        trouble = trouble_words(stopped, _ENGLISH) if stopped is not None else ""
        lines = [
            f"kiosk      {self.kiosk} of {self.unit}",
            f"journal    {journal.head} records, {journal.confirmed} confirmed by the collector, {journal.waiting} waiting",
            f"stream     {journal.stream or 'none yet'}",
            f"uplink     {transport if self.uplink else 'has not run yet'}{f': {trouble}' if trouble else ''}{self._heard()}",
            f"settings   {f'version {self.settings_version}' if self.settings_version else 'none received'}",
        ]
        if self.revoked_ms:
            at = datetime.fromtimestamp(self.revoked_ms / 1000, UTC)
            lines.append(
                f"REVOKED    by the collector on {at:%Y-%m-%d %H:%M} UTC: it takes nothing more, and everything is kept here; "
                "ask it for a code and run sudo ikm-kiosk enrol"
            )
        if (refused := address_trouble(self.uplink)) is not None:
            lines.append(f"address    {trouble_words(refused, _ENGLISH)}")
        if journal.head and not journal.clock_trusted:
            lines.append("clock      not trusted: the time comes over the network")
        if journal.set_aside:
            lines.append(f"damage     {journal.set_aside} pieces were set aside in the journal's quarantine")
        told = self.panel.troubles if self.panel is not None else ()
        return [*lines, *(f"trouble    {trouble_words(one, _ENGLISH)}" for one in told)]

    def _heard(self) -> str:
        at_ms = self.uplink.get("collector_at_ms")
        if self.uplink.get("connected") or not isinstance(at_ms, int) or not 0 < at_ms < YEAR_9999_MS:
            return ""
        return f" (last receipt {datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC)"


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
        uplink=read_status(KioskHome(home).uplink_status),
        panel=kiosk_health_of(read_status(KioskHome(home).kiosk_status) or None),
        settings_version=_settings_version(home, enrolment),
        revoked_ms=ended_ms(home, enrolment),
    )


def journal_status(home: Path, enrolment: Enrolment) -> JournalStatus:
    """Read how far the records have come.

    Raises:
        UplinkError: the journal cannot be read.
    """
    folder = KioskHome(home)
    reader = JournalReader(folder.journal)
    header = reader.header()
    newest = reader.head()
    stream = header.stream if header is not None else ""
    confirmed = folder.confirmed(stream, kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
    head = max(newest.seq if newest is not None else 0, confirmed)
    return JournalStatus(
        stream=stream,
        head=head,
        confirmed=confirmed,
        waiting=head - confirmed,
        set_aside=folder.quarantined(),
        clock_trusted=newest is not None and bool(newest.get("sync")),
    )


def _settings_version(home: Path, enrolment: Enrolment) -> int:
    try:
        payload = KioskHome(home).settings.read_bytes()
        return unpack_settings(payload, verifier(enrolment.collector_key)).version
    except (OSError, Malformed):
        return 0
