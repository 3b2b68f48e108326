"""Reading a journal back from the disk: what is whole is kept, what is damaged is set aside and never deleted.

A power cut leaves at most a torn last line, which nobody was thanked for: it is copied to `quarantine/` and cut off.
Damage anywhere else is the medium's fault. The damaged bytes stay where they are, are copied to `quarantine/` under a
name that says where they stood, and cost their own record only.
"""

import json
import logging
import os
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from uplink.errors import JournalBroken
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.files import replace_file
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.frame import Damage
from uplink.journal.segments.segment import Header, Segment, scan, segment_paths

log = logging.getLogger(__name__)


class Recovered(NamedTuple):
    """What a folder holds."""

    segments: list[Segment]
    given_up: int
    """Numbers at the very end whose records are damaged; they must not be given to others."""
    damaged: int
    """How many damaged pieces lie in quarantine."""


def recover(folder: Path, disk: Disk) -> Recovered:
    """Read all segments, set damage aside and cut a torn end, so that appending can go on.

    Raises:
        JournalBroken: the disk does not let us.
    """
    try:
        segments = [scan(path, first) for first, path in segment_paths(folder)]
        segments = [segment for segment in segments if not _was_never_begun(folder, segment, disk)]
        given_up = 0
        for place, segment in enumerate(segments):
            for damage in segment.damages:
                _set_aside(folder, segment, damage, disk)
            if place == len(segments) - 1:
                given_up = _mend_end(segment, disk)
        _mend_headers(folder, segments)
        return Recovered(segments=segments, given_up=given_up, damaged=JournalFolder(folder).quarantined())
    except OSError as error:
        raise JournalBroken(f"the journal in {folder} cannot be read back: {error}") from error


def remember_stream(folder: Path, header: Header, disk: Disk) -> None:
    """Write the second copy of the stream's id and key."""
    text = json.dumps({"stream": header.stream, "key": header.public_key.hex()}) + "\n"
    replace_file(JournalFolder(folder).stream, text.encode(), disk=disk)


def _was_never_begun(folder: Path, segment: Segment, disk: Disk) -> bool:
    """Set a file aside that holds neither a header nor a record: the power went while it was made."""
    if segment.header is not None or len(segment.offsets) > 0:
        return False
    content = segment.path.read_bytes()
    if content:
        _write_aside(folder, f"{segment.path.stem}-file-{crc32(content):08x}", content, disk)
    segment.path.unlink()
    disk.sync_folder(folder)
    return True


def _mend_end(segment: Segment, disk: Disk) -> int:
    """Cut a torn end off; gives how many numbers at the end are lost instead."""
    there = segment.path.stat().st_size
    last = segment.damages[-1] if segment.damages else None
    handle = os.open(segment.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        if last is not None and not last.closed:
            disk.cut(handle, last.offset)
            segment.size = last.offset
            disk.sync(handle)
        elif segment.size == there + 1:  # the last line is whole but for its line end
            disk.append(handle, b"\n")
            disk.sync(handle)
    finally:
        os.close(handle)
    if last is not None and last.closed and last.offset + len(last.content) == segment.size:
        # It had a line end, so its number may have been promised to somebody: it is given up, not given again.
        return last.content.count(b"\n") if last.offset else 0
    return 0


def _mend_headers(folder: Path, segments: list[Segment]) -> None:
    """Give segments with a damaged header what the others, or the second copy, still know."""
    known = next((segment.header for segment in segments if segment.header is not None), None)
    stream, key = (known.stream, known.public_key) if known else _second_copy(folder)
    boot = 0
    for segment in segments:
        if segment.header is None and stream:
            # The first record carries the link before it; whoever reads on looks there (see `JournalReader`).
            segment.header = Header(
                stream=stream, public_key=key, first=segment.first, link=b"", boot=boot + MAX_LOST_BOOTS
            )
            log.warning("the header of %s is damaged and was pieced together", segment.path.name)
        elif segment.header is not None:
            boot = segment.header.boot


MAX_LOST_BOOTS = 1_000
"""How far the boot number jumps when the header that knew it is lost; numbers may be skipped, not repeated."""


def _second_copy(folder: Path) -> tuple[str, bytes]:
    try:
        fields = json.loads(JournalFolder(folder).stream.read_bytes())
        return str(fields["stream"]), bytes.fromhex(fields["key"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return "", b""


def _set_aside(folder: Path, segment: Segment, damage: Damage, disk: Disk) -> None:
    kind = "damaged" if damage.closed else "torn"
    name = f"{segment.path.stem}-{damage.offset}-{kind}-{crc32(damage.content):08x}"
    if not (JournalFolder(folder).quarantine / name).exists():
        log.error(
            "%d %s bytes of %s were set aside as %s", len(damage.content), kind, segment.path.name, name
        )
        _write_aside(folder, name, damage.content, disk)


def _write_aside(folder: Path, name: str, content: bytes, disk: Disk) -> None:
    try:
        replace_file(JournalFolder(folder).quarantine / name, content, disk=disk)
    except OSError as error:
        # On a full disk the copy cannot be made; answers that can still be kept matter more than torn bytes.
        log.warning("%s could not be set aside: %s", name, error)
