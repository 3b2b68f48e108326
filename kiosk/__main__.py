"""`ikm-kiosk`: the commands of the device. Each loads only what it needs."""

import argparse
import gc
import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from kiosk import __version__
from kiosk.errors import EXIT_FAULT, KioskError

_DESCRIPTION = """\
The satisfaction kiosk. Two programs run on a device: `run` (screen, buttons, journal; no network) and `uplink`
(the way to the collector; no signing key). The other commands set up, look at and try out a kiosk.
"""

COMMANDS = {
    "run": "show the kiosk on this machine's screen",
    "uplink": "carry records to the collector",
    "enrol": "make this machine a kiosk, with a one-time code from the collector",
    "simulate": "play visitors, invented or from a file",
    "pin": "set the PIN of the staff screen",
    "fit": "say what this kiosk is built of, or show what there is to choose from",
    "doctor": "check everything that can be wrong with this kiosk, with a remedy for each",
    "screens": "draw a picture of every screen in every size and language",
    "visit-graph": "draw the graph of a visit, as it stands in docs/visit-graph.md",
    "texts": "make a sheet for whoever checks a translation, and a catalogue of what comes back",
    "status": "show what is in the journal and what the collector has confirmed",
    "send": "send everything now, over whatever network there is, and say when it is done",
    "verify": "check the journal from end to end and say what is wrong with it",
    "export": "carry records out on a USB stick, and take the collector's receipts back",
    "demo": "run broker, collector and a simulated kiosk on this machine",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    options = _parse(sys.argv[1:] if arguments is None else list(arguments))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    try:
        return int(options.act(options))
    except KioskError as error:
        print(f"ikm-kiosk: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_FAULT


def _parse(arguments: list[str]) -> argparse.Namespace:
    first = arguments[0] if arguments else ""
    # What is loaded on the way to the first picture stays: looking through it again and again would be felt.
    if first == "run":
        gc.disable()
    # A parser a command would be felt at the start.
    parser, commands = make_parser([first] if first in COMMANDS else list(COMMANDS))
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    if wanted in commands:  # the other commands' modules stay unloaded
        import_module(f"kiosk.commands.{wanted.replace('-', '_')}").add_to(commands[wanted])
    return parser.parse_args(arguments)


def make_parser(names: Sequence[str]) -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Make the parser of the program, and those of some commands, yet without their options."""
    parser = argparse.ArgumentParser(
        prog="ikm-kiosk", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"ikm-kiosk {__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", help="`ikm-kiosk COMMAND --help` says more"
    )
    made = {}
    for name in names:
        summary = COMMANDS[name]
        made[name] = commands.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
    return parser, made


if __name__ == "__main__":
    sys.exit(main())
