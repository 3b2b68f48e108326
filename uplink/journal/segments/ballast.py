"""The ballast: room set aside while there is plenty, so that the records under way still fit when the disk is full."""

from pathlib import Path

from uplink.journal.segments.disk import Disk

_SHARES = 4
"""The reserve takes a quarter of the free space at most."""


class Ballast:
    """A file of `size` bytes at `path`; a size of 0 means none is wanted."""

    def __init__(self, path: Path, *, size: int, disk: Disk) -> None:
        self._path = path
        self._size = size
        self._disk = disk

    @property
    def ready(self) -> bool:
        """Whether the reserve is there, or none is wanted."""
        return self._size == 0 or self._path.exists()

    @property
    def never_fits(self) -> bool:
        """Whether the whole partition is too small for it, whatever is freed."""
        try:
            return not self.ready and self._disk.total_bytes(self._path.parent) < _SHARES * self._size
        except OSError:
            return False

    @property
    def needed_bytes(self) -> int:
        """How much must be free for it to be set aside."""
        return _SHARES * self._size

    def fill(self) -> None:
        """Set the reserve aside where there is plenty of room; where there is not, a later try may find some."""
        if self.ready or self._disk.free_bytes(self._path.parent) < _SHARES * self._size:
            return
        try:
            self._path.write_bytes(bytes(self._size))
        except OSError:
            self._path.unlink(missing_ok=True)

    def spend(self) -> bool:
        """Give the room back; tells whether there was any."""
        if not self._path.exists():
            return False
        try:
            self._path.unlink()
            self._disk.sync_folder(self._path.parent)
        except OSError:
            return False
        return True
