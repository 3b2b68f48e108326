"""The log's files below `log/` in the collector's data: tiles that never change, and the checkpoint, which is the one that does.

A tile is there whole or not at all. What a checkpoint speaks of is on the disk before the checkpoint is.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings

from collector.errors import CollectorError
from survey.log import tree
from survey.log.checkpoint import SignedCheckpoint, read_checkpoint
from survey.log.tiles import (
    CHECKPOINT,
    ENTRIES,
    WIDTH,
    Tile,
    read_hashes,
    subtree_of,
    tile_at,
    unpack_entries,
)
from survey.record.errors import Malformed

_AT_ONCE = 16


def folder() -> Path:
    """Give where the log's files lie."""
    return settings.IKM_DATA / "log"


def read(tile: Tile, place: Path | None = None) -> bytes:
    """Give a tile's file; `place` is where another log's were put aside.

    Raises:
        CollectorError: it is not there (`log_file`).
    """
    path = (place or folder()) / tile.path()
    try:
        return path.read_bytes()
    except OSError as error:
        raise CollectorError("log_file", path=path, reason=error.strerror) from error


def write(files: Mapping[Tile, bytes]) -> None:
    """Write tiles.

    Raises:
        CollectorError: the disk is full, or not ours (`not_writable`).
    """
    # A disk flushes many files at once in little more than the time of one.
    with ThreadPoolExecutor(_AT_ONCE) as hands:
        folders = set(hands.map(lambda tile: _replace(folder() / tile.path(), files[tile]), files))
    for one in folders:
        _sync(one)


def write_checkpoint(note: str) -> None:
    """Give a checkpoint out.

    Raises:
        CollectorError: the disk is full, or not ours (`not_writable`).
    """
    _sync(_replace(folder() / CHECKPOINT, note.encode()))


def given_out() -> SignedCheckpoint | None:
    """Give the checkpoint that lies there; None where there is none that can be read."""
    try:
        return read_checkpoint((folder() / CHECKPOINT).read_bytes())
    except (OSError, Malformed):
        return None


def entry(size: int, number: int) -> bytes:
    """Give a leaf of a log of so many.

    Raises:
        CollectorError: its file is not there (`log_file`).
    """
    return unpack_entries(read(tile_at(size, ENTRIES, number // WIDTH)))[number % WIDTH]


def subtree(size: int, place: Path | None = None) -> tree.Subtree:
    """Give the hashes over ranges of a log of so many leaves; each tile is read once."""
    held: dict[Tile, bytes] = {}

    def read_once(tile: Tile) -> bytes:
        if tile not in held:
            held[tile] = read(tile, place)
        return held[tile]

    return subtree_of(lambda level, begin, end: read_hashes(read_once, size, level, begin, end))


def consistency(old: int, size: int, *, of: str | None = None) -> tuple[bytes, ...]:
    """Give what shows that a log of `size` leaves goes on from one of `old`; `of` is the origin of one that was put aside.

    Raises:
        CollectorError: a file that is needed is not there (`log_file`).
    """
    place = aside(of) if of is not None else None
    return tuple(tree.proof(tree.consistency_path(old, size), subtree(size, place)))


def aside(origin: str) -> Path:
    """Give where a log's files lie once another one was begun."""
    return folder().with_name("log-" + "".join(one if one.isalnum() else "-" for one in origin))


def put_aside(origin: str) -> None:
    """Put a log's files aside, where another one is begun; they are kept and no longer served.

    Raises:
        CollectorError: they cannot be (`not_writable`).
    """
    kept, nth = aside(origin), 2
    while (
        kept.exists()
    ):  # a restored machine may lose the same log twice: nothing that was signed is written over
        kept, nth = aside(f"{origin}-{nth}"), nth + 1
    try:
        if folder().exists():  # whoever lost the whole disk has none
            folder().rename(kept)
    except OSError as error:
        raise CollectorError("not_writable", path=kept, reason=error.strerror) from error


def _replace(path: Path, content: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # whoever serves files may: there is nothing in here that is not for everybody
        temporary.replace(path)
    except OSError as error:
        raise CollectorError("not_writable", path=path, reason=error.strerror) from error
    return path.parent


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
