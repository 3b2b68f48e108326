"""`ikm-kiosk uplink`: the process that carries records to the collector."""

import argparse
import logging
import os
import time

from kiosk.commands import add_place, place_of
from kiosk.errors import IdentityUnreadable, KioskError
from kiosk.watch.folders import mounts, require_enrolled
from uplink.errors import IdentityError, UplinkError
from uplink.forwarder.app import main
from uplink.forwarder.notify import notify
from uplink.journal.enrolment import load_enrolment

_LOOK_SECONDS = 3.0

log = logging.getLogger(__name__)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    try:
        _look(options)
    except KioskError as error:
        if error.obstacle is None or not os.environ.get("NOTIFY_SOCKET"):
            raise
        return _wait(error, options)
    config, home = place_of(options)
    try:
        return main(home, config.uplink)
    except UplinkError as error:
        raise KioskError(str(error)) from error


def _look(options: argparse.Namespace) -> None:
    """Make sure that there is something to carry, and somebody to carry it to.

    Raises:
        KioskError: there is not, yet.
    """
    _, home = place_of(options)
    require_enrolled(home)
    try:
        load_enrolment(home)
    except IdentityError as error:
        raise IdentityUnreadable(str(error)) from error


def _wait(reason: KioskError, options: argparse.Namespace) -> int:
    """Wait under systemd until anything has changed, with one line in the log; systemd then starts a fresh process.

    This one could not write what was mounted or made after it began.
    """
    log.warning("%s; waiting", reason)
    notify(f"READY=1\nSTATUS=waiting: {reason}")
    seen = mounts()
    while mounts() == seen:
        notify("WATCHDOG=1")
        time.sleep(_LOOK_SECONDS)
        try:
            _look(options)
        except KioskError as error:
            if str(error) == str(reason):
                continue
        break
    return 0
