"""The acknowledged position: the collector's latest receipt, in a file that never needs new space.

The uplink writes one such file; the kiosk's staff screen another, for receipts that came back on a stick. `Receipts` reads
both: it is the one answer to how far the collector has confirmed. A third holds the receipt that told the uplink of records
which this journal does not have (`Receipts.ahead`): the card has gone back in time.
"""

import logging
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.record.record import Stamp
from survey.wire.messages import Receipt, unpack_receipt
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.slots import TwoSlots, read_slots

_ARRIVED = struct.Struct("<q")  # boot-time ms of arrival
MAX_RECEIPT_BYTES = 1_024

log = logging.getLogger(__name__)


class AcknowledgedReceipt(NamedTuple):
    """A receipt as it arrived."""

    receipt: bytes
    """Not verified: whoever acts on it checks it first."""
    arrived_up_ms: int
    """CLOCK_BOOTTIME at its arrival, or -1 where it was not fresh (retained by the broker, or from a stick)."""
    generation: int


class ReleasedRecords(NamedTuple):
    """What a receipt did."""

    through: int
    segments: int
    collector_at_ms: int
    """The collector's clock when it wrote the receipt."""
    written: Stamp | None
    """When the last record it covers was written, if that can still be read."""
    acknowledged: AcknowledgedReceipt


class Acknowledged:
    """The writer's side of one file; several processes may write it, one after the other."""

    def __init__(self, path: Path, *, disk: Disk = REAL_DISK) -> None:
        self._slots = TwoSlots(path, disk=disk)
        self._kept = b""

    def prepare(self) -> None:
        """Take the room both slots need while there is room: later, on a full disk, a receipt must find it.

        Raises:
            JournalBroken: the disk failed.
        """
        self._slots.prepare()

    def store(self, receipt: bytes, *, arrived_up_ms: int = -1) -> None:
        """Replace the older slot and return when it is on the medium.

        Raises:
            JournalBroken: the disk failed.
        """
        self._slots.store(_ARRIVED.pack(arrived_up_ms) + receipt)

    def keep(self, receipt: bytes) -> None:
        """Store a receipt unless it is the one that lies there.

        Raises:
            JournalBroken: the disk failed.
        """
        if self._kept != receipt:
            self.store(receipt)
            self._kept = receipt


def read_acknowledged(path: Path) -> AcknowledgedReceipt | None:
    """Give the newest whole slot, or None where there is none yet."""
    slot = read_slots(path)
    if slot is None or not _ARRIVED.size <= len(slot.content) <= _ARRIVED.size + MAX_RECEIPT_BYTES:
        return None
    (arrived,) = _ARRIVED.unpack_from(slot.content)
    return AcknowledgedReceipt(
        receipt=slot.content[_ARRIVED.size :], arrived_up_ms=arrived, generation=slot.generation
    )


class Receipts:
    """The reader's side: the collector's receipts for one kiosk, wherever they lie, checked by whoever asks."""

    def __init__(
        self, paths: Sequence[Path], *, kiosk: str, verify: Verify, ahead: Path | None = None
    ) -> None:
        self._paths = tuple(paths)
        self._ahead = ahead
        self._kiosk = kiosk
        self._verify = verify

    def found(self) -> list[tuple[Path, AcknowledgedReceipt]]:
        """Give what lies on the disk now, not verified, with the file it lies in."""
        return [
            (path, acknowledged)
            for path in self._paths
            if (acknowledged := read_acknowledged(path)) is not None
        ]

    def read(self, payload: bytes) -> Receipt:
        """Read a receipt's bytes.

        Raises:
            Malformed: it is none, not the collector's, or another kiosk's (`receipt_kiosk`).
        """
        receipt = unpack_receipt(payload, self._verify)
        if receipt.kiosk != self._kiosk:
            raise Malformed("receipt_kiosk", f"the receipt is for {receipt.kiosk}")
        return receipt

    def furthest(self, stream: str) -> Receipt | None:
        """Give the receipt that confirms most of `stream`.

        The signature is checked, not whether it fits the records: `Journal` does that before it lets go of any.
        """
        best = self._furthest(stream)
        return best[0] if best is not None else None

    def links(self, stream: str) -> dict[int, bytes]:
        """Give the link after the last record of `stream` that the collector has confirmed, by its number."""
        receipt = self.furthest(stream)
        return {receipt.through: receipt.link} if receipt is not None else {}

    def latest_ms(self) -> int:
        """Give the collector's clock as its latest receipt of any stream shows it; 0 without one."""
        return max((receipt.at for receipt, _ in self._readable()), default=0)

    def proof(self, stream: str) -> bytes | None:
        """Give the bytes of that receipt: what a collector that has lost its own data takes for proof."""
        best = self._furthest(stream)
        return best[1] if best is not None else None

    def _furthest(self, stream: str) -> tuple[Receipt, bytes] | None:
        receipts = (one for one in self._readable() if one[0].stream == stream)
        return max(receipts, key=lambda one: one[0].through, default=None)

    def _readable(self) -> Iterator[tuple[Receipt, bytes]]:
        for _, acknowledged in self.found():
            try:
                yield self.read(acknowledged.receipt), acknowledged.receipt
            except Malformed:  # the journal's owner says so, once, when it comes upon it
                continue

    def ahead(self, stream: str) -> Receipt | None:
        """Give the receipt for `stream` that the uplink could not fit to the journal, if it is the collector's."""
        kept = read_acknowledged(self._ahead) if self._ahead is not None else None
        try:
            receipt = self.read(kept.receipt) if kept is not None else None
        except Malformed:
            return None
        return receipt if receipt is not None and receipt.stream == stream else None

    def confirmed(self, stream: str) -> int:
        """Tell how far the collector has confirmed `stream`: everything up to this number."""
        receipt = self.furthest(stream)
        return receipt.through if receipt is not None else 0


class ReceiptNews:
    """Tells each receipt once, when it is new on the disk."""

    def __init__(self, receipts: Receipts | None) -> None:
        self._receipts = receipts
        self._generations: dict[Path, int] = {}

    def forget(self) -> None:
        """Tell everything again."""
        self._generations = {}

    def take(self, stream: str) -> list[tuple[Receipt, AcknowledgedReceipt]]:
        """Give the receipts for `stream` that came since the last call, checked for who signed them."""
        if self._receipts is None:
            return []
        on_disk = self._receipts.found()
        news = [one for path, one in on_disk if self._generations.get(path) != one.generation]
        self._generations = {path: one.generation for path, one in on_disk}
        found = []
        for one in news:
            try:
                receipt = self._receipts.read(one.receipt)
            except Malformed as refusal:
                log.error("the receipt in the acknowledged position is refused: %s", refusal)  # noqa: TRY400 - the reason says it all
                continue
            if receipt.stream == stream:
                found.append((receipt, one))
        return found
