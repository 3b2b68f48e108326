"""`ikm-kiosk pin`: set the PIN of the staff screen."""

import argparse
import sys
from pathlib import Path

from kiosk.commands import add_place, place_of
from kiosk.desk.pin import PinError, ask_for_pin, set_pin
from kiosk.device import load_identity


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument(
        "--pin-file", type=Path, metavar="FILE", help="read the PIN from a file instead of the terminal"
    )
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    _, home = place_of(options)
    load_identity(home)
    set_pin(home, read_pin(options.pin_file))
    print("the PIN of the staff screen is set")
    return 0


def read_pin(file: Path | None) -> str:
    """Read a PIN from a file, or ask for it at the terminal; never from an argument, which others can see.

    Raises:
        PinError: the file cannot be read, or there is no terminal to ask at.
    """
    if file is not None:
        try:
            return file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise PinError(f"no PIN can be read from {file}: {error}") from error
    if not sys.stdin.isatty():
        raise PinError("there is no terminal to ask for the PIN at: name a file with --pin-file")
    return ask_for_pin()
