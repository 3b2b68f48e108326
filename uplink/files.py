"""Small files that are replaced whole: temporary file, sync, rename, sync of the folder."""

import os
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int = 0o640) -> None:
    """Make `path` hold `content`; after a power cut it holds the old content or the new, never a mixture.

    Raises:
        OSError: it could not be written; the old content is still there.
    """
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        os.fchmod(handle, mode)  # the mode given to open is cut by the umask
        _give_to_owner_of(path.parent, handle)
        write_all(handle, content)
        os.fsync(handle)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    temporary.replace(path)
    sync_folder(path.parent)


def make_folder(path: Path, *, mode: int = 0o777) -> None:
    """Make a folder, and those above it that are missing.

    Raises:
        OSError: it cannot be made.
    """
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=mode, exist_ok=True)
        _give_to_owner_of(path.parent, path)


def _give_to_owner_of(folder: Path, new: int | Path) -> None:
    """Two users share the kiosk's folder: what root makes in there (enrolment, a PIN) belongs to its folder's owner."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(new, owner.st_uid, owner.st_gid)


def write_all(handle: int, content: bytes) -> None:
    """Write all of `content`: a full disk may take a part of it before it says so."""
    written = os.write(handle, content)
    while written < len(content):
        written += os.write(handle, content[written:])


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
