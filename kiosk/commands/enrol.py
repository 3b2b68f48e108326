"""`ikm-kiosk enrol`: exchange a one-time code for an identity."""

import argparse

from kiosk.commands import add_place, place_of
from kiosk.errors import KioskError
from uplink.enrol import enrol
from uplink.errors import UplinkError


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("code", metavar="CODE", help="the code that `ikm-collector enrol` printed")
    parser.add_argument("--collector", required=True, metavar="URL", help="the collector's address")
    add_place(parser)
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    _, home = place_of(options)
    try:
        enrolment = enrol(options.code, options.collector, home)
    except UplinkError as error:
        raise KioskError(str(error)) from error
    print(f"this machine is now the kiosk {enrolment.kiosk} of {enrolment.unit.name}")
    return 0
