"""`ikm-kiosk export DIR`: carry out what the collector has not confirmed, and take its receipts back."""

import argparse
from pathlib import Path

from kiosk.commands import add_place, place_of
from kiosk.errors import KioskError
from kiosk.watch.visits import visits_among
from uplink.errors import UplinkError
from uplink.forwarder.carry_out import export, take_back


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument("folder", type=Path, metavar="DIR", help="a mounted USB stick, or any folder")
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    _, home = place_of(options)
    try:
        if options.folder.is_dir():
            taken = take_back(home, options.folder)
            if taken.news:
                print(f"receipts taken back: the collector has everything up to record {taken.confirmed}")
        exported = export(home, options.folder)
        visits = visits_among(home, exported.first, exported.last)
    except UplinkError as error:
        raise KioskError(str(error)) from error
    if exported.folder is None:
        print("nothing to carry: the collector has confirmed every record")
    else:
        print(
            f"{visits} visits in {exported.records} records, {exported.first} to {exported.last}, are in {exported.folder}; "
            "hand the whole folder to the centre"
        )
    return 0
