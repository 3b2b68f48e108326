"""The staff's PIN: set at enrolment, kept as a salted scrypt hash, never with a default.

Wrong tries lock the entry for longer and longer, and the count survives a restart: pulling the plug gives no fresh tries.
"""

import getpass
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from kiosk.errors import KioskError
from uplink.journal.home import KioskHome
from uplink.journal.segments.files import replace_file

PIN_FILE = KioskHome(Path()).pin
_TRIES_FILE = KioskHome(Path()).pin_tries
MIN_DIGITS, MAX_DIGITS = 4, 12
FREE_TRIES = 3
_LOCK_SECONDS = (30.0, 60.0, 300.0, 900.0)
_COST = {"n": 2**14, "r": 8, "p": 1}


class PinError(KioskError):
    """The PIN cannot be set or read; the message says why."""


def objection(pin: str) -> str:
    """Say what is wrong with a PIN that somebody wants, or nothing."""
    if not (pin.isascii() and pin.isdigit() and MIN_DIGITS <= len(pin) <= MAX_DIGITS):
        return f"a PIN has {MIN_DIGITS} to {MAX_DIGITS} digits"
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return "a PIN of equal or consecutive digits is guessed at once"
    return ""


def set_pin(home: Path, pin: str) -> None:
    """Keep a PIN's hash, in place of the one before.

    Raises:
        PinError: the PIN is too weak, or the file cannot be written.
    """
    if reason := objection(pin):
        raise PinError(f"this PIN is refused: {reason}")
    salt = secrets.token_bytes(16)
    content = {"salt": salt.hex(), "hash": _hash(pin, salt).hex(), **_COST}
    try:
        replace_file(home / PIN_FILE, json.dumps(content).encode(), mode=0o600)
        (home / _TRIES_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise PinError(f"the PIN cannot be kept in {home / PIN_FILE}: {error}") from error


def has_pin(home: Path) -> bool:
    """Tell whether a PIN was set; without one the staff screen stays shut."""
    return (home / PIN_FILE).exists()


def ask_for_pin() -> str:
    """Ask at the terminal, twice, until both are the same and good.

    Raises:
        PinError: nothing was given.
    """
    for _ in range(5):
        pin = getpass.getpass("PIN for the staff screen (4 to 12 digits): ")
        reason = objection(pin)
        if not reason and pin == getpass.getpass("once more: "):
            return pin
        print(f"refused: {reason or 'the two are different'}")
    raise PinError("no PIN was set; set one later with `ikm-kiosk pin`")


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries in a row, as they are remembered."""

    wrong: int = 0

    @property
    def lock_seconds(self) -> float:
        """How long no further try is taken after the last wrong one."""
        over = self.wrong - FREE_TRIES
        return 0.0 if over < 0 else _LOCK_SECONDS[min(over, len(_LOCK_SECONDS) - 1)]


def check(home: Path, pin: str) -> bool:
    """Tell whether this is the PIN, and remember a wrong try. Takes a while by design: call it beside the frame loop.

    Raises:
        PinError: there is no PIN, or its file is damaged.
    """
    try:
        kept = json.loads((home / PIN_FILE).read_bytes())
        salt, wanted = bytes.fromhex(kept["salt"]), bytes.fromhex(kept["hash"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PinError(f"the PIN's file {home / PIN_FILE} cannot be read: {error}") from error
    good = hmac.compare_digest(_hash(pin, salt), wanted)
    _remember(home, 0 if good else tries(home).wrong + 1)
    return good


def tries(home: Path) -> Tries:
    """Give the remembered wrong tries."""
    try:
        return Tries(wrong=int((home / _TRIES_FILE).read_text()))
    except (OSError, ValueError):
        return Tries()


def _remember(home: Path, wrong: int) -> None:
    try:
        if wrong:
            replace_file(home / _TRIES_FILE, str(wrong).encode(), mode=0o600)
        else:
            (home / _TRIES_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise PinError(f"the tries cannot be counted: {error}") from error


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, dklen=32, maxmem=64 * 1024 * 1024, **_COST)
