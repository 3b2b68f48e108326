"""In whose name a command acts: the operator's, or an account's that proves itself by a code."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Collection

from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from collector.accounts import console
from collector.accounts.console import Over
from collector.people import trail


def add_who(part: CommandParser) -> None:
    """Declare `--as` and `--why`."""
    add_account(part)
    part.add_argument(
        "--why",
        default="",
        help="the reason; it stands in the trail, and a withdrawn release shows it to everybody",
    )


def add_account(part: CommandParser) -> None:
    """Declare `--as`."""
    part.add_argument(
        "--as", dest="account", metavar="NAME", help="the account that does it; without it, the operator"
    )


def named(given: Namespace, may: Collection[str], *over: Over) -> str:
    """Give who does what `add_who` was declared for; as `acting`."""
    return _acting(given.account, may, over)


def acting(account: str | None, may: Collection[str], *, over: Over | None = None) -> str:
    """Give who acts, as the trail has it: an account that may do it to `over` and has proven itself, or whoever sits at the console.

    Raises:
        CollectorError: the account may not (`account_may_not`), or its code is wrong (`account_unproven`).
    """
    return _acting(account, may, () if over is None else (over,))


def _acting(account: str | None, may: Collection[str], over: Collection[Over]) -> str:
    if account is None:
        return trail.console_user()
    return f"{console.proven(account, may, over=over, ask=ask).get_username()} ({trail.console_user()})"


def proven(account: str) -> User:
    """Give an account that has proven itself; what it may is looked at elsewhere.

    Raises:
        CollectorError: there is none (`account_may_not`), or its code is wrong (`account_unproven`).
    """
    return console.proven(account, None, ask=ask)


def ask(account: str) -> str:
    """Ask for the code; where nobody sits there, it is the next line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"console code of {account} (in the browser: Akun, Buat kode konsol): ")
    return sys.stdin.readline()
