"""Small files that are replaced whole: temporary file, sync, rename, sync of the folder."""

import os
from pathlib import Path

from uplink.journal.segments.disk import REAL_DISK, Disk


def replace_file(path: Path, content: bytes, *, mode: int = 0o640, disk: Disk = REAL_DISK) -> None:
    """Make `path` hold `content`; after a power cut it holds the old content or the new, never a mixture.

    Raises:
        OSError: it could not be written; the old content is still there.
    """
    make_folder(path.parent, disk=disk)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        os.fchmod(handle, mode)  # the mode given to open is cut by the umask
        _give_to_owner_of(path.parent, handle)
        disk.append(handle, content)
        disk.sync(handle)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    temporary.replace(path)
    disk.sync_folder(path.parent)


def make_folder(path: Path, *, mode: int = 0o777, disk: Disk = REAL_DISK) -> None:
    """Make a folder, and those above it that are missing; their names are durable then.

    Raises:
        OSError: it cannot be made.
    """
    if not path.is_dir():
        make_folder(path.parent, disk=disk)
        path.mkdir(mode=mode, exist_ok=True)
        _give_to_owner_of(path.parent, path)
        disk.sync_folder(path.parent)


def _give_to_owner_of(folder: Path, new: int | Path) -> None:
    """Two users share the kiosk's folder: what root makes in there (enrolment, a PIN) belongs to its folder's owner."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
