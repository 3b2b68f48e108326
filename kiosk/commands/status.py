"""`ikm-kiosk status`: what is in the journal, and what the collector has confirmed."""

import argparse

from kiosk.commands import add_place, place_of
from kiosk.watch.status import look


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    _, home = place_of(options)
    status = look(home)
    print(status.to_json() if options.json else "\n".join(status.lines()))
    return 0
