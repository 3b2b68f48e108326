"""`ikm-kiosk verify`: is the journal all there, in order, unaltered and of this kiosk?"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from kiosk.commands import add_place, place_of
from kiosk.errors import KioskError
from uplink.errors import UplinkError
from uplink.journal.verify import verify


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument("--journal", type=Path, metavar="DIR", help="examine a journal's folder by itself")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    _, home = place_of(options)
    try:
        verdict = verify(options.journal or home)
    except UplinkError as error:
        raise KioskError(str(error)) from error
    print(
        json.dumps(asdict(verdict) | {"clean": verdict.clean})
        if options.json
        else "\n".join(verdict.sentences())
    )
    return 0 if verdict.clean else 1
