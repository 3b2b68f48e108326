"""What the journal asks of the disk; tests pass one that is full, broken or slow."""

import os
import shutil
from pathlib import Path

from uplink.journal.segments.files import write_all


class Disk:
    """The real disk. Every method may raise `OSError`."""

    def append(self, handle: int, content: bytes) -> None:
        """Write `content` at the end of an open file; when this raises, a part of it may be there."""
        write_all(handle, content)

    def sync(self, handle: int) -> None:
        """Return when what was written is on the medium."""
        os.fdatasync(handle)

    def cut(self, handle: int, size: int) -> None:
        """Make an open file `size` bytes long."""
        os.ftruncate(handle, size)

    def free_bytes(self, folder: Path) -> int:
        """Give how many bytes may still be written."""
        return shutil.disk_usage(folder).free
