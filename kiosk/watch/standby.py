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
from typing import Protocol

from hardware.board import addresses
from kiosk import __version__
from kiosk.errors import KioskError, NotEnrolled, Obstacle
from kiosk.ports import Display
from kiosk.show.standby import Machine, standby_view
from kiosk.show.texts import Texts
from kiosk.show.views import Input, NoticeView, Quit, View
from kiosk.watch.folders import mounts
from kiosk.watch.watchdog import Watchdog

LOOK_SECONDS, SELDOM_SECONDS = 3.0, 30.0
_SELDOM = frozenset({Obstacle.NO_BUTTONS, Obstacle.JOURNAL, Obstacle.IDENTITY})
"""To look whether these are still there costs more than reading a file or two."""
_FRAME_SECONDS = 1.0

log = logging.getLogger(__name__)


class Attendant(Protocol):
    """What staff can do meanwhile."""

    def take(self, given: Input, now: float) -> None:
        """Take what came from the screen."""
        ...

    def step(self, now: float) -> None:
        """Take what the buttons did, and let time pass."""
        ...

    def wait(self, now: float) -> float:
        """Give how long the next input may be waited for."""
        ...

    def view(self, notice: NoticeView, *, connected: bool, texts: Texts) -> View:
        """Give the notice with what can be done, or what is being done."""
        ...


def stand_by(
    error: KioskError,
    display: Display,
    watchdog: Watchdog,
    *,
    look: Callable[[], None],
    attendant: Attendant | None = None,
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
            error,
            display,
            watchdog,
            still_waits(look),
            attendant=attendant,
            stopped=stopped,
            monotonic=monotonic,
        )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(
    error: KioskError,
    display: Display,
    watchdog: Watchdog,
    still: Callable[[KioskError], KioskError | None],
    *,
    attendant: Attendant | None,
    stopped: list[int],
    monotonic: Callable[[], float],
) -> bool:
    log.error("not in service: %s", error)
    every = SELDOM_SECONDS if error.obstacle in _SELDOM else LOOK_SECONDS
    looks_at = monotonic() + every
    seen, texts = machine(), Texts()

    def show() -> None:
        notice = standby_view(error, seen, texts)
        if attendant is None:
            display.show(notice)
        else:
            display.show(attendant.view(notice, connected=bool(seen.addresses), texts=texts))

    show()
    watchdog.ready(f"not in service: {error}")
    while not stopped:
        given = display.events(_FRAME_SECONDS if attendant is None else attendant.wait(monotonic()))
        if any(isinstance(one, Quit) for one in given):
            break
        now = monotonic()
        watchdog.ping(now)
        if attendant is not None:
            for one in given:
                attendant.take(one, now)
            attendant.step(now)
            show()
        if now >= looks_at:
            looks_at = now + every
            found = still(error)
            if found is None:
                log.info("this has changed: starting anew")
                return True
            if str(found) != str(error):
                log.error("not in service: %s", found)
                watchdog.ready(f"not in service: {found}")
            error, seen = found, machine()  # a cable may have been plugged in
            show()
    watchdog.stopping()
    return False


def still_waits(look: Callable[[], None]) -> Callable[[KioskError], KioskError | None]:
    """Give what tells whether there is only this error to wait for; None once anything else would come now.

    A machine that is not enrolled goes on waiting while one try to enrol it fails in this way and the next in that.
    """
    seen = mounts()

    def still(error: KioskError) -> KioskError | None:
        if error.obstacle is Obstacle.NOT_MOUNTED and mounts() != seen:
            return None
        try:
            look()
        except KioskError as now:
            both = isinstance(error, NotEnrolled) and isinstance(now, NotEnrolled)
            return now if both or str(now) == str(error) else None
        return None

    return still


def machine() -> Machine:
    """Look at this machine."""
    return Machine(name=os.uname().nodename, version=__version__, addresses=addresses())
