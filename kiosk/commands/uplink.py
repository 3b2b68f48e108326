"""`ikm-kiosk uplink`: the process that carries records to the collector."""

import argparse

from kiosk.commands import add_place, place_of
from kiosk.errors import KioskError
from uplink.errors import UplinkError
from uplink.forwarder.app import main


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    config, home = place_of(options)
    try:
        return main(home, config.uplink)
    except UplinkError as error:
        raise KioskError(str(error)) from error
