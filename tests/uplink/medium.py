"""What a power cut leaves of a file: what was flushed, and of the rest any sectors, or none.

The model is that of a disk with 512-byte sectors that are written whole or not at all, in any order, under a file system that may
have noted the new size or not. Flushed bytes are never lost by it: losing those is a fault of the medium, not of the cut.
"""

import random
from pathlib import Path

from tests.uplink.fakes import MortalDisk

SECTOR_BYTES = 512


class PowerCut(BaseException):
    """The power went; nothing that handles errors may handle it."""


def torn(flushed: bytes, written: bytes, chance: random.Random) -> bytes:
    """Give what is left of a file that was flushed as `flushed` and stood at `written` when the power went.

    A third of the cuts lose everything that was not flushed, a third keep it, a third keep some of its sectors.
    """
    fate = chance.randrange(3)
    if fate == 0 or flushed == written:
        return flushed
    if fate == 1:
        return written
    size = chance.choice((len(flushed), len(written), chance.randint(*sorted((len(flushed), len(written))))))
    left = bytearray(size)
    for begin in range(0, size, SECTOR_BYTES):
        source = written if chance.random() < 0.5 else flushed
        end = min(begin + SECTOR_BYTES, size)
        sector = source[begin:end]
        left[begin : begin + len(sector)] = sector
    return bytes(left)


class CutDisk(MortalDisk):
    """A disk whose power goes after so many operations, in the middle of one or right after it."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance
        self.left = -1
        """How many operations are left; negative: the power stays."""

    def append(self, handle: int, content: bytes) -> None:
        if self._goes():
            super().append(handle, content[: self._chance.randrange(len(content) + 1)])
            raise PowerCut
        super().append(handle, content)

    def sync(self, handle: int) -> None:
        if self._goes():
            if self._chance.random() < 0.5:
                super().sync(handle)  # it came through, and nobody heard of it
            raise PowerCut
        super().sync(handle)

    def sync_folder(self, folder: Path) -> None:
        if self._goes():
            raise PowerCut
        super().sync_folder(folder)

    def keep(self, folder: Path) -> None:
        """Take what lies in `folder` and below as flushed: another disk has written it."""
        for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            super().sync_folder(place)
            for path in place.iterdir():
                if path.is_file():
                    self._contents[path.stat().st_ino] = path.read_bytes()

    def cut_power(self, folder: Path) -> None:
        """Leave of `folder` what the medium holds, and of what was not flushed any part; folders stay."""
        self.left = -1
        for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            there = {path.name: path for path in place.iterdir() if path.is_file()}
            flushed = self._names.get(place, {})
            left: dict[str, bytes] = {}
            all_names = self._chance.random() < 0.5
            for name in sorted({*there, *flushed}):
                now = there[name].stat().st_ino if name in there else None
                if now is not None and (now == flushed.get(name) or all_names or self._chance.random() < 0.5):
                    written = there[name].read_bytes()
                    left[name] = torn(self._contents.get(now, b""), written, self._chance)
                elif name in flushed and not (now is None and all_names):
                    left[name] = self._contents.get(flushed[name], b"")
            for path in there.values():
                path.unlink()
            for name, content in left.items():
                (place / name).write_bytes(content)
        self._contents.clear()
        self._names.clear()
        self.keep(folder)

    def _goes(self) -> bool:
        self.left -= 1
        return self.left == -1
