"""One process writes a journal's folder: it holds a lock on a file in there."""

import fcntl
import os
from pathlib import Path

from uplink.errors import JournalBroken, JournalForeign
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.files import make_folder
from uplink.journal.segments.folder import JournalFolder


def claim_folder(folder: Path, disk: Disk) -> int:
    """Make the folder where there is none and lock it; gives the descriptor that holds the lock.

    Raises:
        JournalBroken: the disk does not let us.
        JournalForeign: another process has it.
    """
    try:
        make_folder(folder, mode=0o750, disk=disk)
        claim = os.open(JournalFolder(folder).lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise JournalBroken(
            f"the journal in {folder} cannot be opened: {error}; check that the disk is mounted, "
            "writable and owned by this user"
        ) from error
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(claim)
        raise JournalForeign(f"another process has the journal in {folder} open") from error
    return claim


def probe(claim: int, disk: Disk) -> None:
    """Write a byte and flush it: a disk that fails here would fail the first visitor.

    Raises:
        OSError: it fails.
    """
    os.pwrite(claim, b"1", 0)
    disk.sync(claim)


def is_written(folder: Path) -> bool:
    """Tell whether a process has the folder to write in it, as far as this user may know."""
    try:
        lock = os.open(JournalFolder(folder).lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
