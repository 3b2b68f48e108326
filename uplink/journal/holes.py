"""Holes in a journal: what its medium has damaged is declared lost, under the kiosk's signature."""

import logging
from collections.abc import Callable

from survey.record.chain import stated_link
from uplink.journal.losses import declare, declared
from uplink.journal.segments.disk import Disk
from uplink.journal.segments.storage import JournalStorage

log = logging.getLogger(__name__)


def declare_holes(storage: JournalStorage, declaration: Callable[[int, bytes], bytes], disk: Disk) -> None:
    """Declare lost what the medium has damaged; until then nothing is sent past it.

    `declaration` makes the signed placeholder of a number and the link after it.

    Raises:
        JournalBroken: the disk failed.
    """
    holes = storage.holes()
    if not holes:
        return
    known = declared(storage.folder)
    losses = {}
    for seq in holes:
        entry = storage.entry(seq)
        link = stated_link(entry.line) if entry is not None else None
        if link is not None:
            old = known.get(seq)
            losses[seq] = old if old and stated_link(old) == link else declaration(seq, link)
    if losses != known:
        log.error("%d damaged records are declared lost, the first is %d", len(losses), min(losses))
        declare(storage.folder, losses, disk=disk)
