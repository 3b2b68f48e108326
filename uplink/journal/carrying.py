"""Carrying over: what a former stream holds beyond what the collector has confirmed is recorded again, word for word.

Every record is carried, whatever its kind: the boots and clocks of a stream date its answers. What damage has cost cannot be
carried, and is missing under its former number.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from survey.record.attachment import Attachment
from survey.record.bodies import Carried
from survey.record.chain import stated_link
from survey.record.errors import Malformed
from survey.record.record import CARRIED
from survey.wire.messages import link_text
from uplink.errors import JournalBroken, JournalError, JournalFull
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.frame import Entry
from uplink.journal.segments.reading import read_between
from uplink.journal.segments.segment import scan, segment_paths
from uplink.journal.segments.storage import JournalStorage
from uplink.journal.segments.succession import (
    Former,
    Succession,
    end_succession,
    former_folder,
    read_succession,
    write_succession,
)

log = logging.getLogger(__name__)

Append = Callable[[Mapping[str, object], tuple[Attachment, ...]], object]
"""Record a `carried` body with its attachments."""


Place = tuple[str, int]
"""The stream a record was written in, and its number there."""


class Load(NamedTuple):
    """One record to carry."""

    body: Mapping[str, object]
    attachments: tuple[Attachment, ...]


class CarryOver:
    """What is still under way behind a stream that was begun after another."""

    def __init__(self, storage: JournalStorage, under_way: Succession, disk: Disk) -> None:
        self._storage = storage
        self._under_way = under_way
        self._disk = disk
        done = done_before(storage.entries(storage.first_seq, storage.next_seq - 1))
        self._loads = loads(storage.folder, under_way.formers, done)
        self._next: Load | None = None
        if under_way.carried is not None:
            # Damage may have taken from the new stream what it had carried; the former one still has it until that is confirmed.
            self._next = next(self._loads, None)
            if self._next is not None:
                self._under_way = under_way._replace(carried=None)

    @classmethod
    def resume(cls, storage: JournalStorage, disk: Disk) -> "CarryOver | None":
        """Go on with what is under way, or give None.

        Raises:
            JournalBroken: the disk failed.
        """
        try:
            under_way = read_succession(storage.folder)
        except OSError as error:
            raise JournalBroken(f"a former stream in {storage.folder} cannot be read: {error}") from error
        return cls(storage, under_way, disk) if under_way is not None else None

    @property
    def formers(self) -> tuple[Former, ...]:
        """The streams whose records are carried over."""
        return self._under_way.formers

    def carry_one(self, append: Append) -> bool:
        """Record one more of them again; tells whether there was one. What cannot be written now is tried again.

        Raises:
            JournalError: it cannot be written.
        """
        if self._under_way.carried is not None:
            return False
        try:
            self._next = self._next or next(self._loads, None)
            if self._next is not None:
                self._append(self._next, append)
                self._next = None
                return True
            self._under_way = self._under_way._replace(carried=self._storage.next_seq - 1)
            write_succession(self._storage.folder, self._under_way, self._disk)
        except OSError as error:
            raise JournalBroken(f"a former stream cannot be carried over: {error}") from error
        log.warning("all that the former stream still held is carried over")
        return False

    def is_done(self, confirmed: int) -> bool:
        """Let go of the former streams' files once the collector has confirmed what was carried over.

        Raises:
            JournalBroken: the disk failed.
        """
        if self._under_way.carried is None or confirmed < self._under_way.carried:
            return False
        try:
            end_succession(self._storage.folder, self._disk)
        except OSError as error:
            raise JournalBroken(f"a former stream cannot be let go of: {error}") from error
        return True

    @staticmethod
    def _append(load: Load, append: Append) -> None:
        try:
            append(load.body, load.attachments)
        except (JournalFull, JournalBroken):
            raise
        except JournalError as error:  # too long with what stands around it
            log.error("a record of a former stream cannot be carried over: %s", error)  # noqa: TRY400 - the reason says it all


def loads(folder: Path, formers: tuple[Former, ...], done: Collection[Place]) -> Iterator[Load]:
    """Give what is to be carried over into the journal in `folder`, but for the records that are `done`.

    Raises:
        JournalBroken: a file cannot be read.
        OSError: a file cannot be read.
    """
    for former in formers:
        segments = [scan(path, first) for first, path in segment_paths(former_folder(folder, former.stream))]
        if not segments:
            continue
        first = max(former.after + 1, segments[0].first)
        for entry in read_between(segments, first, segments[-1].last):
            load = _load(former.stream, entry)
            if load is not None and _place(load.body) not in done:
                yield load


def done_before(entries: Iterator[Entry]) -> set[Place]:
    """Read from the new stream's records which were carried over already."""
    bodies = (entry["body"] for entry in entries if entry.get("kind") == CARRIED)
    return {place for body in bodies if isinstance(body, dict) and (place := _place(body)) is not None}


def _place(body: Mapping[str, object]) -> Place | None:
    """Give where a carried record stood first."""
    try:
        carried = Carried.from_body(body)
    except Malformed:
        return None
    seq = Entry(seq=1, line=carried.line.encode()).get("seq")
    return (carried.stream, seq) if isinstance(seq, int) else None


def _load(stream: str, entry: Entry) -> Load | None:
    body = entry.get("body")
    if stated_link(entry.line) is not None or not isinstance(body, dict):
        log.error(
            "record %d of the former stream %s is damaged and cannot be carried over", entry.seq, stream
        )
        return None
    try:
        opened = (attachment for _, attachment in entry.opened_attachments())
        # One that was declared lost was declared for the former stream: it is not named here, so nobody waits for it.
        attachments = tuple(one for one in opened if isinstance(one, Attachment))
    except Malformed:
        attachments = ()
    if entry.get("kind") == CARRIED:  # it was carried before: it goes on as it is
        return Load(body, attachments)
    named = body.get("attached")
    present = {one.name for one in attachments}
    carried = Carried(
        stream=stream,
        prev=link_text(entry.prev),
        signature=link_text(entry.signature),
        line=entry.line.decode(),
        attached={name: digest for name, digest in named.items() if name in present}
        if isinstance(named, dict)
        else {},
    )
    return Load(carried.to_body(), attachments)
