"""A copy of the log, as a folder or at its address: for comparing with what was seen before, and for reading all of it."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from survey.log.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint
from survey.log.facts import Leaf, read_leaf
from survey.log.policy import Policy
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
from survey.log.tree import Subtree, consistency_path, is_consistent, leaf_hash, proof, root_of
from survey.record.errors import Malformed
from witness.ed25519 import check
from witness.verify.findings import Report
from witness.verify.proof_file import ProofFile

_SECONDS = 20.0
_MAX_FILE_BYTES = WIDTH * 65_537


class Copy:
    """A log's files; whatever cannot be read raises `OSError` or `Malformed`."""

    def __init__(self, get: Callable[[str], bytes]) -> None:
        self._get = get

    @classmethod
    def at(cls, place: str) -> "Copy":
        """Give the copy at an address, or in a folder."""
        if place.startswith(("http://", "https://")):
            return cls(lambda path: _fetched(place.rstrip("/") + "/" + path))
        return cls(lambda path: (Path(place) / path).read_bytes())

    def checkpoint(self) -> SignedCheckpoint:
        """Give its newest checkpoint."""
        return read_checkpoint(self._get(CHECKPOINT))

    def subtree(self, size: int) -> Subtree:
        """Give hashes over ranges of a log of so many leaves."""
        return subtree_of(lambda level, begin, end: read_hashes(self._tile, size, level, begin, end))

    def leaves(self, size: int) -> list[bytes]:
        """Give every entry of a log of so many."""
        found: list[bytes] = []
        for index in range(-(-size // WIDTH)):
            found += unpack_entries(self._tile(tile_at(size, ENTRIES, index)))
        return found

    def _tile(self, tile: Tile) -> bytes:
        return self._get(tile.path())


def compare(file: ProofFile, remembered: Checkpoint | None, copy: Copy | None, report: Report) -> None:
    """Hold a file's checkpoint against the one that was seen before, and both against a copy of the log."""
    given = file.checkpoint.point
    if remembered is None:
        report.note("not_remembered")
    elif remembered.origin != given.origin:
        report.fault("other_log", known=remembered.origin, given=given.origin)
        return
    elif remembered.size == given.size and remembered.root != given.root:
        report.fault("fork", origin=given.origin, old=remembered.size, new=given.size)
        return
    elif remembered.size != given.size and copy is None:
        _compare_alone(file, remembered, report)
    if copy is None:
        return
    try:
        point = copy.checkpoint().point
        older = [one for one in (remembered, given) if one is not None and one.size <= point.size]
        goes_on = all(_goes_on(one, point, copy) for one in older)
    except (OSError, Malformed, ValueError) as error:
        report.fault("log_unreadable", reason=str(error))
        return
    longest = max((one.size for one in (remembered, given) if one is not None), default=0)
    if point.origin != given.origin:
        report.fault("other_log", known=given.origin, given=point.origin)
    elif longest > point.size:
        report.fault("log_shorter", origin=given.origin, old=longest, new=point.size)
    elif not goes_on:
        report.fault("fork", origin=given.origin, old=longest, new=point.size)


def _goes_on(older: Checkpoint, newer: Checkpoint, copy: Copy) -> bool:
    hashes = proof(consistency_path(older.size, newer.size), copy.subtree(newer.size))
    return is_consistent(older.size, older.root, size=newer.size, root=newer.root, hashes=hashes)


def _compare_alone(file: ProofFile, remembered: Checkpoint, report: Report) -> None:
    """Hold a file against an older checkpoint with the hashes that it has itself."""
    point = file.checkpoint.point
    goes_on = file.goes_on(remembered)
    if goes_on is None:
        report.note("not_compared", old=remembered.size)
    elif goes_on:
        report.note("goes_on", old=remembered.size, new=point.size)
    else:
        report.fault("fork", origin=point.origin, old=remembered.size, new=point.size)


def read_all(
    copy: Copy, policy: Policy, report: Report, *, unit: str, shown: set[int], given: Checkpoint
) -> None:
    """Read a whole log: it is what its checkpoint says, goes on from the one given, has one thread a unit, and hides nothing of this one."""
    try:
        point, note = copy.checkpoint()
        entries = copy.leaves(point.size)
        leaves = [read_leaf(one) for one in entries]
    except (OSError, Malformed, ValueError) as error:
        report.fault("log_unreadable", reason=str(error))
        return
    hashes = [leaf_hash(one) for one in entries]
    if not policy.judge(note, check).is_signed or len(entries) != point.size or root_of(hashes) != point.root:
        report.fault("log_root_differs")
        return
    if point.origin != given.origin or given.size > point.size or root_of(hashes[: given.size]) != given.root:
        report.fault("fork", origin=given.origin, old=given.size, new=point.size)
        return
    _check_threads(leaves, report)
    more = [at for at, leaf in enumerate(leaves) if unit in leaf.of and at not in shown]
    if [at for at in more if at < given.size]:
        report.fault("log_knows_more", number=len(more))
    elif more:
        report.note("log_knows_more", number=len(more))
    report.note("log_read", size=point.size)


def _check_threads(leaves: list[Leaf], report: Report) -> None:
    ends: dict[str, tuple[int, int]] = {}
    for at, leaf in enumerate(leaves):
        for unit, place in leaf.of.items():
            if ends.get(unit, (0, -1)) != (place.nth - 1, place.before):
                report.fault("log_thread_twice", unit=unit, nth=place.nth)
            ends[unit] = (place.nth, at)


def _fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - whoever runs this names the address
        content: bytes = answer.read(_MAX_FILE_BYTES + 1)
    if len(content) > _MAX_FILE_BYTES:
        raise OSError(f"{url} is larger than a tile can be")
    return content
