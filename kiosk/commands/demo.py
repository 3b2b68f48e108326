"""`ikm-kiosk demo`: the whole product on one machine."""

import argparse

from kiosk.rehearsal.demo import add_arguments, main


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_arguments(parser)
    parser.set_defaults(act=main)
