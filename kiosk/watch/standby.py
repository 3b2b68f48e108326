"""Waiting to go into service: the reason on the screen, systemd told that all is as it should be, and a look now and then.

What was mended may need a fresh process: other groups, other packages, and above all another view of the file systems, for
systemd gives a unit its mounts when it starts. So nothing is repaired in here. As soon as a look finds anything else than
the trouble on the screen, the waiting is over and the program starts anew.
"""

import logging
import os
import signal
import time
from collections.abc import Callable

from hardware.board import addresses
from kiosk import __version__
from kiosk.errors import KioskError, Obstacle
from kiosk.ports import Display
from kiosk.show.standby import Machine, standby_view
from kiosk.show.texts import Texts
from kiosk.show.views import Quit
from kiosk.watch.folders import mounts
from kiosk.watch.watchdog import Watchdog

LOOK_SECONDS, SELDOM_SECONDS = 3.0, 30.0
_CHEAP = frozenset({Obstacle.NOT_ENROLLED, Obstacle.NOT_MOUNTED, Obstacle.CONFIGURATION})
"""One file tells whether these are still there."""
_FRAME_SECONDS = 1.0

log = logging.getLogger(__name__)


def stand_by(
    error: KioskError,
    display: Display,
    watchdog: Watchdog,
    *,
    look: Callable[[], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> bool:
    """Show why the kiosk does not serve until that changes; False when somebody stopped it.

    `look` raises what would keep the kiosk from serving now.
    """
    stopped: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda number, _frame: stopped.append(number))
    try:
        return _wait(
            error, display, watchdog, changed_since(error, look), stopped=stopped, monotonic=monotonic
        )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(
    error: KioskError,
    display: Display,
    watchdog: Watchdog,
    changed: Callable[[], bool],
    *,
    stopped: list[int],
    monotonic: Callable[[], float],
) -> bool:
    log.error("not in service: %s", error)
    every = LOOK_SECONDS if error.obstacle in _CHEAP else SELDOM_SECONDS
    looks_at = monotonic() + every
    display.show(standby_view(error, machine(), Texts()))
    watchdog.ready(f"not in service: {error}")
    while not stopped:
        if any(isinstance(given, Quit) for given in display.events(_FRAME_SECONDS)):
            break
        now = monotonic()
        watchdog.ping(now)
        if now >= looks_at:
            looks_at = now + every
            display.show(standby_view(error, machine(), Texts()))  # a cable may have been plugged in
            if changed():
                log.info("this has changed: starting anew")
                return True
    watchdog.stopping()
    return False


def changed_since(error: KioskError, look: Callable[[], None]) -> Callable[[], bool]:
    """Give what tells whether anything but this error would come now."""
    seen = mounts()

    def changed() -> bool:
        if error.obstacle is Obstacle.NOT_MOUNTED and mounts() != seen:
            return True
        try:
            look()
        except KioskError as now:
            return str(now) != str(error)
        return True

    return changed


def machine() -> Machine:
    """Look at this machine."""
    return Machine(name=os.uname().nodename, version=__version__, addresses=addresses())
