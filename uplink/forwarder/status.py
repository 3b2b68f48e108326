"""What the uplink tells: the kiosk through a small file, the collector through the retained state.

Neither is evidence. The state carries the newest record's link under the kiosk's own signature, so that a collector
knows how far a silent kiosk has come, and the file tells the kiosk by a code why nothing goes out.
"""

import base64
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from survey.record.record import canonical
from survey.wire.health import UplinkHealth, kiosk_health_of
from survey.wire.messages import link_text
from survey.wire.trouble import Trouble
from uplink.forwarder.log_inbox import LogSeen
from uplink.forwarder.moving import Told
from uplink.journal.home import KioskHome, read_status, write_status
from uplink.journal.reader import JournalReader
from uplink.journal.segments.frame import Entry


@dataclass(slots=True)
class Progress:
    """How it goes, for status and health."""

    connected: bool = False
    transport: str = ""
    trouble: Trouble | None = None
    """Why nothing goes out, or None."""
    confirmed: int = 0
    """The collector has confirmed everything up to here."""
    collector_at_ms: int = 0
    """The collector's clock in its latest receipt."""


def last_will() -> bytes:
    """Give the state the broker publishes when we vanish."""
    return canonical({"online": False})


class StatusBoard:
    """Writes the status file and makes the state's message. One thread uses it.

    `held` gives the versions of the settings and of the tickets' states that have arrived.
    """

    def __init__(
        self,
        home: KioskHome,
        reader: JournalReader,
        *,
        version: str,
        log_seen: Callable[[], LogSeen],
        held: Callable[[], tuple[int, int]],
        addresses: Callable[[], Told],
        certificate_ends_ms: int,
    ) -> None:
        self._home = home
        self._reader = reader
        self._version = version
        self._log_seen = log_seen
        self._held = held
        self._addresses = addresses
        self._certificate_ends_ms = certificate_ends_ms
        self._written: dict[str, object] = {}

    def state(self, progress: Progress, *, stream: str, online: bool = True) -> bytes:
        """Give the state message."""
        head = self._reader.head()
        fields: dict[str, object] = {"online": online, "health": self._health(progress, head).to_fields()}
        if head is not None and stream:
            fields["head"] = {
                "stream": stream,
                "seq": head.seq,
                "link": link_text(head.link),
                "signature": base64.b64encode(head.signature).decode(),
            }
        return canonical(fields)

    def write(self, progress: Progress, *, backlog: int, stick: str, now_up_ms: int) -> None:
        """Write the status file where something changed; it is not flushed, for it is worthless after a restart."""
        fields = {
            "connected": progress.connected,
            "transport": progress.transport,
            "trouble": progress.trouble.to_fields() if progress.trouble is not None else None,
            "backlog": backlog,
            "confirmed": progress.confirmed,
            "collector_at_ms": progress.collector_at_ms,
            "stick": stick,
            "certificate_ends_ms": self._certificate_ends_ms,
            "addresses": self._addresses().to_fields(),
            "log": self._log_seen().to_status(),
        }
        if fields == self._written:
            return
        self._written = fields
        write_status(self._home.uplink_status, fields | {"written_up_ms": now_up_ms})

    def backlog(self, progress: Progress) -> int:
        """Tell how many records the collector has not confirmed."""
        head = self._reader.head()
        return max(0, (head.seq if head is not None else 0) - progress.confirmed)

    def _health(self, progress: Progress, head: Entry | None) -> UplinkHealth:
        seen = self._log_seen()
        settings, tickets = self._held()
        addresses = self._addresses()
        return UplinkHealth(
            version=self._version,
            transport=progress.transport,
            backlog=max(0, (head.seq if head is not None else 0) - progress.confirmed),
            oldest_s=self._oldest_seconds(progress, head),
            sync=bool(head.get("sync")) if head is not None else False,
            damaged=self._home.quarantined(),
            disk_free_mb=shutil.disk_usage(self._home.path).free // 1_000_000,
            memory_kb=_resident_kb(),
            log_size=seen.size,
            log_root=seen.root,
            log_origin=seen.origin,
            log_policy=seen.policy,
            log_fork=seen.fork,
            log_refused=seen.refused,
            settings_held=settings,
            tickets_held=tickets,
            broker=addresses.broker,
            collector=addresses.collector,
            address_refused=addresses.refused,
            address_why=addresses.why,
            kiosk=kiosk_health_of(read_status(self._home.kiosk_status) or None),
        )

    def _oldest_seconds(self, progress: Progress, head: Entry | None) -> int:
        """Tell how long the oldest unconfirmed record of this boot has been waiting."""
        if head is None or head.seq <= progress.confirmed:
            return 0
        oldest = self._reader.read_aside(progress.confirmed + 1)
        if oldest is None or oldest.get("boot") != head.get("boot"):
            return -1  # older than this boot
        began, ended = oldest.get("up_ms"), head.get("up_ms")
        return (ended - began) // 1_000 if isinstance(began, int) and isinstance(ended, int) else -1


def _resident_kb() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
