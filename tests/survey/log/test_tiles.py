"""Tiles: their addresses as published, and a log that grows through them has the same root and proofs as one built at once."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.log import tiles, tree
from survey.log.tiles import ENTRIES, WIDTH, Tile
from survey.record.errors import Malformed


def tiles_of(size: int, *, before: int = 0) -> Iterator[Tile]:
    """The tiles of a log of so many leaves; only those that one of `before` leaves had not."""
    for level, shift in ((ENTRIES, 0), *((at, 8 * at) for at in range(8))):
        number, known = size >> shift, before >> shift
        if number in (0, known):
            continue
        for index in range(known // WIDTH, -(-number // WIDTH)):
            yield Tile(level, index, min(WIDTH, number - index * WIDTH))


@pytest.mark.parametrize(
    "tile, path",
    [
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 1), "tile/0/001"),
        (Tile(0, 1, 5), "tile/0/001.p/5"),
        (Tile(5, 123456078), "tile/5/x123/x456/078"),
        (Tile(5, 123456078, 2), "tile/5/x123/x456/078.p/2"),
        (Tile(ENTRIES, 3057500), "tile/entries/x003/x057/500"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
    ],
)
def test_addresses_as_published(tile: Tile, path: str) -> None:
    assert tile.path() == path


def test_a_log_of_70000_has_the_tiles_of_the_specification() -> None:
    widths: dict[int, list[int]] = {}
    for tile in tiles_of(70_000):
        widths.setdefault(tile.level, []).append(tile.width)
    assert widths == {ENTRIES: [256] * 273 + [112], 0: [256] * 273 + [112], 1: [256, 17], 2: [1]}
    assert [(one.level, one.width) for one in tiles_of(256)] == [(ENTRIES, 256), (0, 256), (1, 1)]


class Shelf:
    """A log's files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.size = 0
        self.root = tree.EMPTY_ROOT

    def read(self, tile: Tile) -> bytes:
        return self.files[tile.path()]

    def add(self, *entries: bytes) -> None:
        grown = tiles.grow(self.size, entries, self.read)
        assert set(grown.files) == set(tiles_of(grown.size, before=self.size))
        self.files |= {tile.path(): content for tile, content in grown.files.items()}
        self.size, self.root = grown.size, grown.root

    def subtree(self, first: int, last: int) -> bytes:
        def hashes(level: int, begin: int, end: int) -> list[bytes]:
            return tiles.read_hashes(self.read, self.size, level, begin, end)

        return tiles.subtree_of(hashes)(first, last)


def entries(first: int, last: int) -> list[bytes]:
    return [f"leaf {at}".encode() for at in range(first, last)]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from([1, 2, 255, 256, 257, 700, 66_000]), min_size=1, max_size=4), st.data())
def test_a_log_that_grows_is_the_log_that_was_built_at_once(steps: list[int], data: st.DataObject) -> None:
    shelf, roots = Shelf(), [(0, tree.EMPTY_ROOT)]
    for step in steps:
        shelf.add(*entries(shelf.size, shelf.size + step))
        roots.append((shelf.size, shelf.root))
    leaves = [tree.leaf_hash(one) for one in entries(0, shelf.size)]
    for size, root in roots:
        assert root == tree.root_of(leaves[:size])
    index = data.draw(st.integers(0, shelf.size - 1))
    hashes = tree.proof(tree.inclusion_path(index, shelf.size), shelf.subtree)
    assert tree.is_included(leaves[index], index, size=shelf.size, root=shelf.root, hashes=hashes)
    for size, root in roots[1:]:
        hashes = tree.proof(tree.consistency_path(size, shelf.size), shelf.subtree)
        assert tree.is_consistent(size, root, size=shelf.size, root=shelf.root, hashes=hashes)


def test_every_entry_is_read_back() -> None:
    shelf = Shelf()
    for step in (3, 255, 300):
        shelf.add(*entries(shelf.size, shelf.size + step))
    found = []
    for tile in tiles_of(shelf.size):
        if tile.level == ENTRIES:
            found += tiles.unpack_entries(shelf.read(tile))
    assert found == entries(0, shelf.size)


def test_there_is_no_tile_behind_the_end() -> None:
    assert tiles.tile_at(300, 0, 1) == Tile(0, 1, 44)
    with pytest.raises(ValueError, match="no tile"):
        tiles.tile_at(256, 0, 1)


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00"])
def test_a_bundle_that_ends_within_an_entry_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        tiles.unpack_entries(content)


@pytest.mark.parametrize("content", [b"", b"\x00" * 31, b"\x00" * 32 * 257])
def test_what_is_no_tile_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        tiles.split_hashes(content)
