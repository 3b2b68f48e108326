"""`ikm-kiosk run`: the kiosk itself."""

import argparse

from kiosk.app import run
from kiosk.commands import add_place, place_of


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
    config, home = place_of(options)
    return run(home, config, simulate=options.simulate, windowed=options.simulate and not options.fullscreen)
