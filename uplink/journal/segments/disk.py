"""What the journal and the small files beside it ask of the disk; tests pass one that is full, broken or without power."""

import os
import shutil
from pathlib import Path


class Disk:
    """The real disk. Every method may raise `OSError`."""

    def append(self, handle: int, content: bytes) -> None:
        """Write `content` at the end of an open file; when this raises, a part of it may be there."""
        write_all(handle, content)

    def sync(self, handle: int) -> None:
        """Return when what was written to an open file is on the medium."""
        os.fdatasync(handle)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in `folder` are on the medium."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def cut(self, handle: int, size: int) -> None:
        """Make an open file `size` bytes long."""
        os.ftruncate(handle, size)

    def free_bytes(self, folder: Path) -> int:
        """Give how many bytes may still be written."""
        return shutil.disk_usage(folder).free

    def total_bytes(self, folder: Path) -> int:
        """Give how many bytes the whole partition has."""
        return shutil.disk_usage(folder).total


REAL_DISK = Disk()


def write_all(handle: int, content: bytes) -> None:
    """Write all of `content`: a full disk may take a part of it before it says so."""
    written = os.write(handle, content)
    while written < len(content):
        written += os.write(handle, content[written:])
