"""Holes in a journal: what its medium has damaged is declared lost, under the kiosk's signature."""

import logging
from collections.abc import Callable, Mapping, Sequence

from survey.record.chain import Sign, stated_link
from uplink.journal.losses import Losses, declare, declared, lost_attachments
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.storage import JournalStorage

log = logging.getLogger(__name__)


def declare_holes(
    storage: JournalStorage,
    declaration: Callable[[int, bytes], bytes],
    disk: Disk,
    *,
    stream: str,
    sign: Sign,
    after: int,
    begin: int | None,
    links: Mapping[int, bytes],
) -> int:
    """Declare lost what the medium has damaged behind record `after`, records and attachments of whole ones.

    Until then nothing is sent past it. What was declared before stays so for as long as its file is here: a collector that was set
    back may have asked for it. Gives the highest number of such a record, 0 where there is none. `declaration` makes the
    signed placeholder of a number and the link after it; `begin` is the number that the oldest file must begin with. Without a receipt
    that is not known, unless the collector asks for it: what was before may have been let go of. `links` are those after
    records that the collector's receipt and the head file state: within a run of damage nothing else tells them, and a collector that
    was set back goes on only from its receipt's.

    Raises:
        JournalBroken: the disk failed.
    """
    known = declared(storage.folder)
    expected = [*(seq for seq in known.records if seq > storage.floor), *([begin] if begin else [])]
    holes, bare = storage.holes(0, begin=min(expected, default=None)), storage.bare(0)
    holes = [seq for seq in holes if seq > after or seq in known.records]
    bare = [seq for seq in bare if seq > after or any(seq == one for one, _ in known.attachments)]
    if not holes and not bare:
        return 0
    bared = (entry for seq in bare if (entry := storage.entry(seq)) is not None)
    losses = Losses(
        _lost_records(storage, holes, declaration, known, links),
        lost_attachments(bared, stream=stream, sign=sign, known=known),
    )
    if losses != known:
        log.error(
            "%d damaged records and %d damaged attachments are declared lost",
            len(losses.records),
            len(losses.attachments),
        )
        declare(storage.folder, losses, disk=disk)
    return max(holes, default=0)


def _lost_records(
    storage: JournalStorage,
    holes: Sequence[int],
    declaration: Callable[[int, bytes], bytes],
    known: Losses,
    links: Mapping[int, bytes],
) -> dict[int, bytes]:
    losses = {}
    for seq in holes:
        entry = storage.entry(seq)
        link = links.get(seq) or (stated_link(entry.line) if entry is not None else None)
        if link is not None:
            old = known.records.get(seq)
            losses[seq] = old if old and stated_link(old) == link else declaration(seq, link)
    return losses
