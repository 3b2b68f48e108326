"""Tiles (c2sp.org/tlog-tiles): a log as files that never change, 256 hashes each, so that it is served by whatever serves files.

A full tile stays for ever. The last one of each level is *partial*, under a name of its own for each width.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from survey.log.tree import HASH_BYTES, Subtree, leaf_hash, node_hash, root_of, split_of
from survey.record.errors import Malformed

WIDTH = 256
_HEIGHT = 8
CHECKPOINT = "checkpoint"
ENTRIES = -1
"""The level of the entries themselves."""


class Tile(NamedTuple):
    """Which hashes, or which entries, a file holds."""

    level: int
    number: int
    width: int = WIDTH

    def path(self) -> str:
        """Give its address below the log's own."""
        level = "entries" if self.level == ENTRIES else f"{self.level}"
        digits = f"{self.number:03d}"
        digits = digits.zfill((len(digits) + 2) // 3 * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number}{partial}"


def tile_at(size: int, level: int, index: int) -> Tile:
    """Give the tile of a level as it is in a log of so many leaves.

    Raises:
        ValueError: there is none.
    """
    number = size >> (_HEIGHT * max(level, 0))
    width = min(WIDTH, number - index * WIDTH)
    if width < 1:
        raise ValueError(f"a log of {size} has no tile {index} of level {level}")
    return Tile(level, index, width)


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """Give the file of some entries."""
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)


def unpack_entries(content: bytes) -> list[bytes]:
    """Read such a file.

    Raises:
        Malformed: it ends within an entry (`entries`).
    """
    found, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 2], "big")
        entry = content[at + 2 : at + 2 + length]
        if at + 2 > len(content) or len(entry) != length:
            raise Malformed("entries", "a bundle of entries ends within one")
        found.append(entry)
        at += 2 + length
    return found


def split_hashes(content: bytes) -> list[bytes]:
    """Give the hashes of a tile.

    Raises:
        Malformed: it is no tile (`tile`).
    """
    if not content or len(content) % HASH_BYTES or len(content) > WIDTH * HASH_BYTES:
        raise Malformed("tile", "a tile holds 1 to 256 hashes")
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


HashesOf = Callable[[int, int, int], Sequence[bytes]]
"""Give the hashes of a level, from one number to before another."""


def subtree_of(hashes: HashesOf) -> Subtree:
    """Give the hashes over ranges of leaves, from those of the levels; a range is one that a proof, or a root, is made of."""

    def over(first: int, last: int) -> bytes:
        size = last - first
        level = (size.bit_length() - 1) // _HEIGHT
        step = 1 << (_HEIGHT * level)
        if size % step == 0:
            return root_of(hashes(level, first // step, last // step))
        middle = first + split_of(size)
        return node_hash(over(first, middle), over(middle, last))

    return over


class Growth(NamedTuple):
    """What a log has become by more entries."""

    size: int
    root: bytes
    files: Mapping[Tile, bytes]
    """Every tile that is new or wider."""


def grow(size: int, entries: Sequence[bytes], read: Callable[[Tile], bytes]) -> Growth:
    """Add entries, at least one, to a log of so many; `read` gives a tile's file as it was."""
    grown = size + len(entries)
    files: dict[Tile, bytes] = {}
    part = size % WIDTH
    held = unpack_entries(read(Tile(ENTRIES, size // WIDTH, part))) if part else []
    _cut(files, ENTRIES, size // WIDTH, [*held, *entries], pack_entries)
    fresh = [leaf_hash(one) for one in entries]
    level, levels = 0, {}
    while fresh or size >> (_HEIGHT * level):
        known = size >> (_HEIGHT * level)
        first = known // WIDTH * WIDTH
        part = known - first
        row = [*(split_hashes(read(Tile(level, first // WIDTH, part))) if part else []), *fresh]
        levels[level] = (first, row)
        if fresh:
            _cut(files, level, first // WIDTH, row, b"".join)
        whole = len(row) // WIDTH * WIDTH
        fresh = [root_of(row[at : at + WIDTH]) for at in range(0, whole, WIDTH)]
        level += 1

    def hashes(level: int, begin: int, end: int) -> Sequence[bytes]:
        first, row = levels[level]
        if begin >= first:
            return row[begin - first : end - first]
        return read_hashes(read, size, level, begin, end)

    return Growth(grown, subtree_of(hashes)(0, grown), files)


def read_hashes(read: Callable[[Tile], bytes], size: int, level: int, begin: int, end: int) -> list[bytes]:
    """Give the hashes of a level from the tiles of a log of so many leaves."""
    found: list[bytes] = []
    for index in range(begin // WIDTH, (end - 1) // WIDTH + 1):
        found += split_hashes(read(tile_at(size, level, index)))
    first = begin // WIDTH * WIDTH
    return found[begin - first : end - first]


def _cut(
    files: dict[Tile, bytes],
    level: int,
    index: int,
    row: Sequence[bytes],
    pack: Callable[[Sequence[bytes]], bytes],
) -> None:
    for at in range(0, len(row), WIDTH):
        part = row[at : at + WIDTH]
        files[Tile(level, index + at // WIDTH, len(part))] = pack(part)
