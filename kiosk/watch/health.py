"""How the kiosk is, as plain facts: for the staff screen, the status file and the doctor."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from hardware.board import Battery, Facts, look
from kiosk.show.surroundings import StaffMark
from kiosk.watch.log import LogWatched, watched
from survey.wire.health import MAX_TROUBLES, KioskHealth
from survey.wire.trouble import Trouble, trouble, trouble_of
from uplink.journal.home import KioskHome, read_status
from uplink.journal.written import WriterState

log = logging.getLogger(__name__)

_STALE_UP_MS = 30_000  # the uplink writes its status when something changes, and looks every two seconds
HOT_C, VERY_HOT_C = 70.0, 80.0
LOW_BATTERY_PERCENT = 20
FULL_PERCENT, VERY_FULL_PERCENT = 85, 95
SLOW_WRITE_MS = 500.0
SETTLING_SECONDS = 900.0
"""So long after its start a kiosk without network or time is nothing to speak of."""
CERTIFICATE_DAYS = 30
"""Before so many days staff is told: a new enrolment needs somebody at the centre."""
_DAY_MS = 86_400_000
YEAR_9999_MS = 253_370_764_800_000


class Health(NamedTuple):
    """One look at everything that matters to whoever keeps the kiosk going."""

    journal: WriterState
    board: Facts | None
    uplink: Mapping[str, object]
    """The uplink's own words; empty where it has not run."""
    clock_trusted: bool
    stuck: tuple[int, ...] = ()
    picture_fault: Trouble | None = None
    touch_fault: Trouble | None = None
    speech_fault: Trouble | None = None
    microphone_fault: Trouble | None = None
    case_fault: Trouble | None = None
    last_error: Trouble | None = None
    """Why the latest record was not kept."""
    version: str = ""
    settings_version: int = 0
    settings_refused: str = ""
    screen: str = ""
    """The step of the visit that is shown."""
    heard: datetime | None = None
    """When the collector was heard of last, in local time: by its own clock, or at enrolment by ours."""
    silent_seconds: float = 0.0
    """How long ago that was, by a clock that may be wrong."""
    visits_today: int = 0
    """Since midnight, or since the start where that was later."""
    certificate_days: int | None = None
    """How long the certificate that the broker wants is still good; None where that is not known."""
    waiting: tuple[tuple[str, int], ...] = ()
    """How many wait at which counter, as a band."""
    settled: bool = False
    """The kiosk has run long enough to have a network and the time."""

    @property
    def offline(self) -> bool:
        """Nothing goes out."""
        return not self.uplink.get("connected") or trouble_of(self.uplink.get("trouble")) is not None

    @property
    def battery(self) -> Battery | None:
        """Give the battery, where one is measured."""
        return self.board.battery if self.board is not None else None

    @property
    def log(self) -> LogWatched:
        """What was seen of the collector's log."""
        return watched(self.uplink)

    def mark(self, *, up_seconds: float, offline_seconds: float) -> StaffMark | None:
        """Give the word to staff for the idle screen; of network and clock not before a fresh start has had the time to connect."""
        if self.log.alarm:  # at once: the collector may keep it to itself
            return StaffMark(offline=False, log=self.log.alarm)
        if up_seconds < SETTLING_SECONDS:
            return None
        if self.offline and self.journal.waiting and self.silent_seconds > offline_seconds:
            return StaffMark(offline=True, since=self.heard)
        return None if self.clock_trusted else StaffMark(offline=False)

    def troubles(self) -> list[Trouble]:
        """Name what is wrong, most serious first, each once."""
        found = [self.journal.trouble, self.journal.notice, self.log.trouble()]
        found.append(trouble_of(self.uplink.get("trouble")))
        if self.stuck:
            found.append(trouble("buttons_stuck", buttons=", ".join(map(str, self.stuck))))
        found += [self.picture_fault, self.touch_fault, self.case_fault]
        if self.board is not None and self.board.under_voltage:
            found.append(trouble("weak_power"))
        if self.battery is not None and is_low(self.battery):
            found.append(trouble("battery_low", percent=self.battery.percent))
        if self.settings_refused:
            found.append(trouble("settings_refused", version=self.settings_version))
        found += [self.last_error, self.speech_fault, self.microphone_fault]
        if self.certificate_days is not None and self.certificate_days < CERTIFICATE_DAYS:
            found.append(trouble("certificate_ends", days=max(0, self.certificate_days)))
        found.append(address_trouble(self.uplink))
        if not self.clock_trusted and self.settled:
            found.append(trouble("clock_unknown"))
        return list(dict.fromkeys(told for told in found if told is not None))[:MAX_TROUBLES]

    def told(self) -> KioskHealth:
        """Give what the uplink passes on to the collector: small, without anything personal."""
        board = self.board
        celsius = board.temperature_c if board is not None else None
        return KioskHealth(
            version=self.version,
            screen=self.screen,
            accepting=self.journal.accepting,
            write_ms_p99=self.journal.write_ms_p99,
            stuck=self.stuck,
            troubles=tuple(self.troubles()),
            settings=self.settings_version,
            disk_used_percent=board.disk_used_percent if board is not None else None,
            temperature_c=round(celsius) if celsius is not None else None,
            was_under_voltage=board.was_under_voltage if board is not None else None,
            battery_percent=self.battery.percent if self.battery is not None else None,
            battery_used=self.battery.draining if self.battery is not None else None,
            waiting=self.waiting,
        )


def is_low(battery: Battery) -> bool:
    """Tell whether the kiosk will soon stand still."""
    return battery.draining and battery.percent < LOW_BATTERY_PERCENT


def address_trouble(uplink: Mapping[str, object]) -> Trouble | None:
    """Give the new address of broker or collector that is not used, by the uplink's own words; None where there is none."""
    told = uplink.get("addresses")
    refused, why = (told.get("refused"), told.get("why")) if isinstance(told, dict) else ("", "")
    if not isinstance(refused, str) or not refused or not isinstance(why, str):
        return None
    return trouble("address_refused", address=refused[:200], why=why[:64])


def road_words(uplink: Mapping[str, object]) -> str:
    """Say in the console's language where the road in use leads to; nothing where that is not known."""
    told = uplink.get("addresses")
    used = (
        told.get("broker" if uplink.get("transport") == "mqtt" else "collector")
        if isinstance(told, dict)
        else ""
    )
    return f" to {used}" if isinstance(used, str) and used else ""


def certificate_days(uplink: Mapping[str, object], *, now_ms: int | None) -> int | None:
    """Give how many days the kiosk's certificate is still good, by what the uplink has read of it."""
    ends = uplink.get("certificate_ends_ms")
    if not isinstance(ends, int) or not 0 < ends < YEAR_9999_MS or now_ms is None:
        return None
    return (ends - now_ms) // _DAY_MS


def board_facts(home: Path) -> Facts | None:
    """Look at the board; None where even the disk cannot be asked."""
    try:
        return look(home)
    except OSError as error:
        log.warning("the disk of %s cannot be asked: %s", home, error)
        return None


def heard_at(
    home: Path, uplink: Mapping[str, object], *, now_ms: int, zone: tzinfo
) -> tuple[datetime, float]:
    """Tell when the collector was heard of last, and how many seconds ago that was.

    Before its first receipt it was heard of at enrolment.
    """
    told = uplink.get("collector_at_ms")
    at_ms = told if isinstance(told, int) and 0 < told < YEAR_9999_MS else 0
    if not at_ms:
        with suppress(OSError):
            at_ms = KioskHome(home).enrolment.stat().st_mtime_ns // 1_000_000
    return datetime.fromtimestamp(at_ms / 1000, zone), max(0.0, (now_ms - at_ms) / 1000)


def uplink_words(home: Path, *, up_ms: Callable[[], int]) -> dict[str, object]:
    """Read the uplink's status file; a status from before this boot says nothing."""
    words = read_status(KioskHome(home).uplink_status)
    written = words.get("written_up_ms")
    if isinstance(written, int) and written > up_ms() + _STALE_UP_MS:
        return {}
    return words
