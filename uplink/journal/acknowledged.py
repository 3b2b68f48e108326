"""The acknowledged position: the collector's latest receipt, in a file that never needs new space.

Two slots of 4 KiB are written in turn, each with a generation and a checksum, so that a power cut in the middle of
one leaves the other. The uplink writes one such file; the kiosk's staff screen another, for receipts that came back on a
stick. `Receipts` reads both: it is the one answer to how far the collector has confirmed.
"""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from survey.record.chain import Verify
from survey.record.errors import Malformed
from survey.record.record import Stamp
from survey.wire.messages import Receipt, unpack_receipt
from uplink.errors import JournalBroken
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file

_SLOT_BYTES = 4_096
_MAGIC = b"IKMK"
_HEAD = struct.Struct("<4sIQqH")  # magic, crc32 of the rest, generation, boot-time ms of arrival, length
MAX_RECEIPT_BYTES = 1_024


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
        self._path = path
        self._disk = disk
        latest = read_acknowledged(path)
        self._generation = latest.generation if latest else 0

    def prepare(self) -> None:
        """Take the room both slots need while there is room: later, on a full disk, a receipt must find it.

        Raises:
            JournalBroken: the disk failed.
        """
        try:
            if not self._path.exists() or self._path.stat().st_size != 2 * _SLOT_BYTES:
                replace_file(self._path, bytes(2 * _SLOT_BYTES), disk=self._disk)
        except OSError as error:
            raise JournalBroken(f"the acknowledged position {self._path} cannot be made: {error}") from error

    def store(self, receipt: bytes, *, arrived_up_ms: int = -1) -> None:
        """Replace the older slot and return when it is on the medium.

        Raises:
            JournalBroken: the disk failed.
        """
        on_disk = read_acknowledged(self._path)  # another process may have stored one from a stick
        generation = max(self._generation, on_disk.generation if on_disk else 0) + 1
        body = _HEAD.pack(_MAGIC, 0, generation, arrived_up_ms, len(receipt))[8:] + receipt
        slot = _MAGIC + struct.pack("<I", crc32(body)) + body
        self.prepare()
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.pwrite(handle, slot.ljust(_SLOT_BYTES, b"\0"), (generation % 2) * _SLOT_BYTES)
                self._disk.sync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise JournalBroken(
                f"the acknowledged position {self._path} cannot be written: {error}"
            ) from error
        self._generation = generation


def read_acknowledged(path: Path) -> AcknowledgedReceipt | None:
    """Give the newest whole slot, or None where there is none yet."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    slots = (_slot(content[start : start + _SLOT_BYTES]) for start in (0, _SLOT_BYTES))
    whole = [slot for slot in slots if slot is not None]
    return max(whole, key=lambda slot: slot.generation, default=None)


def _slot(content: bytes) -> AcknowledgedReceipt | None:
    if len(content) < _HEAD.size:
        return None
    magic, checksum, generation, arrived, length = _HEAD.unpack_from(content)
    body = content[8 : _HEAD.size + length]
    if magic != _MAGIC or length > MAX_RECEIPT_BYTES or crc32(body) != checksum:
        return None
    return AcknowledgedReceipt(
        receipt=content[_HEAD.size : _HEAD.size + length], arrived_up_ms=arrived, generation=generation
    )


class Receipts:
    """The reader's side: the collector's receipts for one kiosk, wherever they lie, checked by whoever asks."""

    def __init__(self, paths: Sequence[Path], *, kiosk: str, verify: Verify) -> None:
        self._paths = tuple(paths)
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
        receipts = []
        for _, acknowledged in self.found():
            try:
                receipt = self.read(acknowledged.receipt)
            except Malformed:  # the journal's owner says so, once, when it comes upon it
                continue
            if receipt.stream == stream:
                receipts.append(receipt)
        return max(receipts, key=lambda one: one.through, default=None)

    def confirmed(self, stream: str) -> int:
        """Tell how far the collector has confirmed `stream`: everything up to this number."""
        receipt = self.furthest(stream)
        return receipt.through if receipt is not None else 0
