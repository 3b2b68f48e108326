"""`ikm-kiosk run`: the kiosk itself."""

import argparse
import gc
import os
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from kiosk.app import run
from kiosk.commands import add_place, place_of
from kiosk.config import Config, screen_of
from kiosk.device import open_device
from kiosk.errors import KioskError, NotEnrolled, Revoked
from kiosk.fitted.opening import make_debouncer, open_panel, open_window
from kiosk.watch.folders import require_enrolled, require_good_key

if TYPE_CHECKING:
    from kiosk.desk.entry import Entry
    from kiosk.draw.window import Window


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument(
        "--simulate",
        action="store_true",
        help="without pins: keys 1-4 are the buttons, the mouse is the finger",
    )
    parser.add_argument("--fullscreen", action="store_true", help="fill the screen, also with --simulate")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    try:
        config, home = place_of(options)
        return run(home, config, simulate=options.simulate, windowed=_windowed(options))
    except KioskError as error:
        if error.obstacle is None:
            raise
        reason = error
    return _wait(reason, options)


def _wait(reason: KioskError, options: argparse.Namespace) -> int:
    """Show what keeps the kiosk from serving until that changes; without any screen the reason itself is raised."""
    gc.enable()
    from kiosk.watch.standby import stand_by  # noqa: PLC0415 - a kiosk in service never needs it
    from kiosk.watch.watchdog import Watchdog  # noqa: PLC0415 - likewise

    config = Config(screen=screen_of(options.config))
    try:
        display = open_window(
            config, title="ikm-kiosk", windowed=_windowed(options), keys_press=options.simulate
        )
    except KioskError:
        raise reason from None
    with ExitStack() as opened:
        opened.callback(display.close)
        attendant = _attend(options, display, opened) if isinstance(reason, NotEnrolled | Revoked) else None
        changed = stand_by(reason, display, Watchdog(), look=partial(_look, options), attendant=attendant)
    if changed and not os.environ.get("NOTIFY_SOCKET"):
        return _act(options)  # no systemd that would start us anew
    return 0


def _attend(options: argparse.Namespace, display: "Window", opened: ExitStack) -> "Entry":
    """Let staff type the code here, by finger and by the buttons where there are any."""
    from hardware.simulator import SimulatedPanel  # noqa: PLC0415 - as above
    from hardware.wifi import Wifi  # noqa: PLC0415 - as above
    from kiosk.desk.entry import Entry  # noqa: PLC0415 - as above
    from kiosk.watch.typed import enrol_with, known_address  # noqa: PLC0415 - as above

    config, home = place_of(options)
    try:
        panel = open_panel(config, simulate=options.simulate)
    except KioskError:  # a screen to touch is enough
        panel = SimulatedPanel()
    opened.callback(panel.close)
    panel.wake_with(display.wake)
    return Entry(
        enrol_with(home),
        panel=panel,
        debouncer=make_debouncer(config, panel),
        wifi=Wifi(),
        address=known_address(home),
        home=home,
    )


def _look(options: argparse.Namespace) -> None:
    """Try everything that must be there before the kiosk can serve.

    Raises:
        KioskError: something is not.
    """
    config, home = place_of(options)
    require_enrolled(home)
    require_good_key(home)
    open_panel(config, simulate=options.simulate).close()
    with open_device(home, config):
        pass


def _windowed(options: argparse.Namespace) -> bool:
    return bool(options.simulate and not options.fullscreen)
