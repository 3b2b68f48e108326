"""`ikm-kiosk send`: everything to the collector now, as over a phone that shares its network for a few minutes."""

import argparse
import time

from kiosk.commands import add_place, place_of
from kiosk.errors import EXIT_FAULT
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.watch.sending import Sending, Sent

_LOOK_SECONDS = 1.0


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument(
        "--minutes", type=float, default=10.0, metavar="N", help="give up after so many minutes (default: 10)"
    )
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    _, home = place_of(options)
    sending = Sending(home)
    sending.ask()
    end = time.monotonic() + options.minutes * 60
    said = ""
    while True:
        sent = sending.look()
        if sent.done:
            print("everything is with the collector: the phone may go")
            return 0
        if (words := _words(sent)) != said:
            print(words, flush=True)
            said = words
        if time.monotonic() >= end:
            print("not all of it went out; nothing is lost, and the kiosk goes on trying by itself")
            return EXIT_FAULT
        time.sleep(_LOOK_SECONDS)


def _words(sent: Sent) -> str:
    if sent.connected:
        return f"{sent.waiting} records to go"
    why = f" ({trouble_words(sent.trouble, Texts('en'))})" if sent.trouble is not None else ""
    return f"{sent.waiting} records wait for a network{why}"
