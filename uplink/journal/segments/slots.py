"""A small file in two slots of 4 KiB that are written in turn: it never needs new space, and a cut leaves the other slot.

Each slot has a generation and a checksum; the newest whole one counts.
"""

import os
import struct
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from uplink.errors import JournalBroken
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file

SLOT_BYTES = 4_096
_MAGIC = b"IKMK"
_HEAD = struct.Struct("<4sIQH")  # magic, crc32 of the rest, generation, length


class Slot(NamedTuple):
    """What the newest whole slot holds."""

    content: bytes
    generation: int


class TwoSlots:
    """The writer's side of one file; several processes may write it, one after the other."""

    def __init__(self, path: Path, *, disk: Disk = REAL_DISK) -> None:
        self._path = path
        self._disk = disk
        newest = read_slots(path)
        self._generation = newest.generation if newest else 0

    def prepare(self) -> None:
        """Take the room both slots need while there is room: later, on a full disk, there must be some.

        Raises:
            JournalBroken: the disk failed.
        """
        try:
            if not self._path.exists() or self._path.stat().st_size != 2 * SLOT_BYTES:
                replace_file(self._path, bytes(2 * SLOT_BYTES), disk=self._disk)
        except OSError as error:
            raise JournalBroken(f"{self._path} cannot be made: {error}") from error

    def store(self, content: bytes) -> None:
        """Replace the older slot and return when it is on the medium.

        Raises:
            JournalBroken: the disk failed.
        """
        on_disk = read_slots(self._path)  # another process may have stored something
        generation = max(self._generation, on_disk.generation if on_disk else 0) + 1
        body = _HEAD.pack(_MAGIC, 0, generation, len(content))[8:] + content
        slot = _MAGIC + struct.pack("<I", crc32(body)) + body
        self.prepare()
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.pwrite(handle, slot.ljust(SLOT_BYTES, b"\0"), (generation % 2) * SLOT_BYTES)
                self._disk.sync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise JournalBroken(f"{self._path} cannot be written: {error}") from error
        self._generation = generation


def read_slots(path: Path) -> Slot | None:
    """Give the newest whole slot, or None where there is none yet."""
    try:
        with path.open("rb") as file:
            content = file.read(2 * SLOT_BYTES)
    except OSError:
        return None
    slots = (_slot(content[start : start + SLOT_BYTES]) for start in (0, SLOT_BYTES))
    whole = [slot for slot in slots if slot is not None]
    return max(whole, key=lambda slot: slot.generation, default=None)


def _slot(content: bytes) -> Slot | None:
    if len(content) < _HEAD.size:
        return None
    magic, checksum, generation, length = _HEAD.unpack_from(content)
    body = content[8 : _HEAD.size + length]
    if magic != _MAGIC or length > SLOT_BYTES - _HEAD.size or crc32(body) != checksum:
        return None
    return Slot(content=body[_HEAD.size - 8 :], generation=generation)
