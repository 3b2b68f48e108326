"""Small files that are replaced whole: temporary file, sync, rename, sync of the folder."""

import os
from pathlib import Path

from uplink.journal.segments.disk import REAL_DISK, Disk


def replace_file(path: Path, content: bytes, *, mode: int = 0o640, disk: Disk = REAL_DISK) -> None:
    """Make `path` hold `content`; after a power cut it holds the old content or the new, never a mixture.

    Raises:
        OSError: it could not be written; the old content is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        os.fchmod(handle, mode)  # the mode given to open is cut by the umask
        disk.append(handle, content)
        disk.sync(handle)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    temporary.replace(path)
    disk.sync_folder(path.parent)
