"""`ikm-kiosk enrol`: exchange a one-time code for an identity, and set the PIN of the staff screen."""

import argparse
import fcntl
import os
import pwd
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kiosk.commands import add_place, place_of
from kiosk.commands.pin import read_pin
from kiosk.desk.pin import has_pin, set_pin
from kiosk.errors import ConfigurationError, KioskError
from kiosk.watch import folders, lives
from kiosk.watch.tried import tell, tried_of
from kiosk.watch.typed import is_address
from uplink.errors import UplinkError
from uplink.forwarder.enrol import enrol
from uplink.journal.enrolment import Enrolment
from uplink.journal.identity import Identity


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "code",
        metavar="CODE",
        help="the code that `ikm-collector enrol` printed; `-` reads it from standard input, where nobody else can see it",
    )
    parser.add_argument("--collector", required=True, metavar="URL", help="the collector's address")
    parser.add_argument("--pin-file", type=Path, metavar="FILE", help="read the staff's PIN from a file")
    add_place(parser)
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    _, home = place_of(options)
    collector = _address(options.collector)
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()  # not below another program, such as the demo
    wanted = options.pin_file is not None or at_terminal
    pin = read_pin(options.pin_file) if wanted else ""  # before the code is spent
    code = sys.stdin.readline() if options.code == "-" else options.code
    known = folders.users()
    folders.make(home, known)
    try:
        with _alone(home):
            begun = lives.begin(home, known)
            spent = begun is None
            enrolment, former = begun or _enrol(code, collector, home, known)
    except UplinkError as error:
        tell(tried_of(error))
        raise KioskError(str(error)) from error
    tell(None)
    print(f"this machine is now the kiosk {enrolment.kiosk} of {enrolment.unit.name}")
    if not spent:
        print("that enrolment was broken off, and is whole now; the code was not used")
    if former is not None:
        print(f"what was kept under the ended key lies in {former}")
    if pin and (
        spent or not has_pin(home)
    ):  # with a code that was not looked at nobody makes a PIN in place of staff's
        set_pin(home, pin)
    elif has_pin(home):
        print("the PIN of the staff screen is the one from before")
    else:
        print("no PIN was set, so the staff screen stays shut: set one with `ikm-kiosk pin`")
    return 0


def _enrol(
    code: str, collector: str, home: Path, known: Mapping[str, pwd.struct_passwd]
) -> tuple[Enrolment, Path | None]:
    """Spend the code; gives what the machine is now, and where its former life lies if it had one."""
    where = lives.place_to_try(home)
    folders.make(where, known)
    identity = Identity.create_anew(where)
    enrolment = enrol(code, collector, where, public_key=identity.public_key)
    return lives.begin(home, known) or (enrolment, None)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let one try end before the next begins: each makes a key anew, and the card, a hand and the screen may try at once."""
    try:
        folder = os.open(home, os.O_RDONLY)
    except OSError as error:
        raise KioskError(f"{home} cannot be read ({error.strerror}): run this as root") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _address(text: str) -> str:
    """Check the collector's address before the code is spent on it.

    Raises:
        ConfigurationError: it is none.
    """
    if not is_address(text):
        raise ConfigurationError(
            f"--collector {text}: write the collector's address with https://, as https://collector.example"
        )
    return text
