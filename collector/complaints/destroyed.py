"""What has been destroyed, in a file beside the database: so that a backup brings nothing of it back.

`destroyed.log` in `IKM_DATA` has a line for each text, number or filing: its digest, when, and why. A line is written, and on the disk, before
the rows are emptied; after a restore `replay` destroys again whatever the older database still holds. The digests tell nothing: they are
of sealed bytes. The file is backed up apart from the database, and of two the longer one is right: lines are only ever added.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from collector.errors import CollectorError
from collector.local import stamp_text

FILE = "destroyed.log"


class Why(StrEnum):
    """Why something was destroyed; the words stand in the file and in the trail."""

    RETENTION = "retention"
    """Its time had come."""
    WITHDRAWN = "withdrawn"
    """The citizen took the complaint back."""
    REPLACED = "replaced"
    """The citizen left another number."""
    REFUSED = "refused"
    """It came with the wrong key, or for a complaint that was taken back."""


_WORDS = frozenset(Why)

Noted = Mapping[str, Why]
"""Why each thing was destroyed, by its digest."""


def note(digests: Iterable[str], *, why: Why, now: datetime) -> None:
    """Write down what is about to be destroyed; returns once it is on the disk.

    Raises:
        CollectorError: the file cannot be written; then nothing may be destroyed, or a backup would bring it back.
    """
    lines = "".join(f"{digest} {stamp_text(round(now.timestamp() * 1000))} {why}\n" for digest in digests)
    if not lines:
        return
    path = _path()
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o660)
        try:
            os.write(handle, (_line_end(handle) + lines).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        _keep_name(path)
    except OSError as error:
        raise CollectorError("not_writable", path=path, reason=error.strerror) from error


def noted() -> Noted:
    """Give why each thing was destroyed, by its digest; a line that was torn is none.

    Raises:
        CollectorError: the file is there and cannot be read.
    """
    path = _path()
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CollectorError("not_readable", path=path, reason=error.strerror) from error
    found = {}
    for line in lines:
        parts = line.split(" ")
        if len(parts) == 3 and parts[2] in _WORDS:
            found[parts[0]] = Why(parts[2])
    return found


def _line_end(handle: int) -> str:
    """Give the end of a line that a power cut tore."""
    size = os.fstat(handle).st_size
    return "\n" if size and os.pread(handle, 1, size - 1) != b"\n" else ""


def _keep_name(path: Path) -> None:
    """Have the file's name on the disk too, where it is new."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path() -> Path:
    return settings.IKM_DATA / FILE
