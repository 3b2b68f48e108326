"""The names inside a journal's folder; all of them are written by the kiosk and only read by the uplink."""

from pathlib import Path
from typing import NamedTuple


class JournalFolder(NamedTuple):
    """A journal's folder: segments, and a few small files beside them."""

    path: Path

    @property
    def stream(self) -> Path:
        """A second copy of what every segment's header says, for the day the only header is hit."""
        return self.path / "stream.json"

    @property
    def losses(self) -> Path:
        """Signed declarations of the records that damage has cost."""
        return self.path / "losses"

    @property
    def boots(self) -> Path:
        """The count of boots, and the id of the current one."""
        return self.path / "boots.json"

    @property
    def ballast(self) -> Path:
        """Room that is given up when the disk is full."""
        return self.path / "ballast"

    @property
    def lock(self) -> Path:
        """One process writes: it holds a lock on this file."""
        return self.path / "lock"

    @property
    def succession(self) -> Path:
        """What is under way between a former stream and the one that follows it."""
        return self.path / "succession"

    @property
    def former(self) -> Path:
        """The files of the former stream, until the collector has confirmed what was carried over."""
        return self.path / "former"

    @property
    def quarantine(self) -> Path:
        """Copies of damaged bytes, named after where they stood."""
        return self.path / "quarantine"

    def quarantined(self) -> int:
        """Tell how many damaged pieces lie in quarantine."""
        try:
            return sum(1 for _ in self.quarantine.iterdir())
        except OSError:  # nothing was ever set aside
            return 0
