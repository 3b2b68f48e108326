"""`ikm-kiosk simulate`: visitors without a screen."""

import argparse

from kiosk.commands import add_place, place_of
from kiosk.rehearsal.simulation import add_arguments, main


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    add_arguments(parser)
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    config, home = place_of(options)
    return main(options, config, home)
