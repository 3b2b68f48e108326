"""From one stream to the next: the former one's files are set aside, and stay until what they held is confirmed.

A small file says what is under way, so that a power cut at any moment is gone on from: first the former stream's files
are moved, then the new stream is begun, then the journal carries over what the collector may lack, and when the collector has
confirmed that, the files go.
"""

import json
import logging
import shutil
from pathlib import Path
from typing import NamedTuple

from survey.record.errors import Malformed
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.files import make_folder, replace_file
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.frame import read_frame
from uplink.journal.segments.segment import Header, pack_header, segment_paths, unpack_header

log = logging.getLogger(__name__)


class Former(NamedTuple):
    """A stream that was left."""

    stream: str
    after: int
    """The collector holds its records up to here, and only those behind are carried over."""


class Succession(NamedTuple):
    """What is under way."""

    header: Header
    """What the new stream begins with."""
    formers: tuple[Former, ...]
    moved: bool = False
    """Whether the former stream's files are out of the way: what lies in the journal's folder is the new one's."""
    carried: int | None = None
    """Where everything was carried over: the number of the last record that did so."""


def read_succession(folder: Path) -> Succession | None:
    """Give what is under way, or None.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        fields = json.loads(JournalFolder(folder).succession.read_bytes())
        found = read_frame(fields["header"].encode(), 0)
        if found is None:
            return None
        return Succession(
            header=unpack_header(found.payload),
            formers=tuple(Former(str(stream), int(after)) for stream, after in fields["formers"]),
            moved=bool(fields["moved"]),
            carried=fields["carried"] if isinstance(fields["carried"], int) else None,
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Malformed):
        log.error("what is under way between two streams cannot be read; nothing more is carried over")  # noqa: TRY400 - the reason says it all
        return None


def write_succession(folder: Path, under_way: Succession, disk: Disk) -> None:
    """Keep what is under way.

    Raises:
        OSError: the disk failed.
    """
    fields = {
        "header": pack_header(under_way.header).decode(),
        "formers": [list(one) for one in under_way.formers],
        "moved": under_way.moved,
        "carried": under_way.carried,
    }
    replace_file(JournalFolder(folder).succession, json.dumps(fields).encode() + b"\n", disk=disk)


def set_former_aside(folder: Path, disk: Disk) -> Header | None:
    """Move the former stream's files where that is due; gives the header of the stream that is to begin, if one is.

    Raises:
        OSError: the disk failed; the next call goes on.
    """
    under_way = read_succession(folder)
    if under_way is None:
        return None
    if not under_way.moved:
        names = JournalFolder(folder)
        aside = former_folder(folder, under_way.formers[-1].stream)
        make_folder(aside, disk=disk)
        for path in [path for _, path in segment_paths(folder)]:
            path.rename(aside / path.name)
        for path in (names.losses, names.stream):
            if path.exists():
                path.rename(aside / path.name)
        disk.sync_folder(aside)
        disk.sync_folder(folder)
        write_succession(folder, under_way._replace(moved=True), disk)
    return under_way.header


def former_folder(folder: Path, stream: str) -> Path:
    """Give where the files of a former stream lie."""
    return JournalFolder(folder).former / stream


def end_succession(folder: Path, disk: Disk) -> None:
    """Let go of the former streams' files: the collector has confirmed what was carried over.

    Raises:
        OSError: the disk failed; the next call goes on.
    """
    names = JournalFolder(folder)
    if names.former.exists():
        shutil.rmtree(names.former)
    names.succession.unlink(missing_ok=True)
    disk.sync_folder(folder)
