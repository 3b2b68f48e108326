"""The file under the writer: made, opened, looked after, and put back where it was taken away.

The kernel keeps an unlinked file for as long as somebody has it open. So whoever writes a segment can give all of it a name again,
and nothing is lost; only where the file itself was cut is there nothing to put back.
"""

import logging
import os
from pathlib import Path
from zlib import crc32

from uplink.journal.segments.disk import Disk
from uplink.journal.segments.files import replace_file
from uplink.journal.segments.segment import Segment

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC  # read too: see `rescue`

log = logging.getLogger(__name__)


def begin_file(path: Path, content: bytes, disk: Disk) -> int:
    """Make a file that begins with `content`, durably with its name; gives the open file.

    Raises:
        OSError: the disk failed.
    """
    handle = os.open(path, _FLAGS | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        disk.append(handle, content)
        disk.sync(handle)
        disk.sync_folder(path.parent)
    except OSError:
        os.close(handle)
        raise
    return handle


def open_file(segment: Segment, disk: Disk) -> int:
    """Open a file to go on writing it; its last line is on the medium then, and so is its name.

    Raises:
        OSError: the disk failed.
    """
    handle = os.open(segment.path, _FLAGS)
    try:
        settle(segment.path, offset=segment.offset_of(segment.last), size=segment.size, disk=disk)
        disk.sync_folder(segment.path.parent)
    except OSError:
        os.close(handle)
        raise
    return handle


def is_still(handle: int, path: Path, *, size: int) -> bool:
    """Tell whether the open file is the one under its name, and as long as it must be: another may have replaced it."""
    try:
        ours, named = os.fstat(handle), path.stat()
    except OSError:
        return False
    return (ours.st_ino, ours.st_dev) == (named.st_ino, named.st_dev) and ours.st_size == size


def settle(path: Path, *, offset: int, size: int, disk: Disk) -> None:
    """Write the end of a file again and flush it: after a failed flush the kernel may show what never reached the medium.

    Raises:
        OSError: the disk failed.
    """
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.pwrite(handle, os.pread(handle, size - offset, offset), offset)
        disk.sync(handle)
    finally:
        os.close(handle)


def rescue(handle: int, path: Path, *, size: int, quarantine: Path, disk: Disk) -> bool:
    """Put what the open file holds back under its name, durably; tells whether all `size` bytes of it were to be had.

    What lies under the name meanwhile is copied to `quarantine` first.

    Raises:
        OSError: it cannot be read or written.
    """
    ours = os.fstat(handle)
    is_there = path.exists()
    if ours.st_size != size or (is_there and path.stat().st_ino == ours.st_ino):
        return False  # the file itself was changed
    content = os.pread(handle, size, 0)
    if len(content) != size:
        return False
    if is_there:
        other = path.read_bytes()
        replace_file(quarantine / f"{path.stem}-replaced-{crc32(other):08x}", other, disk=disk)
    replace_file(path, content, disk=disk)
    log.error("%s was removed or replaced while it was written; its %d bytes were put back", path, size)
    return True
