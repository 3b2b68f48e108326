"""The lives of a machine as a kiosk: one ends when the collector revokes its key, and the next begins with a new code.

The next is tried beside the one that has ended, so that a wrong code changes nothing: the screen says that the kiosk is revoked until
another life is there whole.
"""

import os
import pwd
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.watch.folders import KIOSK_USER, ended_life
from uplink.errors import IdentityError
from uplink.journal.enrolment import Enrolment, load_enrolment
from uplink.journal.home import KioskHome
from uplink.journal.segments.files import make_folder, replace_file

_PARTS = ("journal", "kiosk_part", "uplink_part", "enrolment")
"""The enrolment goes last, there and back: what is enrolled is enrolled wholly."""


def is_open(home: Path) -> bool:
    """Tell whether a code may be spent here: the machine is no kiosk, or one whose key has ended."""
    return ended_life(home) is not None or not KioskHome(home).enrolment.exists()


def place_to_try(home: Path) -> Path:
    """Give the folder in which an enrolment is tried: beside a life that has ended, else the kiosk's own."""
    return home if ended_life(home) is None else KioskHome(home).coming


def begin(home: Path, known: Mapping[str, pwd.struct_passwd]) -> tuple[Enrolment, Path | None] | None:
    """Put the life that has ended aside and the one that was enrolled beside it in its place.

    What was broken off is gone on with by the next call. Gives the new enrolment, and where the former life lies; None where no other
    life was waiting.

    Raises:
        KioskError: the disk does not let us.
    """
    parts, coming = KioskHome(home), KioskHome(KioskHome(home).coming)
    try:
        enrolment = load_enrolment(coming.path)
    except IdentityError:
        return None
    try:
        former = _set_aside(parts, known)
        if coming.uplink_part.exists():
            shutil.rmtree(parts.uplink_part, ignore_errors=True)  # a last status of the process that ends now
        _move(coming, parts)
        with suppress(OSError):
            coming.path.rmdir()
    except OSError as error:
        raise KioskError(f"the new life in {home} cannot be begun: {error.strerror}") from error
    return enrolment, former


def _set_aside(parts: KioskHome, known: Mapping[str, pwd.struct_passwd]) -> Path | None:
    ended = ended_life(parts.path)
    if ended is None:
        return None
    former = parts.former_life(ended[0].public_key)
    for folder in (parts.former, former.path):
        folder.mkdir(mode=0o750, exist_ok=True)
        if known and os.geteuid() == 0:
            owner = known[KIOSK_USER]
            os.chown(folder, owner.pw_uid, owner.pw_gid, follow_symlinks=False)  # as in `folders.make`
    coming = KioskHome(parts.coming)
    if parts.pin.exists() and not coming.pin.exists():
        # Good in the next life too: those who know it are the same.
        make_folder(coming.pin.parent, mode=0o700)
        replace_file(coming.pin, parts.pin.read_bytes(), mode=0o600)
    _move(parts, former)
    return former.path


def _move(source: KioskHome, target: KioskHome) -> None:
    """What is there already was moved before the cut; an empty folder may have been made in its place since."""
    for part in _PARTS:
        path, to = getattr(source, part), getattr(target, part)
        if path.exists() and not to.exists():
            path.rename(to)
