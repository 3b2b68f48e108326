"""Reading a journal back from the disk: what is whole is kept, what is damaged is set aside and never deleted.

A power cut leaves at most a torn last line, which nobody was thanked for: it is copied to `quarantine/` and cut off.
Damage anywhere else is the medium's fault. The damaged bytes are copied to `quarantine/` under a name that says where they
stood. Where the line can be had back with proof (`Mend`) it is written again in its place; else the bytes stay where
they are and cost their own record only.
"""

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from survey.record.predecessors import chain_to_list
from uplink.errors import JournalBroken
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.files import replace_file
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.frame import MAX_FRAME_BYTES, Damage, Entry
from uplink.journal.segments.headers import second_copy
from uplink.journal.segments.segment import Header, Segment, read_entries, scan, segment_paths

log = logging.getLogger(__name__)


Promised = tuple[str, int]
"""A stream and the number of a record in it that was written for certain."""


class Around(NamedTuple):
    """What is known of the place where a damaged piece stands."""

    stream: str
    seq: int
    """The number that the first record of the piece must have."""
    link: bytes
    """The link before it; empty where that is not known."""
    following: bytes
    """The link that the next readable record states; empty where there is none."""


Mend = Callable[[bytes, Around], bytes | None]
"""Give the damaged bytes, as many, with all that can be proven as it was; None where nothing can be."""


class Recovered(NamedTuple):
    """What a folder holds."""

    segments: list[Segment]
    given_up: int
    """Numbers at the very end whose records are damaged; they must not be given to others."""
    damaged: int
    """How many damaged pieces lie in quarantine."""


def recover(
    folder: Path, disk: Disk, *, promised: Promised | None = None, mend: Mend | None = None
) -> Recovered:
    """Read all segments, set damage aside, mend what can be proven and cut a torn end, so that appending can go on.

    Raises:
        JournalBroken: the disk does not let us.
    """
    try:
        segments = [scan(path, first) for first, path in segment_paths(folder)]
        segments = [segment for segment in segments if not _was_never_begun(folder, segment, disk)]
        _mend_headers(folder, segments)
        segments = [_mended(folder, segment, disk, mend, promised) for segment in segments]
        _mend_headers(folder, segments)
        given_up = _mend_end(segments[-1], disk, promised) if segments else 0
        return Recovered(segments=segments, given_up=given_up, damaged=JournalFolder(folder).quarantined())
    except OSError as error:
        raise JournalBroken(f"the journal in {folder} cannot be read back: {error}") from error


def remember_stream(folder: Path, header: Header, disk: Disk) -> None:
    """Write the second copy of the id of a stream that begins, its key and its predecessors.

    What was declared lost before it is no loss of this stream, and goes.
    """
    JournalFolder(folder).losses.unlink(missing_ok=True)
    fields = {
        "stream": header.stream,
        "key": header.public_key.hex(),
        "predecessors": chain_to_list(header.predecessors),
    }
    replace_file(JournalFolder(folder).stream, json.dumps(fields).encode() + b"\n", disk=disk)


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


def _mended(
    folder: Path, segment: Segment, disk: Disk, mend: Mend | None, promised: Promised | None
) -> Segment:
    """Set a segment's damage aside, once, and write again what can be proven; gives the segment as it is then."""
    fresh = [damage for damage in segment.damages if _set_aside(folder, segment, damage, disk)]
    if mend is None or not fresh:
        return segment
    mended = 0
    for damage in fresh:
        where = around(segment, damage)
        if not damage.closed and not _was_promised(where, promised):
            continue
        content = mend(damage.content, where)
        if content is None:
            continue
        log.warning("damage at %d in %s was mended, or a part of it", damage.offset, segment.path.name)
        _write_in_place(segment.path, damage.offset, content, disk)
        mended += 1
    return scan(segment.path, segment.first) if mended else segment


def around(segment: Segment, damage: Damage) -> Around:
    """Say what is known of the place where a damaged piece stands."""
    before = after = None
    end = damage.offset + len(damage.content)
    for seq in range(segment.first, segment.last + 1):
        offset = segment.offset_of(seq)
        if 0 < offset < damage.offset:
            before = seq
        elif offset >= end:
            after = seq
            break
    header = segment.header
    link = header.link if header is not None else b""
    seq = segment.first
    if before is not None and (entry := _entry_at(segment, before)) is not None:
        seq, link = before + 1, entry.link
    following = _entry_at(segment, after) if after is not None else None
    return Around(
        stream=header.stream if header is not None else "",
        seq=seq,
        link=link,
        following=following.prev if following is not None else b"",
    )


def _entry_at(segment: Segment, seq: int) -> Entry | None:
    with segment.path.open("rb") as file:
        found = read_entries(file.fileno(), offset=segment.offset_of(seq), limit=MAX_FRAME_BYTES)
    return found[0][0] if found else None


def _was_promised(where: Around, promised: Promised | None) -> bool:
    """Tell whether a record that stands at a torn end is known to have been written whole once."""
    return promised is not None and promised[0] == where.stream and where.seq <= promised[1]


def _write_in_place(path: Path, offset: int, content: bytes, disk: Disk) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(handle, content, offset)
        disk.sync(handle)
    finally:
        os.close(handle)


def _mend_end(segment: Segment, disk: Disk, promised: Promised | None) -> int:
    """Cut a torn end off; gives how many numbers at the end are lost instead."""
    there = segment.path.stat().st_size
    last = segment.damages[-1] if segment.damages else None
    if last is not None and last.closed and _was_never_promised(segment, last, promised):
        last = last._replace(closed=False)
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


def _was_never_promised(segment: Segment, last: Damage, promised: Promised | None) -> bool:
    """Tell whether a damaged last line was still being written: only one is at a time, and its number was not kept."""
    if promised is None or segment.header is None or last.offset == 0:
        return False
    at_the_end = last.offset + len(last.content) == segment.size
    stream, seq = promised
    return (
        at_the_end
        and last.content.count(b"\n") == 1
        and segment.header.stream == stream
        and segment.last >= seq
    )


def _mend_headers(folder: Path, segments: list[Segment]) -> None:
    """Give segments with a damaged header what the others, or the second copy, still know."""
    known = next((segment.header for segment in segments if segment.header is not None), None)
    known = known or second_copy(folder)
    boot = 0
    for segment in segments:
        if segment.header is None and known is not None:
            # The first record carries the link before it; whoever reads on looks there (see `JournalReader`).
            segment.header = known._replace(first=segment.first, link=b"", boot=boot + MAX_LOST_BOOTS)
            log.warning("the header of %s is damaged and was pieced together", segment.path.name)
        elif segment.header is not None:
            boot = segment.header.boot


MAX_LOST_BOOTS = 1_000
"""How far the boot number jumps when the header that knew it is lost; numbers may be skipped, not repeated."""


def _set_aside(folder: Path, segment: Segment, damage: Damage, disk: Disk) -> bool:
    """Copy damaged bytes to quarantine; tells whether they were not there yet, alone or with what was mended behind them."""
    kind = "damaged" if damage.closed else "torn"
    where = f"{segment.path.stem}-{damage.offset}-"
    if any(
        path.read_bytes().startswith(damage.content)
        for path in JournalFolder(folder).quarantine.glob(f"{where}*")
    ):
        return False
    name = f"{where}{kind}-{crc32(damage.content):08x}"
    log.error("%d %s bytes of %s were set aside as %s", len(damage.content), kind, segment.path.name, name)
    _write_aside(folder, name, damage.content, disk)
    return True


def _write_aside(folder: Path, name: str, content: bytes, disk: Disk) -> None:
    try:
        replace_file(JournalFolder(folder).quarantine / name, content, disk=disk)
    except OSError as error:
        # On a full disk the copy cannot be made; answers that can still be kept matter more than torn bytes.
        log.warning("%s could not be set aside: %s", name, error)
