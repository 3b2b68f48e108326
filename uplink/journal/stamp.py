"""Clocks that stamp records on a device that may not know the time.

`SystemClock` never waits and never guesses: it says which boot it is, how long that has lasted, what the wall clock
shows and whether that is trusted: because a time daemon says so, or because a fresh receipt of the collector does.
`ManualClock` is for simulation, where the caller sets the time.
"""

import ctypes
import json
import logging
import secrets
import time
from pathlib import Path
from typing import Protocol

from survey.record.bodies import ClockNews
from survey.record.record import Stamp
from uplink.journal.segments.files import replace_file
from uplink.journal.segments.folder import JournalFolder

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIMESYNC = Path("/run/systemd/timesync/synchronized")
_CHECK_EVERY_MS = 1_000
_JUMP_MS = 2_000  # smaller corrections need no record of their own; the next record states the clock anew
_HINT_WIDTH_MS = 4_000  # a receipt that took longer says too little
_STA_UNSYNC = 0x40
_GOOD_MAXERROR_US = 1_000_000

log = logging.getLogger(__name__)


class Clock(Protocol):
    """What the journal's writer and the kiosk ask of a clock."""

    def stamp(self) -> Stamp:
        """Give the stamp of something that happens now."""
        ...

    def news(self) -> ClockNews | None:
        """Give what became known of the clock since the last call; called about once a second."""
        ...

    def hint(self, at_ms: int, *, after_up_ms: int) -> None:
        """Take note of the collector's clock: it showed `at_ms` some time after `after_up_ms` of this boot."""
        ...


class SystemClock:
    """The machine's clocks. `folder` is the journal's: the count of boots is kept there.

    `last_boot` is the highest boot number the journal knows; this boot gets a higher one, unless this process was
    merely started again in the same boot.
    """

    def __init__(self, folder: Path, *, last_boot: int = 0) -> None:
        self._boot = _count_boot(JournalFolder(folder).boots, last_boot)
        self._checked_up_ms = -_CHECK_EVERY_MS
        self._daemon_trusted = False
        self._hinted_start_ms: int | None = None
        self._told: tuple[int, bool] | None = None

    @property
    def boot(self) -> int:
        """Number of this boot in the stream."""
        return self._boot

    @property
    def trusted(self) -> bool:
        """Whether stamps made now carry a trusted time."""
        return self._check_daemon(_up_ms()) or self._hinted_start_ms is not None

    def stamp(self) -> Stamp:
        """Give the stamp of something that happens now."""
        up_ms, at_ms = _both_clocks()
        if self._check_daemon(up_ms):
            return Stamp(boot=self._boot, up_ms=up_ms, at=at_ms, sync=True)
        if self._hinted_start_ms is not None:
            return Stamp(boot=self._boot, up_ms=up_ms, at=self._hinted_start_ms + up_ms, sync=True)
        return Stamp(boot=self._boot, up_ms=up_ms, at=at_ms, sync=False)

    def now_ms(self) -> int:
        """Give the best wall time, in milliseconds since 1970 UTC."""
        return self.stamp().at or 0

    def news(self) -> ClockNews | None:
        """Tell once when the clock became trusted, and when a trusted clock was set."""
        stamp = self.stamp()
        start_ms = (stamp.at or 0) - stamp.up_ms
        told, self._told = self._told, (start_ms, stamp.sync)
        source = "ntp" if self._daemon_trusted else "receipt"
        if stamp.sync and (told is None or not told[1]):
            return ClockNews(source=source, reason="sync")
        if stamp.sync and told is not None and abs(told[0] - start_ms) > _JUMP_MS:
            return ClockNews(source=source, reason="jump", was_ms=told[0] + stamp.up_ms)
        return None

    def hint(self, at_ms: int, *, after_up_ms: int) -> None:
        """Take note of the collector's clock: it showed `at_ms` between `after_up_ms` of this boot and now."""
        now_up_ms = _up_ms()
        width = now_up_ms - after_up_ms
        if not 0 <= width <= _HINT_WIDTH_MS:
            return
        start_ms = at_ms - after_up_ms - width // 2
        if self._hinted_start_ms is None or abs(self._hinted_start_ms - start_ms) > _HINT_WIDTH_MS:
            self._hinted_start_ms = start_ms

    def _check_daemon(self, up_ms: int) -> bool:
        if up_ms - self._checked_up_ms >= _CHECK_EVERY_MS:
            self._checked_up_ms = up_ms
            self._daemon_trusted = is_synchronised()
        return self._daemon_trusted


class ManualClock:
    """A clock that stands where it is put: for simulation and tests."""

    def __init__(self, at_ms: int, *, boot: int = 1, up_ms: int = 0, sync: bool = True) -> None:
        self.at_ms = at_ms
        self.boot = boot
        self.up_ms = up_ms
        self.sync = sync
        self._told_sync = False

    def stamp(self) -> Stamp:
        """Give the stamp of something that happens now."""
        return Stamp(boot=self.boot, up_ms=self.up_ms, at=self.at_ms, sync=self.sync)

    def now_ms(self) -> int:
        """Give the wall time it shows."""
        return self.at_ms

    def set(self, at_ms: int) -> None:
        """Go to a wall time; going forwards lets as much boot time pass, going backwards lets none."""
        self.advance(max(0, at_ms - self.at_ms))
        self.at_ms = at_ms

    def advance(self, elapsed_ms: int) -> None:
        """Let time pass."""
        self.at_ms += elapsed_ms
        self.up_ms += elapsed_ms

    def jump(self, by_ms: int) -> None:
        """Set the wall clock without time passing."""
        self.at_ms += by_ms

    def reboot(self, *, at_ms: int, sync: bool) -> None:
        """Begin a new boot whose wall clock shows `at_ms`."""
        self.boot += 1
        self.up_ms, self.at_ms, self.sync, self._told_sync = 0, at_ms, sync, False

    def news(self) -> ClockNews | None:
        """Tell once a boot when the clock is trusted."""
        if self.sync and not self._told_sync:
            self._told_sync = True
            return ClockNews(source="ntp", reason="sync")
        return None

    def hint(self, at_ms: int, *, after_up_ms: int) -> None:
        """Ignore it: this clock knows."""


def boot_time_ms() -> int:
    """Give CLOCK_BOOTTIME in milliseconds; it goes on during suspend and is the same in every process."""
    return _up_ms()


def _up_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _both_clocks() -> tuple[int, int]:
    """Read both clocks at the same moment: again, where the reader was interrupted in between."""
    for _ in range(3):
        before = _up_ms()
        at_ms = time.time_ns() // 1_000_000
        up_ms = _up_ms()
        if up_ms - before <= 5:
            break
    return up_ms, at_ms


def _count_boot(path: Path, last_boot: int) -> int:
    try:
        boot_id = _BOOT_ID.read_text().strip()
    except OSError:  # hidden by a sandbox: then every start counts as a boot of its own
        boot_id = secrets.token_hex(16)
    number = last_boot
    try:
        fields = json.loads(path.read_bytes())
        known_id, known = str(fields["boot_id"]), int(fields["boot"])
        if known_id == boot_id and known >= last_boot:
            return known
        number = max(known, last_boot)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the count of boots in %s is damaged (%s); going on from the journal's", path, error)
    number += 1
    try:
        replace_file(path, json.dumps({"boot_id": boot_id, "boot": number}).encode())
    except OSError as error:
        log.warning("the count of boots cannot be kept: %s", error)
    return number


class _Timex(ctypes.Structure):
    """The beginning of the kernel's `struct timex`, and room for the rest of it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def is_synchronised() -> bool:
    """Tell whether a time daemon vouches for this machine's clock."""
    return _TIMESYNC.exists() or _kernel_says_synchronised()


def _kernel_says_synchronised() -> bool:
    """Ask the kernel, for time daemons that leave no file behind (chrony, ntpd)."""
    state = _Timex()
    try:
        result = ctypes.CDLL(None).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        return False
    return result >= 0 and not state.status & _STA_UNSYNC and 0 < state.maxerror < _GOOD_MAXERROR_US
