"""The USB door: batch files from a stick, and receipts for the way back.

`survey.wire.carriage` says what a carry-out looks like. A folder whose manifest is damaged or whose files are not those it names is
refused as a whole, because it was copied in part; loose batch files are taken each for itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from collector import clock
from collector.errors import CollectorError
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Accepted, Arrival, RefusedMessage
from collector.evidence.models import Door
from collector.trust import keys
from survey.record.errors import Malformed
from survey.wire.carriage import (
    BATCH_SUFFIX,
    MANIFEST,
    RECEIPT_FOLDER,
    check_file,
    receipt_name,
    unpack_manifest,
)
from survey.wire.messages import unpack_receipt

_MAX_FILE_BYTES = 8 * 1024 * 1024
_GROUP = 16


@dataclass(slots=True)
class CarriedIn:
    """What came of an import."""

    files: int = 0
    records: int = 0
    refused: list[tuple[str, RefusedMessage]] = field(default_factory=list)
    receipts: list[Path] = field(default_factory=list)


def carry_in(source: Path) -> CarriedIn:
    """Take in a batch file, a carry-out's folder, or everything below a stick's root, and write the receipts there.

    Raises:
        CollectorError: there is nothing to take in, or the receipts cannot be written.
    """
    if not source.exists():
        raise CollectorError("folder_missing", path=source)
    taken = CarriedIn()
    receipts: dict[tuple[str, str], bytes] = {}
    verify = keys.verifier(keys.load(settings.IKM_KEYS).public_key)
    for group in _groups(source, taken):
        outcomes = accept([arrival for _, arrival in group])
        for (name, _), outcome in zip(group, outcomes, strict=True):
            taken.files += 1
            if isinstance(outcome, Accepted):
                taken.records += outcome.new
                receipt = unpack_receipt(outcome.receipt, verify)
                receipts[receipt.kiosk, receipt.stream] = outcome.receipt
            else:
                taken.refused.append((name, outcome))
    if not taken.files and not taken.refused:
        raise CollectorError("folder_without_batches", suffix=BATCH_SUFFIX, path=source)
    if receipts:
        taken.receipts = _write_receipts(source if source.is_dir() else source.parent, receipts)
    return taken


def _groups(source: Path, taken: CarriedIn) -> Iterator[list[tuple[str, Arrival]]]:
    group: list[tuple[str, Arrival]] = []
    for path, content in _contents(source, taken):
        arrival = Arrival(payload=content, door=Door.USB, received_ms=clock.now_ms())
        group.append((path.name, arrival))
        if len(group) == _GROUP:
            yield group
            group = []
    if group:
        yield group


def _contents(source: Path, taken: CarriedIn) -> Iterator[tuple[Path, bytes]]:
    """Give the batch files in the order of their names, which is that of their numbers."""
    if source.is_file():
        yield source, _read(source)
        return
    for folder in sorted({path.parent for path in source.rglob(f"*{BATCH_SUFFIX}")}):
        files = sorted(folder.glob(f"*{BATCH_SUFFIX}"))
        try:
            if (folder / MANIFEST).exists():
                manifest = unpack_manifest(_read(folder / MANIFEST))
                files = [folder / one.name for one in manifest.files]
                for one in manifest.files:
                    check_file(one, _read(folder / one.name))
        except (Malformed, CollectorError) as error:
            code = error.code if isinstance(error, Malformed) else "carried_file"
            taken.refused.append((folder.name, RefusedMessage(code, str(error))))
            continue
        for path in files:
            yield path, _read(path)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_FILE_BYTES)
    except OSError as error:
        raise CollectorError("file_unreadable", path=path, reason=error.strerror) from error


def _write_receipts(root: Path, receipts: dict[tuple[str, str], bytes]) -> list[Path]:
    written = []
    try:
        folder = root / RECEIPT_FOLDER
        folder.mkdir(exist_ok=True)
        for (kiosk, stream), content in sorted(receipts.items()):
            path = folder / receipt_name(kiosk=kiosk, stream=stream)
            path.write_bytes(content)
            written.append(path)
    except OSError as error:
        raise CollectorError("receipts_unwritten", path=root, reason=error.strerror) from error
    return written
